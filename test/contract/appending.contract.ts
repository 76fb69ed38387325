// Appending: expectations, guards, resends, limits.
import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  APPEND_LIMIT, AppendTooLarge, CommandAlreadyAppended, InvalidAppend, RevisionConflict, type AppendRequest,
} from '../../src/event-log/index.ts';
import { encodeAppend } from '../../src/event-log/append-encoding.ts';
import type { Subject } from './event-log.contract.ts';
import { everything, notes, placeOf, request, settled, streamOf } from './requests.ts';

export function appending(subject: Subject): void {
  describe('appending', () => {
    test('a new log begins with its opening, at position 1', () => {
      const [opening] = subject.log.readAll(0, 1);
      expect(opening).toMatchObject({ position: 1, stream: 'log-opened', revision: 0, type: 'log.opened.v1', void: false });
      expect(opening?.data).toMatchObject({ format: 1, namespace: subject.log.namespace });
    });

    test('events take the next positions and the next revisions of their stream', async () => {
      const { log } = subject;
      const before = log.head().position;
      const first = await log.append(request({ stream: 'lot-1', events: notes(3) }));
      expect(first).toMatchObject({ firstPosition: before + 1, lastPosition: before + 3, revision: 2 });
      const second = await log.append(request({ stream: 'lot-1', expected: 2, events: notes(1) }));
      expect(second).toMatchObject({ firstPosition: before + 4, lastPosition: before + 4, revision: 3 });
      expect(streamOf(log, 'lot-1').map((event) => event.revision)).toEqual([0, 1, 2, 3]);
      expect(log.streamHead('lot-1')).toEqual({ revision: 3, position: before + 4, inEffect: 3 });
      expect(log.head().position).toBe(before + 4);
    });

    test('an event is read as it was appended', async () => {
      const { log } = subject;
      const data = { text: 'Flechte 🌱 \u2028 "quoted" \\ \u0001', nested: [{ a: null, b: [1.5, -0.001, true] }], empty: {} };
      const metadata = { actor: 'ada', onBehalfOf: 'mill', body: 'hash', refusal: { name: 'Denied' } };
      const appended = await log.append(request({ stream: 'lot-2', commandId: 'c0ffee00-0000-4000-8000-00000000000a', events: [{ type: 'test.told.v2', data }], metadata }));
      const [event] = log.readStream('lot-2');
      expect(event).toMatchObject({
        position: appended.firstPosition, stream: 'lot-2', revision: 0, type: 'test.told.v2', data, metadata,
        commandId: 'c0ffee00-0000-4000-8000-00000000000a', attempt: 0, index: 0, time: appended.time, void: false,
      });
      expect(event?.metadata).toEqual(metadata);
    });

    test('a stream expected to be new, or at another revision, is a conflict, and nothing is written', async () => {
      const { log } = subject;
      await log.append(request({ stream: 'lot-3', events: notes(2) }));
      const head = log.head();
      const conflict = (expected: number | 'none', stream = 'lot-3') => settled(log.append(request({ stream, expected })));
      for (const expected of ['none', 0, 2] as const) {
        const error = await conflict(expected);
        expect(error).toBeInstanceOf(RevisionConflict);
        expect(error).toMatchObject({ stream: 'lot-3', expected, actual: 1, kind: 'stream' });
      }
      expect(await conflict(0, 'lot-4')).toMatchObject({ stream: 'lot-4', expected: 0, actual: 'none', kind: 'stream' });
      expect(log.head()).toEqual(head);
    });

    test('of 64 concurrent writers of one stream exactly one wins each revision', async () => {
      const { log } = subject;
      const rounds = 5;
      for (let round = 0; round < rounds; round++) {
        const expected = round === 0 ? 'none' : round - 1;
        const outcomes = await Promise.all(
          Array.from({ length: 64 }, () => settled(log.append(request({ stream: 'proposal-1', expected })))),
        );
        const won = outcomes.filter((outcome) => !(outcome instanceof Error));
        const lost = outcomes.filter((outcome) => outcome instanceof RevisionConflict);
        expect([won.length, lost.length]).toEqual([1, 63]);
        expect(won[0]).toMatchObject({ revision: round });
      }
      expect(streamOf(log, 'proposal-1').filter((event) => !event.void)).toHaveLength(rounds);
    });

    test('a guard holds while the guarded stream stands where it was read', async () => {
      const { log } = subject;
      await log.append(request({ stream: 'charter-self', events: notes(2) }));
      const guards = [{ stream: 'charter-self', revision: 1 }, { stream: 'member-nobody', revision: 'none' as const }];
      const appended = await log.append(request({ stream: 'lot-5', guards }));
      expect(appended.revision).toBe(0);
    });

    test('a guard broken between decision and append is a conflict, and nothing is in effect', async () => {
      const { log } = subject;
      await log.append(request({ stream: 'charter-self' }));
      const read = log.streamHead('charter-self')?.inEffect ?? 'none';
      await log.append(request({ stream: 'charter-self', expected: 0 }));
      const outcome = await settled(log.append(request({ stream: 'lot-6', guards: [{ stream: 'charter-self', revision: read }] })));
      expect(outcome).toBeInstanceOf(RevisionConflict);
      expect(outcome).toMatchObject({ stream: 'charter-self', expected: 0, actual: 1, kind: 'guard' });
      expect(streamOf(log, 'lot-6').filter((event) => !event.void)).toEqual([]);
      const absent = await settled(log.append(request({ stream: 'lot-6b', guards: [{ stream: 'charter-self', revision: 'none' }] })));
      expect(absent).toMatchObject({ kind: 'guard', expected: 'none', actual: 1 });
    });

    test('racing writers: every append in effect found its guard unbroken at its own place', async () => {
      const { log } = subject;
      await log.append(request({ stream: 'phase-1' }));
      const guarded = new Map<string, number | 'none'>();
      await Promise.all(
        Array.from({ length: 200 }, async (_, n) => {
          if (n % 10 === 5) {
            const at = log.streamHead('phase-1')?.revision ?? 'none';
            return settled(log.append(request({ stream: 'phase-1', expected: at })));
          }
          const revision = log.streamHead('phase-1')?.inEffect ?? 'none';
          const ballot = request({ guards: [{ stream: 'phase-1', revision }] });
          guarded.set(ballot.commandId, revision);
          if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
          return settled(log.append(ballot));
        }),
      );
      let phase: number | 'none' = 'none';
      for (const event of everything(log)) {
        if (event.void) continue;
        if (event.stream === 'phase-1') phase = event.revision;
        else if (guarded.has(event.commandId)) expect(guarded.get(event.commandId)).toBe(phase);
      }
      expect(phase).not.toBe('none');
    });

    test('a resend gives the first result again, also when the stream has moved on', async () => {
      const { log } = subject;
      const once: AppendRequest = request({ stream: 'lot-7', events: notes(3) });
      const first = await log.append(once);
      await log.append(request({ stream: 'lot-7', expected: 2 }));
      const head = log.head();
      expect(await log.append(once)).toEqual(first);
      const together = await Promise.all(Array.from({ length: 5 }, () => log.append(once)));
      expect(together).toEqual(Array.from({ length: 5 }, () => first));
      expect(log.head()).toEqual(head);
    });

    test('one command sent five times at once is in the log once', async () => {
      const { log } = subject;
      const once = request({ events: notes(2) });
      const results = await Promise.all(Array.from({ length: 5 }, () => log.append(once)));
      expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
      expect(log.findCommand(once.commandId)?.events).toHaveLength(2);
    });

    test('a command in effect cannot be appended under another attempt, stream or expectation', async () => {
      const { log } = subject;
      const once = request({ stream: 'lot-8' });
      await log.append(once);
      await log.append(request({ stream: 'lot-9' }));
      for (const other of [{ attempt: 1, expected: 0 }, { stream: 'lot-9', expected: 0 }, { expected: 0 }]) {
        const outcome = await settled(log.append({ ...once, ...other }));
        expect(outcome).toBeInstanceOf(CommandAlreadyAppended);
        expect(outcome).toMatchObject({ commandId: once.commandId });
      }
      expect(log.findCommand(once.commandId)?.events.map((event) => placeOf(event).stream)).toEqual(['lot-8']);
    });

    test('an append of exactly the limit is stored, one byte more is not', async () => {
      const { log } = subject;
      const filled = (more: number): AppendRequest => {
        const empty = request({ events: [{ type: 'test.noted.v1', data: { text: '' } }] });
        const room = APPEND_LIMIT - encodeAppend(empty).bytes;
        return { ...empty, events: [{ type: 'test.noted.v1', data: { text: 'ü'.repeat(Math.floor(room / 2)) + 'x'.repeat((room % 2) + more) } }] };
      };
      const full = filled(0);
      expect(encodeAppend(full).bytes).toBe(APPEND_LIMIT);
      await log.append(full);
      expect(log.readStream(full.stream)[0]?.data).toEqual(full.events[0]?.data);
      const outcome = await settled(log.append(filled(1)));
      expect(outcome).toBeInstanceOf(AppendTooLarge);
      expect(outcome).toMatchObject({ bytes: APPEND_LIMIT + 1, limit: APPEND_LIMIT });
    });

    test('the limit holds for the sum of many small events', async () => {
      const { log } = subject;
      let count = 2_000;
      const many = (events: number): AppendRequest => request({ events: notes(events, 'x'.repeat(100)) });
      while (encodeAppend(many(count + 10)).bytes + 10 * 500 < APPEND_LIMIT) count += 10;
      const { firstPosition, lastPosition } = await log.append(many(count));
      expect(lastPosition - firstPosition + 1).toBe(count);
      expect(await settled(log.append(many(count * 2)))).toBeInstanceOf(AppendTooLarge);
    });

    test.each([
      'lot-ümlaut-日本語-🌿', 'a', 'lot-with spaces and\ttabs\nand lines', `quote'"\`-;--`, '$all', '$$meta-x', 'x@@y', '%2F/../..\\', 'лот-١٢٣', 'e\u0301', '\u00e9', 'n'.repeat(512),
    ])('a stream may be named %j', async (stream) => {
      const { log } = subject;
      await log.append(request({ stream, events: notes(2) }));
      await log.append(request({ stream: 'lot-other', guards: [{ stream, revision: 1 }] }));
      expect(log.readStream(stream).map((event) => [event.stream, event.revision])).toEqual([[stream, 0], [stream, 1]]);
      expect(await settled(log.append(request({ stream })))).toMatchObject({ stream, actual: 1 });
    });

    test('what no log could take is refused as a bug of the caller', async () => {
      const { log } = subject;
      const head = log.head();
      const circular: { self?: unknown } = {};
      circular.self = circular;
      const wrong: Partial<AppendRequest>[] = [
        { events: [] }, { stream: '' }, { stream: 'n'.repeat(513) }, { stream: '\ud800' }, { stream: 'a\0b' }, { commandId: 'no-uuid' },
        { attempt: -1 }, { expected: -1 }, { expected: 0.5 }, { events: [{ type: '', data: {} }] }, { events: [{ type: 'a.b.v1', data: undefined }] },
        { events: [{ type: 'a.b.v1', data: circular }] }, { events: [{ type: 'a.b.v1', data: { big: 1n } }] },
        { guards: [{ stream: '', revision: 0 }] }, { guards: [{ stream: 'a', revision: -2 }] },
      ];
      for (const over of wrong) expect(await settled(log.append(request(over)))).toBeInstanceOf(InvalidAppend);
      expect(log.head()).toEqual(head);
    });

    test('a command never seen is not found', () => {
      expect(subject.log.findCommand(randomUUID())).toBeUndefined();
      expect(subject.log.findCommand('no-uuid')).toBeUndefined();
      expect(subject.log.streamHead('lot-nowhere')).toBeUndefined();
      expect(subject.log.readStream('lot-nowhere')).toEqual([]);
    });
  });
}
