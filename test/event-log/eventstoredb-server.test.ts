// The test server behaves as the facts recorded on real EventStoreDB servers; where a real one is given, it is asked the same.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  START,
  StreamDeletedError,
  StreamNotFoundError,
  streamNameFilter,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import type { AllStreamResolvedEvent, AppendExpectedRevision, EventData } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { disconnect } from '../../src/event-log/eventstoredb/connection.ts';
import { TestServer } from '../support/eventstoredb-server/index.ts';

const event = (id = randomUUID(), data: object = { words: 'as they were' }): EventData =>
  jsonEvent({ id, type: 'facts.tried.v1', data: { ...data } });

const fresh = (): string => `facts.${randomUUID()}`;

async function errorOf(promise: Promise<unknown>): Promise<Error & { code?: number }> {
  return promise.then(
    () => {
      throw new Error('it was expected to fail');
    },
    (error: Error) => error,
  );
}

const real = process.env['BIOLITHIC_TEST_EVENTSTOREDB'];
const places = ['23.10', '24.2', ...(real ? ['real'] : [])] as const;

describe.each(places)('EventStoreDB (%s)', (place) => {
  let server: TestServer | undefined;
  let client: EventStoreDBClient;
  /** Without credentials an append travels with others, with them as a call of its own; both are to be the same. */
  let paths: [string, object][];

  beforeAll(async () => {
    server = place === 'real' ? undefined : await TestServer.start({ version: place as '23.10' | '24.2' });
    client = EventStoreDBClient.connectionString(server?.connectionString ?? real!);
    paths = [
      ['batch', {}],
      ['call', place === 'real' ? {} : { credentials: { username: 'anyone', password: 'ignored when insecure' } }],
    ];
  });

  afterAll(async () => {
    await disconnect(client);
    await server?.stop();
  });

  async function eachPath(tried: (append: (stream: string, events: EventData[], expected: AppendExpectedRevision) => ReturnType<EventStoreDBClient['appendToStream']>) => Promise<void>): Promise<void> {
    for (const [, options] of paths) {
      await tried((stream, events, expectedRevision) => client.appendToStream(stream, events, { expectedRevision, ...options }));
    }
  }

  async function idsOf(stream: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const { event: read } of client.readStream(stream)) ids.push(read!.id);
    return ids;
  }

  it('answers an append with the revision and position of its last event', async () => {
    await eachPath(async (append) => {
      const stream = fresh();
      const appended = await append(stream, [event(), event()], NO_STREAM);
      expect(appended).toMatchObject({ success: true, nextExpectedRevision: 1n });
      const read: unknown[] = [];
      for await (const { event: last } of client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 })) {
        read.push(last?.position);
      }
      expect(read).toEqual([appended.position]);
    });
  });

  it('refuses another expected revision, naming both', async () => {
    await eachPath(async (append) => {
      const stream = fresh();
      await append(stream, [event()], NO_STREAM);
      const error = await errorOf(append(stream, [event()], 4n));
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({ streamName: stream, expectedVersion: 4n, actualVersion: 0n, message: '' });
      expect(await errorOf(append(fresh(), [event()], 0n))).toMatchObject({ actualVersion: 'no_stream' });
      expect(await errorOf(append(stream, [event()], NO_STREAM))).toMatchObject({ expectedVersion: 'no_stream', actualVersion: 0n });
    });
  });

  it('gives the first result again for the same ids and the same expected revision, also when the stream has moved on', async () => {
    await eachPath(async (append) => {
      const stream = fresh();
      const events = [event(), event(), event()];
      const first = await append(stream, events, NO_STREAM);
      await append(stream, [event()], 2n);
      expect(await append(stream, events, NO_STREAM)).toEqual(first);
      expect(await idsOf(stream)).toHaveLength(4);
    });
  });

  it('takes a prefix of an append for that append, and the same ids with other data', async () => {
    await eachPath(async (append) => {
      const stream = fresh();
      const ids = [randomUUID(), randomUUID()];
      await append(stream, ids.map((id) => event(id)), NO_STREAM);
      await expect(append(stream, [event(ids[0])], NO_STREAM)).resolves.toMatchObject({ success: true });
      await expect(append(stream, ids.map((id) => event(id, { words: 'others' })), NO_STREAM)).resolves.toMatchObject({ success: true });
      for await (const { event: read } of client.readStream(stream)) expect(read!.data).toEqual({ words: 'as they were' });
    });
  });

  it('refuses an append that overlaps an earlier one and goes beyond it', async () => {
    await eachPath(async (append) => {
      const stream = fresh();
      const id = randomUUID();
      await append(stream, [event(id)], NO_STREAM);
      expect(await errorOf(append(stream, [event(id), event()], NO_STREAM))).toBeInstanceOf(WrongExpectedVersionError);
    });
  });

  it('writes an event twice when its id is expected at the head, or twice within one append', async () => {
    await eachPath(async (append) => {
      const stream = fresh();
      const id = randomUUID();
      await append(stream, [event(id)], NO_STREAM);
      await append(stream, [event(id)], 0n);
      expect(await idsOf(stream)).toEqual([id, id]);
      const other = fresh();
      await append(other, [event(id), event(id)], NO_STREAM);
      expect(await idsOf(other)).toEqual([id, id]);
    });
  });

  it('takes at most 1 MiB in one append, summed', async () => {
    await eachPath(async (append) => {
      const half = (): EventData => event(randomUUID(), { text: 'x'.repeat(600_000) });
      const error = await errorOf(append(fresh(), [half(), half()], NO_STREAM));
      expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
      expect(error).toMatchObject({ maxAppendSize: 1_048_576 });
      await expect(append(fresh(), [half()], NO_STREAM)).resolves.toMatchObject({ success: true });
    });
  });

  it('refuses 20 MB as exhausting it', async () => {
    const huge = event(randomUUID(), { text: 'x'.repeat(20_000_000) });
    const call = { expectedRevision: NO_STREAM, credentials: { username: 'a', password: 'b' } } as const;
    const error = await errorOf(client.appendToStream(fresh(), huge, call));
    expect(error).toMatchObject({ code: 8 });
  });

  it('does not find a missing stream, has nothing beyond the end, and reads no zero events', async () => {
    expect(await errorOf(idsOf(fresh()))).toBeInstanceOf(StreamNotFoundError);
    const stream = fresh();
    await client.appendToStream(stream, event(), { expectedRevision: NO_STREAM });
    const beyond: unknown[] = [];
    for await (const read of client.readStream(stream, { fromRevision: 7n })) beyond.push(read);
    expect(beyond).toEqual([]);
    const none = async (): Promise<void> => {
      for await (const read of client.readStream(stream, { maxCount: 0 })) beyond.push(read);
    };
    expect(await errorOf(none())).toBeInstanceOf(UnknownError);
  });

  it('reads a softly deleted stream as missing, takes it up again with NO_STREAM, and goes on counting', async () => {
    await eachPath(async (append) => {
      const stream = fresh();
      await append(stream, [event(), event()], NO_STREAM);
      await client.deleteStream(stream, { expectedRevision: 1n });
      expect(await errorOf(idsOf(stream))).toBeInstanceOf(StreamNotFoundError);
      await expect(append(stream, [event()], NO_STREAM)).resolves.toMatchObject({ nextExpectedRevision: 2n });
      expect(await idsOf(stream)).toHaveLength(1);
    });
  });

  it('lets nobody read or append to a tombstoned stream', async () => {
    await eachPath(async (append) => {
      const stream = fresh();
      await append(stream, [event()], NO_STREAM);
      await client.tombstoneStream(stream, { expectedRevision: 0n });
      expect(await errorOf(idsOf(stream))).toBeInstanceOf(StreamDeletedError);
      expect(await errorOf(append(stream, [event()], 0n))).toBeInstanceOf(StreamDeletedError);
    });
  });

  it('reads $all from a position inclusive, and refuses a position within a record', async () => {
    const { position } = await client.appendToStream(fresh(), event());
    const read = async (from: bigint): Promise<AllStreamResolvedEvent[]> => {
      const events: AllStreamResolvedEvent[] = [];
      for await (const resolved of client.readAll({ fromPosition: { commit: from, prepare: from }, maxCount: 1 })) events.push(resolved);
      return events;
    };
    const [first] = await read(position!.commit);
    expect(first?.event?.position).toEqual(position);
    await client.appendToStream(fresh(), event());
    expect(await errorOf(read(position!.commit + 3n))).toMatchObject({ code: 2 });
  });

  it('subscribes from a position exclusive, confirms, catches up and follows, and filters by stream name', async () => {
    const prefix = `${fresh()}.`;
    const mine = (n: number): string => `${prefix}${n}`;
    const first = await client.appendToStream(mine(0), event());
    await client.appendToStream(mine(1), event());
    await client.appendToStream(fresh(), event());
    const seen: string[] = [];
    const subscription = client.subscribeToAll({ fromPosition: first.position!, filter: streamNameFilter({ prefixes: [prefix] }) });
    await new Promise<void>((resolve, reject) => {
      subscription.on('confirmation', () => seen.push('confirmation'));
      subscription.on('caughtUp', () => {
        seen.push('caughtUp');
        void client.appendToStream(mine(2), event());
      });
      subscription.on('data', ({ event: read }) => {
        seen.push(read!.streamId);
        if (read!.streamId === mine(2)) resolve();
      });
      subscription.on('error', reject);
    });
    await subscription.unsubscribe();
    // Later versions say `caughtUp` more than once.
    expect([...new Set(seen)]).toEqual(['confirmation', mine(1), 'caughtUp', mine(2)]);
  });
});

describe('what only some servers do', () => {
  const after = async (version: '23.10' | '24.2', tried: (server: TestServer, client: EventStoreDBClient) => Promise<void>): Promise<void> => {
    const server = await TestServer.start({ version });
    const client = EventStoreDBClient.connectionString(server.connectionString);
    try {
      await tried(server, client);
    } finally {
      await disconnect(client);
      await server.stop();
    }
  };

  const burst = (): EventData[] => Array.from({ length: 100 }, () => event());

  it('23.10 drops a live subscription at a burst; taken up from the last event, nothing is lost or repeated', () =>
    after('23.10', async (_, client) => {
      const seen: bigint[] = [];
      let drops = 0;
      const follow = (fromPosition: typeof START | { commit: bigint; prepare: bigint }, done: () => void): void => {
        let last = fromPosition;
        const subscription = client.subscribeToAll({ fromPosition, filter: streamNameFilter({ prefixes: ['facts.'] }) });
        subscription.on('data', ({ event: read }) => {
          last = read!.position!;
          seen.push(read!.position!.commit);
          if (seen.length === 201) void subscription.unsubscribe().then(done);
        });
        subscription.on('caughtUp', () => {
          if (drops < 2) void client.appendToStream(fresh(), burst());
        });
        subscription.on('error', (error) => {
          expect(error).toMatchObject({ type: 'timeout', code: 10 });
          drops++;
          follow(last, done);
        });
      };
      await client.appendToStream(fresh(), event());
      await new Promise<void>((done) => follow(START, done));
      expect(drops).toBe(2);
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => Number(a - b)));
    }));

  it('24.2 keeps the subscription', () =>
    after('24.2', async (_, client) => {
      const subscription = client.subscribeToAll({ fromPosition: END });
      let seen = 0;
      await new Promise<void>((resolve, reject) => {
        subscription.on('caughtUp', () => void client.appendToStream(fresh(), burst()));
        subscription.on('data', () => ++seen === 100 && resolve());
        subscription.on('error', reject);
      });
      await subscription.unsubscribe();
    }));

  it.each(['23.10', '24.2'] as const)('%s, started beyond its end, delivers what comes or waits', (version) =>
    after(version, async (_, client) => {
      const beyond = { commit: 1_000_000_000n, prepare: 1_000_000_000n };
      const subscription = client.subscribeToAll({ fromPosition: beyond });
      const seen: bigint[] = [];
      subscription.on('data', ({ event: read }) => seen.push(read!.position!.commit));
      await new Promise((resolve) => subscription.on('confirmation', resolve));
      const { position } = await client.appendToStream(fresh(), event());
      const second = client.subscribeToAll({ fromPosition: START });
      await new Promise((resolve) => second.on('caughtUp', resolve).resume());
      expect(seen).toEqual(version === '23.10' ? [position!.commit] : []);
      await Promise.all([subscription.unsubscribe(), second.unsubscribe()]);
    }));

  it('a server that starts says that it is not ready', () =>
    after('23.10', async (server, client) => {
      server.fault({ notReady: true });
      const error = await errorOf(client.appendToStream(fresh(), event(), { credentials: { username: 'a', password: 'b' } }));
      expect(error).toBeInstanceOf(UnknownError);
      expect(error.message).toContain('Server Is Not Ready');
    }));

  it('a lost reply leaves the event written', () =>
    after('23.10', async (server, client) => {
      server.fault({ loseReplies: 1 });
      const stream = fresh();
      const credentials = { username: 'a', password: 'b' };
      expect(await errorOf(client.appendToStream(stream, event(), { credentials }))).toMatchObject({ code: 14 });
      expect(server.store.readable(stream)).toEqual({ first: 0, last: 0 });
    }));
});
