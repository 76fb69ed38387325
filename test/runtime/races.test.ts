// The races of the map: what is acknowledged holds at its place in the order, however commands interleave and replies get lost.
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EventLog, StoredEvent } from '../../src/event-log/index.ts';
import { recordedOf, type ExecutorObserver } from '../../src/runtime/index.ts';
import { faultyLog, replaced, type Fault } from '../support/faulty-log.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { as, executorOver, openLogFile, settle } from './service.ts';
import { CastVote, catalogue, ClosePoll, ForbidHandover, HandOver, OpenPoll, PermitHandover, PinNote } from './village.ts';

const past = '2020-01-01T00:00:00.000Z';
const eventsOf = (log: Pick<EventLog, 'readAll'>) => log.readAll(1).flatMap((stored: StoredEvent) => recordedOf(catalogue, stored) ?? []);
const turns = async (n: number): Promise<void> => {
  for (let turn = 0; turn < n; turn += 1) await new Promise((done) => setImmediate(done));
};

/** The local log file refuses a broken guard; the log in memory finds it after numbering, as a followed cluster does. */
const logs = [
  { kind: 'the local log file', openLog: openLogFile, numRuns: 10 },
  { kind: 'a log with void appends', openLog: () => Promise.resolve(new MemoryLog({ voids: true })), numRuns: 50 },
];

let current: EventLog | undefined;
afterEach(async () => current?.shutdown());

/** A new log, in place of the one before. */
async function fresh(openLog: () => Promise<EventLog>): Promise<EventLog> {
  await current?.shutdown();
  current = await openLog();
  return current;
}

describe.each(logs)('on $kind', ({ openLog, numRuns }) => {
  test('an acknowledged ballot precedes the closing of the polls, and one that came later was refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(6), { minLength: 1, maxLength: 30 }), fc.nat(8), async (starts, closing) => {
        const log = await fresh(openLog);
        const replicas = [executorOver(log), executorOver(log)] as const;
        await as(replicas[0], 'steward')(OpenPoll, { poll: 'p', closesAt: past });
        const votes = starts.map(async (start, n) => {
          await turns(start);
          return as(replicas[n % 2 === 0 ? 0 : 1], `voter-${n}`)(CastVote, { poll: 'p', choice: 'yes' }).catch((error: Error) => error);
        });
        await turns(closing);
        await as(replicas[0], 'steward')(ClosePoll, { poll: 'p' });
        const answers = await Promise.all(votes);
        const events = eventsOf(log);
        const closed = events.find(({ type }) => type === 'PollClosed')?.position ?? 0;
        const cast = events.filter(({ type }) => type === 'VoteCast');
        expect(cast.every(({ position }) => position < closed)).toBe(true);
        const acknowledged = answers.flatMap((answer) => (answer instanceof Error ? [] : [answer.position]));
        expect(acknowledged.toSorted((a, b) => a - b)).toEqual(cast.map(({ position }) => position));
        for (const answer of answers) if (answer instanceof Error) expect(answer.name).toBe('VillagePollNotOpen');
      }),
      { numRuns },
    );
  });

  test('nothing passes, and nothing is put on record as refused, under a bylaw that is not in force at its place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ after: fc.nat(4), replica: fc.nat(1), parcel: fc.nat(3) }), { maxLength: 24 }), async (handovers) => {
        const log = await fresh(openLog);
        const replicas = [executorOver(log), executorOver(log)];
        const sender = (n: number, who: string) => as(replicas[n] ?? executorOver(log), who);
        const moving = handovers.map(async ({ after, replica, parcel }, n) => {
          await turns(after * 3);
          await settle(sender(replica, `keeper-${n}`)(HandOver, { parcel: `${parcel}`, to: `place-${n}` }));
        });
        for (const law of [ForbidHandover, PermitHandover, ForbidHandover]) {
          await turns(2);
          await sender(1, 'council')(law, {});
        }
        await Promise.all(moving);
        let forbidden = false;
        let revision = 0;
        for (const event of eventsOf(log)) {
          if (event.type === 'HandoverForbidden' || event.type === 'HandoverPermitted') {
            forbidden = event.type === 'HandoverForbidden';
            revision += 1;
          }
          if (event.type === 'ParcelHandedOver') expect({ forbidden, ...(event.data as object) }).toMatchObject({ forbidden: false, under: revision });
          if (event.type === 'HandoverRefused') expect({ forbidden, ...(event.data as object) }).toMatchObject({ forbidden: true, under: revision });
        }
      }),
      { numRuns },
    );
  });

  test('64 commands at once for one stream are each done once, from one process or from four', async () => {
    for (const processes of [1, 4]) {
      const log = await fresh(openLog);
      let conflicts = 0;
      const observer: ExecutorObserver = { conflicted: () => void (conflicts += 1) };
      const executors = Array.from({ length: processes }, () => executorOver(log, { observer }));
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, n) => as(executors[n % processes] ?? executorOver(log), `p${n}`)(PinNote, { board: 'b', text: `${n}` })),
      );
      expect(answers.map(({ revision }) => revision).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, n) => n));
      expect(eventsOf(log).map(({ data }) => (data as { number: number }).number)).toEqual(Array.from({ length: 64 }, (_, n) => n + 1));
      if (processes === 1) expect(conflicts).toBe(0);
    }
  });

  test('a storm of resends, with replies and requests lost, to two replicas: nothing is in effect twice, and answers agree', async () => {
    const fault = fc.constantFrom<Fault>('ok', 'ok', 'ok', 'lost-reply', 'lost-request', 'late');
    const sent = fc.record({ key: fc.nat(9), times: fc.integer({ min: 1, max: 5 }), kind: fc.constantFrom('note', 'vote', 'handover') });
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 40 }), fc.array(sent, { minLength: 1, maxLength: 12 }), async (faults, storm) => {
        const log = await fresh(openLog);
        await as(executorOver(log), 'steward')(OpenPoll, { poll: 'p', closesAt: past });
        if (storm.length % 2 === 0) await as(executorOver(log), 'steward')(ForbidHandover, {});
        const executors = [0, 1].map((replica) => executorOver(faultyLog(log, (_, nth) => faults[nth * 2 + replica] ?? 'ok')));
        const answers = new Map<string, string[]>();
        await Promise.all(
          storm.flatMap(({ key, times, kind }) =>
            Array.from({ length: times }, async (_, n) => {
              const zara = as(executors[n % 2] ?? executorOver(log), `zara-${key}`);
              const name = `${kind}-${key}`;
              const answer = await settle(
                kind === 'note'
                  ? zara(PinNote, { board: 'b', text: name }, name)
                  : kind === 'vote'
                    ? zara(CastVote, { poll: 'p', choice: name }, name)
                    : zara(HandOver, { parcel: 'x', to: name }, name),
              );
              answers.set(name, [...(answers.get(name) ?? []), answer]);
            }),
          ),
        );
        for (const [name, given] of answers) {
          const last = given.filter((answer) => !answer.startsWith('OutcomeUnknown'));
          expect({ name, different: [...new Set(last)].slice(1) }).toEqual({ name, different: [] });
        }
        const effects = eventsOf(log).map(({ commandId, type }) => `${commandId} ${type}`);
        expect(effects.length).toBe(new Set(effects).size);
      }),
      { numRuns },
    );
  });
});

describe('one key', () => {
  test('with two bodies at once: one is done, the other is told', async () => {
    for (let round = 0; round < 20; round += 1) {
      const log = new MemoryLog();
      const replicas = [executorOver(log), executorOver(log)];
      const texts = Array.from({ length: 8 }, (_, n) => `text-${n % 2}`);
      const answers = await Promise.all(
        texts.map((text, n) => settle(as(replicas[n % 3 === 0 ? 0 : 1] ?? executorOver(log), 'zara')(PinNote, { board: text, text }, 'key'))),
      );
      const [event, ...more] = eventsOf(log);
      expect(more).toEqual([]);
      const done = (event as { data: { text: string } }).data.text;
      for (const [n, answer] of answers.entries()) {
        if (texts[n] === done) expect(answer).toContain(`"position":${event?.position}`);
        else expect(answer).toMatch(/^IdempotencyKeyReused/);
      }
    }
  });
});

describe('a log that fails', () => {
  test('before anything was written: the command is refused by name, and may be sent again', async () => {
    const log = new MemoryLog();
    const zara = as(executorOver(faultyLog(log, (_, nth) => (nth === 0 ? 'down' : 'ok'))), 'zara');
    await expect(zara(PinNote, { board: 'b', text: 'x' }, 'k')).rejects.toMatchObject({ name: 'LogUnavailable', status: 503 });
    await expect(zara(PinNote, { board: 'b', text: 'x' }, 'k')).resolves.toMatchObject({ revision: 0 });
  });

  test('without ever saying how: the outcome is unknown, until the same key is sent again', async () => {
    const log = new MemoryLog();
    let down = true;
    const failing = faultyLog(log, (_, nth) => (nth === 0 ? 'lost-reply' : down ? 'down' : 'ok'));
    const hidden = replaced(failing, { findCommand: (id) => (down ? undefined : log.findCommand(id)) });
    const zara = as(executorOver(hidden), 'zara');
    await expect(zara(PinNote, { board: 'b', text: 'x' }, 'k')).rejects.toMatchObject({ name: 'OutcomeUnknown', status: 503 });
    down = false;
    await expect(zara(PinNote, { board: 'b', text: 'x' }, 'k')).resolves.toMatchObject({ revision: 0, position: 2 });
    expect(log.head().position).toBe(2);
  });

  test('in a way without a name is a bug, and passed on', async () => {
    const log = new MemoryLog();
    const broken = replaced(log, { append: () => Promise.reject(new TypeError('boom')) });
    await expect(as(executorOver(broken), 'zara')(PinNote, { board: 'b', text: 'x' })).rejects.toThrow(TypeError);
  });
});

describe('contention without end', () => {
  test('is given up after a bounded number of decisions, with nothing done', async () => {
    const log = new MemoryLog();
    const intruder = executorOver(log);
    let n = 0;
    const contended = replaced(log, {
      append: async (request) => {
        await as(intruder, 'intruder')(PinNote, { board: 'b', text: `${++n}` });
        return log.append(request);
      },
    });
    const zara = as(executorOver(contended), 'zara');
    await expect(zara(PinNote, { board: 'b', text: 'x' })).rejects.toMatchObject({ name: 'TooMuchContention', status: 503, details: { retryAfter: 1 } });
    expect(eventsOf(log).every(({ actor }) => actor === 'intruder')).toBe(true);
    expect(n).toBeLessThanOrEqual(16);
  });
});
