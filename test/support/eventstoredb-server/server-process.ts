// The test server in a process of its own: started with its options as JSON, told its faults over IPC.
import type { Faults } from './faults.ts';
import { TestServer } from './server.ts';
import type { TestServerOptions } from './server.ts';

export type Order =
  | { readonly kind: 'fault'; readonly changes: Partial<Faults> }
  | { readonly kind: 'drop-connections' }
  | { readonly kind: 'drop-subscriptions' };

const server = await TestServer.start(JSON.parse(process.argv[2] ?? '{}') as TestServerOptions);

process.on('message', (order: Order & { readonly id: number }) => {
  if (order.kind === 'fault') server.fault(order.changes);
  else if (order.kind === 'drop-connections') server.dropConnections();
  else server.dropSubscriptions();
  process.send?.({ done: order.id });
});
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => void server.stop().then(() => process.exit()));
process.send?.({ port: server.port });
