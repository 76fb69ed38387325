// What tests of the log on EventStoreDB share: a server, replicas with copies of their own, and another application's client.
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEventStoreDbLog } from '../../src/event-log/eventstoredb/index.ts';
import type { EventStoreDbLog, EventStoreDbOptions } from '../../src/event-log/eventstoredb/index.ts';
import { disconnect } from '../../src/event-log/eventstoredb/connection.ts';
import type { AppendRequest, NewEvent } from '../../src/event-log/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { TestServer } from '../support/eventstoredb-server/index.ts';
import type { TestServerOptions } from '../support/eventstoredb-server/index.ts';
import { temporaryDirectory } from '../support/temporary.ts';

export const NAMESPACE = 'grove';

export class Place {
  readonly server: TestServer;
  private readonly directory = temporaryDirectory();
  private readonly logs: EventStoreDbLog[] = [];
  private readonly clients: EventStoreDBClient[] = [];

  private constructor(server: TestServer) {
    this.server = server;
  }

  static async make(options?: TestServerOptions): Promise<Place> {
    return new Place(await TestServer.start(options));
  }

  /** Opens a replica's log; the same name is the same copy. */
  async open(replica = 'ada', options: Partial<EventStoreDbOptions> = {}): Promise<EventStoreDbLog> {
    const directory = this.copyOf(replica);
    const { connectionString } = this.server;
    const log = await openEventStoreDbLog({
      connectionString, directory, namespace: NAMESPACE, clock: systemClock, patience: 10_000, ...options,
    });
    this.logs.push(log);
    return log;
  }

  copyOf(replica: string): string {
    return join(this.directory.path, replica);
  }

  deleteCopy(replica: string): void {
    rmSync(this.copyOf(replica), { recursive: true });
  }

  /** Of another application, or of somebody at the cluster's console. */
  other(): EventStoreDBClient {
    const client = EventStoreDBClient.connectionString(this.server.connectionString);
    this.clients.push(client);
    return client;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.logs.map((log) => log.shutdown()));
    await Promise.all(this.clients.map(disconnect));
    await this.server.stop();
    this.directory.remove();
  }
}

export const notes = (count: number): NewEvent[] => Array.from({ length: count }, (_, n) => ({ type: 'test.noted.v1', data: { n } }));

export const request = (over: Partial<AppendRequest> = {}): AppendRequest => ({
  stream: `note-${randomUUID()}`,
  expected: 'none',
  events: notes(1),
  guards: [],
  commandId: randomUUID(),
  attempt: 0,
  metadata: { actor: 'ada' },
  ...over,
});

export const foreignEvent = () => jsonEvent({ type: 'SomethingElse', data: { of: 'another application' } });

export const settled = async <T>(promise: Promise<T>): Promise<T | Error> => promise.catch((error: Error) => error);

/** Waits for something that other threads or processes bring about. */
export async function until(holds: () => boolean, what: string, patience = 15_000): Promise<void> {
  for (const end = performance.now() + patience; !holds(); ) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
