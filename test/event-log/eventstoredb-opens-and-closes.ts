// Opens a log, appends, loses its connection, shuts it down: run as a process, to see that it ends by itself.
import { randomUUID } from 'node:crypto';
import { compareWithCluster, openEventStoreDbLog } from '../../src/event-log/eventstoredb/index.ts';
import { systemClock } from '../../src/kernel/index.ts';

const [, , connectionString = '', directory = ''] = process.argv;
const log = await openEventStoreDbLog({ connectionString, directory, namespace: 'brief', clock: systemClock });
const subscription = log.subscribe(0, () => {});
await log.append({
  stream: 'note-1', expected: 'none', events: [{ type: 'test.noted.v1', data: {} }], guards: [],
  commandId: randomUUID(), attempt: 0, metadata: { actor: 'ada' },
});
await compareWithCluster(connectionString, log);
subscription.close();
await log.shutdown();
process.stdout.write('closed\n');
