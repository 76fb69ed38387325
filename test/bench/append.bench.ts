// Appending: the local log through its port against the same statements used directly; EventStoreDB through the adapter against the
// driver used directly; following against a bare subscription.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventStoreDBClient, jsonEvent, NO_STREAM, START } from '@eventstore/db-client';
import { openEventStoreDbLog } from '../../src/event-log/eventstoredb/index.ts';
import { openSqliteLog, type AppendRequest, type EventLog } from '../../src/event-log/index.ts';
import { createTables, hashOfCommand, hashOfName, openForWriting } from '../../src/event-log/sqlite/schema.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { SpawnedServer } from '../support/eventstoredb-server/index.ts';
import { compared, interleaved, type Bench } from './harness.ts';

/** What stands in the log for a vote: a new stream, one event of about 180 bytes. */
function vote(n: number): AppendRequest {
  const commandId = randomUUID();
  return {
    stream: `ballot-${commandId}`,
    expected: 'none',
    events: [{ type: 'governance.ballot-cast.v1', data: { proposal: randomUUID(), voter: commandId, choice: n % 3 === 0 ? 'no' : 'yes' } }],
    guards: [],
    commandId,
    attempt: 0,
    metadata: { actor: commandId, body: 'wT0Yv4jU2mB7f3Hn1pQ8sK6rL9xZ5cD0aE2gJ4iM7o' },
  };
}

const IN_FLIGHT = 64;

async function inTemporary<R>(work: (directory: string) => Promise<R> | R): Promise<R> {
  const directory = mkdtempSync(join(tmpdir(), 'biolithic-bench-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Events per second with 64 appends in flight. */
async function throughPort(log: Pick<EventLog, 'append'>, votes: readonly AppendRequest[]): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let request = votes[next++]; request; request = votes[next++]) await log.append(request);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return votes.length / ((performance.now() - began) / 1000);
}

/** The log's own tables and statements, in groups of 64, one thread, nothing checked and nothing hashed but the index keys. */
function directly(directory: string, votes: readonly AppendRequest[]): number {
  const file = join(directory, 'direct.sqlite');
  createTables(file, 'bench', 'log');
  const db: DatabaseSync = openForWriting(file);
  db.exec("INSERT INTO type (name) VALUES ('governance.ballot-cast.v1')");
  const head = db.prepare('SELECT id FROM stream WHERE hash = ? AND name = ?');
  const known = db.prepare('SELECT position FROM command WHERE hash = ? ORDER BY position');
  const addStream = db.prepare('INSERT INTO stream (hash, name) VALUES (?, ?)');
  const addEvent = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const addCommand = db.prepare('INSERT INTO command VALUES (?, ?)');
  const chain = new Uint8Array(32);
  const began = performance.now();
  for (let i = 0; i < votes.length; i += IN_FLIGHT) {
    db.exec('BEGIN IMMEDIATE');
    for (const [n, { stream, commandId, events, metadata }] of votes.slice(i, i + IN_FLIGHT).entries()) {
      const position = i + n + 1;
      known.all(hashOfCommand(commandId));
      head.all(hashOfName(stream), stream);
      const { lastInsertRowid } = addStream.run(hashOfName(stream), stream);
      const now = Date.now();
      addEvent.run(position, lastInsertRowid, 0, 1, commandId, 0, 0, now, now, 0, JSON.stringify(events[0]?.data), JSON.stringify(metadata), chain);
      addCommand.run(hashOfCommand(commandId), position);
    }
    db.exec('COMMIT');
  }
  const seconds = (performance.now() - began) / 1000;
  db.close();
  return votes.length / seconds;
}

export const bench: Bench = {
  name: 'append',
  async run({ quick, eventStoreDb }, emit) {
    const rounds = quick ? 3 : 9;
    const count = quick ? 6_400 : 32_000;

    const local = await interleaved(rounds, {
      ours: () =>
        inTemporary(async (directory) => {
          const votes = Array.from({ length: count }, (_, n) => vote(n));
          const log = await openSqliteLog({ directory, namespace: 'bench', clock: systemClock });
          try {
            return await throughPort(log, votes);
          } finally {
            await log.shutdown();
          }
        }),
      theirs: () => inTemporary((directory) => directly(directory, Array.from({ length: count }, (_, n) => vote(n)))),
    });
    emit(compared({ name: 'append/local-log', unit: 'events/s', ...local, against: 'same statements, same groups, directly', bound: ['at least', 0.4] }));

    const server = eventStoreDb === undefined ? await SpawnedServer.start() : undefined;
    const connectionString = eventStoreDb ?? (server as SpawnedServer).connectionString;
    const client = EventStoreDBClient.connectionString(connectionString);
    const which = eventStoreDb === undefined ? 'wire-level server' : 'EventStoreDB';
    try {
      const some = quick ? 1_000 : 5_000;
      const direct = (perCall: boolean) => () => {
        const votes = Array.from({ length: some }, (_, n) => vote(n));
        const append = async ({ stream, commandId, events: [event], metadata }: AppendRequest) => {
          const data = jsonEvent({ id: randomUUID(), type: event?.type ?? '', data: event?.data as Record<string, string>, metadata: { ...metadata, commandId } });
          const options = { expectedRevision: NO_STREAM, ...(perCall ? { credentials: { username: 'admin', password: 'changeit' } } : {}) } as const;
          await client.appendToStream(`direct-${stream}`, data, options);
          return { firstPosition: 0, lastPosition: 0, revision: 0, time: 0 };
        };
        return throughPort({ append }, votes);
      };
      await inTemporary(async (directory) => {
        const namespace = `bench-${randomUUID().slice(0, 8)}`;
        const log = await openEventStoreDbLog({ connectionString, directory, namespace, clock: systemClock });
        const results = await interleaved(rounds, {
          ours: () => throughPort(log, Array.from({ length: some }, (_, n) => vote(n))),
          theirs: direct(true),
          batched: direct(false),
        });
        await log.shutdown();
        emit(compared({ name: 'append/eventstoredb', unit: 'events/s', ...results, against: `driver directly, one call per append, ${which}`, bound: ['at least', 0.8] }));
        emit(compared({ name: 'append/eventstoredb-batch', unit: 'events/s', ours: results.ours, theirs: results.batched, against: `driver directly, its batch path, ${which}` }));
      });

      // Following: the events of one namespace, all there before it starts.
      const namespace = `bench-${randomUUID().slice(0, 8)}`;
      const prefilled = quick ? 5_000 : 30_000;
      await inTemporary(async (directory) => {
        const log = await openEventStoreDbLog({ connectionString, directory, namespace, clock: systemClock });
        for (let done = 0; done < prefilled; done += 100) {
          await log.append({ ...vote(done), events: Array.from({ length: 100 }, (_, n) => vote(n).events[0]!) });
        }
        await log.shutdown();
      });
      const total = prefilled + 1;
      const following = await interleaved(rounds, {
        ours: () =>
          inTemporary(async (directory) => {
            const began = performance.now();
            const log = await openEventStoreDbLog({ connectionString, directory, namespace, clock: systemClock });
            await new Promise<void>((done) => {
              const subscription = log.subscribe(0, (events) => {
                if ((events.at(-1)?.position ?? 0) < total) return;
                subscription.close();
                done();
              });
            });
            const seconds = (performance.now() - began) / 1000;
            await log.shutdown();
            return total / seconds;
          }),
        theirs: async () => {
          const began = performance.now();
          let seen = 0;
          const subscription = client.subscribeToAll({ fromPosition: START });
          await new Promise<void>((done, failed) => {
            subscription.on('error', failed);
            subscription.on('data', ({ event }) => {
              if (!event?.streamId.startsWith(`${namespace}.`)) return;
              seen += 1;
              if (seen === total) done();
            });
          });
          const seconds = (performance.now() - began) / 1000;
          await subscription.unsubscribe();
          return total / seconds;
        },
      });
      emit(compared({ name: 'append/following', unit: 'events/s', ...following, against: `bare subscribeToAll, ${which}`, bound: ['at least', 0.8] }));
    } finally {
      await client.dispose();
      await server?.stop();
    }
  },
};
