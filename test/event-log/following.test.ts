// Numbering followed events: which are void, and that every replica finds the same however the events reach it.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { LogDiverged, openLogReader, type Guard, type StoredEvent } from '../../src/event-log/index.ts';
import { follow } from '../../src/event-log/sqlite/following.ts';
import type { FollowedEvent } from '../../src/event-log/sqlite/local-copy.ts';
import { readOperations, writeFollow, type FollowOperation } from '../../src/event-log/sqlite/protocol.ts';
import { LogRows } from '../../src/event-log/sqlite/rows.ts';
import { createTables, openForWriting } from '../../src/event-log/sqlite/schema.ts';
import { openLocalCopy, type LocalCopy } from '../../src/event-log/sqlite/local-copy.ts';
import { everything, settled } from '../contract/requests.ts';
import { FollowedSource, type SourceAppend } from '../support/followed.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

let place: TemporaryDirectory;
beforeEach(() => {
  place = temporaryDirectory();
});
afterEach(() => place.remove());

const NAMESPACE = 'grove';

function operationOf(events: readonly FollowedEvent[], after = ''): FollowOperation {
  const flat: unknown[] = [];
  writeFollow(flat, after, events.map((event) => ({ ...event, data: JSON.stringify(event.data), metadata: JSON.stringify(event.metadata) })));
  return readOperations(flat)[0] as FollowOperation;
}

/** Follows in batches of the given sizes; between batches the writer may start anew, and events may come again. */
function copyOf(events: readonly FollowedEvent[], sizes: readonly number[], repeat: number): StoredEvent[] & { chain?: string } {
  const file = join(place.path, `${randomUUID()}.sqlite`);
  createTables(file, NAMESPACE, 'copy');
  for (let at = 0, n = 0; at < events.length; n++) {
    const db = openForWriting(file);
    const rows = new LogRows(db, NAMESPACE);
    for (let batch = 0; batch < 3; batch++, n++) {
      const next = at + (sizes[n % sizes.length] ?? 1);
      db.exec('BEGIN');
      const reply = follow(rows, operationOf(events.slice(Math.max(0, at - repeat), next)));
      db.exec('COMMIT');
      expect(reply.kind).toBe('followed');
      at = next;
    }
    db.close();
  }
  const reader = openLogReader(file, { kind: 'copy', namespace: NAMESPACE });
  const found = Object.assign(everything(reader), { chain: reader.head().chain });
  reader.close();
  return found;
}

const STREAMS = ['charter-self', 'lot-a', 'lot-b', 'ballot-x'];
const COMMANDS = Array.from({ length: 6 }, (_, n) => `c0ffee00-0000-4000-8000-00000000000${n}`);
const stream = fc.constantFrom(...STREAMS);
const guard: fc.Arbitrary<Guard> = fc.record({ stream, revision: fc.oneof(fc.constant('none' as const), fc.nat(4)) });
const append: fc.Arbitrary<SourceAppend> = fc.record({
  stream,
  commandId: fc.oneof({ weight: 2, arbitrary: fc.uuid({ version: 5 }) }, { weight: 1, arbitrary: fc.constantFrom(...COMMANDS) }),
  attempt: fc.nat(2),
  count: fc.integer({ min: 1, max: 4 }),
  guards: fc.array(guard, { maxLength: 2 }),
  from: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2) }),
  forged: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

function sourceOf(appends: readonly SourceAppend[]): FollowedSource {
  const source = new FollowedSource(NAMESPACE);
  for (const one of appends) source.append(one);
  return source;
}

/** The rule as the architecture words it, over a list in memory. */
function voidByRule(events: readonly FollowedEvent[], ownIds: (event: FollowedEvent) => boolean): boolean[] {
  const verdicts: boolean[] = [];
  events.forEach((event, at) => {
    const before = events.slice(0, at);
    const last = before.at(-1);
    if (event.index > 0 && last && last.stream === event.stream && last.commandId === event.commandId
      && last.attempt === event.attempt && last.index === event.index - 1) {
      verdicts.push(verdicts[at - 1] === true || !ownIds(event));
      return;
    }
    const inEffect = (name: string) => before.findLast((one, n) => one.stream === name && !verdicts[n])?.revision ?? 'none';
    const same = before.flatMap((one, n) => (one.commandId === event.commandId ? [{ ...one, void: verdicts[n] }] : []));
    const holds = event.index === 0 && ownIds(event)
      && !same.some((one) => !one.void || one.attempt === event.attempt)
      && event.guards.every((one) => inEffect(one.stream) === one.revision);
    verdicts.push(!holds);
  });
  return verdicts;
}

describe('numbering', () => {
  test('copies fed the same events in other batches, again and across restarts, are equal row by row and in their chains', () => {
    fc.assert(
      fc.property(
        fc.array(append, { maxLength: 30 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), fc.nat(5),
        (appends, sizes, repeat) => {
          const { events } = sourceOf(appends);
          expect(copyOf(events, sizes, repeat)).toEqual(copyOf(events, [events.length], 0));
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);

  test('an event is void exactly where the rule says', () => {
    fc.assert(
      fc.property(fc.array(append, { maxLength: 30 }), (appends) => {
        const source = sourceOf(appends);
        const unforged = sourceOf(appends.map((one) => ({ ...one, forged: false })));
        const genuine = new Map(unforged.events.map((event) => [event.sourcePosition, event.eventId]));
        const own = (event: FollowedEvent) => genuine.get(event.sourcePosition) === event.eventId;
        expect(copyOf(source.events, [7], 0).map((event) => event.void)).toEqual(voidByRule(source.events, own));
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test('nothing is numbered while what was handed over before it is not: a batch that failed leaves no gap', () => {
    const { events } = sourceOf(Array.from({ length: 6 }, () => ({ stream: `ballot-${randomUUID()}`, commandId: randomUUID() })));
    const file = join(place.path, `${randomUUID()}.sqlite`);
    createTables(file, NAMESPACE, 'copy');
    const db = openForWriting(file);
    const log = new LogRows(db, NAMESPACE);
    expect(follow(log, operationOf(events.slice(0, 2)))).toMatchObject({ kind: 'followed', last: 2 });
    const overtaking = operationOf(events.slice(4), events[3]?.sourcePosition);
    expect(follow(log, overtaking)).toMatchObject({ kind: 'unavailable', outcome: 'none' });
    expect(log.end.position).toBe(2);
    expect(follow(log, operationOf(events.slice(2, 4), events[1]?.sourcePosition))).toMatchObject({ kind: 'followed', last: 4 });
    expect(follow(log, overtaking)).toMatchObject({ kind: 'followed', last: events.length });
    db.close();
  });

  test('a broken guard voids the whole append, which keeps its numbers and counts for revisions but not for guards', () => {
    const [one, two, three] = COMMANDS as [string, string, string];
    const { events } = sourceOf([
      { stream: 'charter-self', commandId: one },
      { stream: 'lot-a', commandId: two, count: 3, guards: [{ stream: 'charter-self', revision: 'none' }] },
      { stream: 'ballot-x', commandId: three, guards: [{ stream: 'lot-a', revision: 'none' }] },
      { stream: 'lot-a', commandId: two, attempt: 1, guards: [{ stream: 'charter-self', revision: 0 }] },
    ]);
    const rows = copyOf(events, [2], 0);
    expect(rows.map((event) => [event.position, event.stream, event.revision, event.void])).toEqual([
      [1, 'log-opened', 0, false], [2, 'charter-self', 0, false], [3, 'lot-a', 0, true], [4, 'lot-a', 1, true], [5, 'lot-a', 2, true],
      [6, 'ballot-x', 0, false], [7, 'lot-a', 3, false],
    ]);
  });

  test('a command in effect once stays so: the same again, or by another attempt, is void', () => {
    const [one] = COMMANDS as [string];
    const { events } = sourceOf([
      { stream: 'lot-a', commandId: one, count: 2 },
      { stream: 'lot-a', commandId: one, count: 2 },
      { stream: 'lot-b', commandId: one, attempt: 1 },
    ]);
    expect(copyOf(events, [3], 0).map((event) => event.void)).toEqual([false, false, false, true, true, true]);
  });
});

describe('a local copy', () => {
  let copy: LocalCopy;
  const reopen = async (): Promise<void> => {
    await copy.shutdown();
    copy = await openLocalCopy({ directory: join(place.path, 'copy'), namespace: NAMESPACE });
  };
  beforeEach(async () => {
    copy = await openLocalCopy({ directory: join(place.path, 'copy'), namespace: NAMESPACE });
  });
  afterEach(() => copy.shutdown());
  const [one, two] = COMMANDS as [string, string];

  test('is empty at first, and keeps what it followed with the place it came from', async () => {
    expect([copy.reader.head().position, copy.sourcePosition()]).toEqual([0, undefined]);
    const { events } = sourceOf([{ stream: 'lot-a', commandId: one, count: 3 }]);
    expect(await copy.follow(events)).toEqual({ lastPosition: 4 });
    expect(copy.sourcePosition()).toBe(events.at(-1)?.sourcePosition);
    const head = copy.reader.head();
    expect(await copy.follow(events)).toEqual({ lastPosition: 4 });
    expect(await copy.follow([])).toEqual({ lastPosition: 4 });
    await reopen();
    expect([copy.reader.head(), copy.sourcePosition()]).toEqual([head, events.at(-1)?.sourcePosition]);
  });

  test('orders places in the followed log as numbers', async () => {
    const { events } = sourceOf(Array.from({ length: 20 }, () => ({ stream: 'lot-a', commandId: randomUUID() })));
    await Promise.all([copy.follow(events.slice(0, 7)), copy.follow(events.slice(5, 12)), copy.follow(events.slice(2))]);
    expect(everything(copy.reader).map((event) => event.data)).toEqual(events.map((event) => event.data));
  });

  test('tells when an append was numbered, and its verdict', async () => {
    const { events } = sourceOf([
      { stream: 'lot-a', commandId: one, count: 3 },
      { stream: 'lot-b', commandId: two, count: 2, guards: [{ stream: 'lot-a', revision: 0 }] },
    ]);
    const waits = [copy.whenNumbered(one, 0, 3), copy.whenNumbered(one, 0, 3), copy.whenNumbered(two, 0, 2)];
    const cancelled = copy.whenNumbered(one, 0, 3);
    cancelled.cancel();
    let done = 0;
    for (const { verdict } of waits) void verdict.then(() => done++);
    await copy.follow(events.slice(0, 3));
    expect(done).toBe(0);
    await copy.follow(events.slice(3));
    const [first, again, voided] = await Promise.all(waits.map((wait) => wait.verdict));
    expect(first).toMatchObject({ firstPosition: 2, lastPosition: 4, revision: 2, void: false });
    expect(again).toEqual(first);
    expect(voided).toMatchObject({ firstPosition: 5, lastPosition: 6, revision: 1, void: true });
    expect(await copy.whenNumbered(one, 0, 3).verdict).toEqual(first);
    const never = settled(copy.whenNumbered(one, 1, 1).verdict);
    await copy.shutdown();
    expect(await never).toMatchObject({ name: 'LogUnavailable', outcome: 'unknown' });
    expect(await settled(copy.whenNumbered(one, 1, 1).verdict)).toMatchObject({ name: 'LogUnavailable' });
  });

  test('hands followed events to subscribers, void ones marked', async () => {
    const { events } = sourceOf([{ stream: 'lot-a', commandId: one, guards: [{ stream: 'lot-b', revision: 3 }] }]);
    const seen: boolean[] = [];
    const both = new Promise<void>((resolve) => {
      copy.subscribe(0, (batch) => {
        seen.push(...batch.map((event) => event.void));
        if (seen.length === 2) resolve();
      });
    });
    await copy.follow(events);
    await both;
    expect(seen).toEqual([false, true]);
  });

  test('a stream that was cut or rewritten is divergence, kept to, with all before it numbered', async () => {
    const { events } = sourceOf([{ stream: 'lot-a', commandId: one, count: 4 }]);
    const cut = events.filter((_, n) => n !== 2);
    const outcome = await settled(copy.follow(cut));
    expect(outcome).toBeInstanceOf(LogDiverged);
    expect(copy.status()).toMatchObject({ state: 'diverged', reason: expect.stringContaining('lot-a') });
    expect(await settled(copy.follow(events))).toBeInstanceOf(LogDiverged);
    expect(copy.reader.head().position).toBe(2);
    await reopen();
    expect(await copy.follow(events)).toEqual({ lastPosition: 5 });
  });

  test('does not follow a log that begins otherwise', async () => {
    const { events } = sourceOf([{ stream: 'lot-a', commandId: one }]);
    expect(await settled(copy.follow(events.slice(1)))).toBeInstanceOf(LogDiverged);
    expect(copy.reader.head().position).toBe(0);
  });
});
