// The stream cache: a fold from memory is the fold of the log, within its bytes, shared folds and void events included.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { derivedId, type Event, type Fold, type Recorded } from '../../src/kernel/index.ts';
import { StreamCache } from '../../src/runtime/index.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { catalogue } from './village.ts';

const COMMANDS = '00000000-0000-5000-8000-000000000000';

const texts: Fold<Event, readonly string[]> = {
  name: 'texts',
  initial: [],
  evolve: (state, event: Recorded<Event>) => [...state, (event.data as { text: string }).text],
};
const last: Fold<Event, number> = { name: 'last', initial: 0, evolve: (_, event: Recorded<Event>) => event.position };

let commands = 0;
/** Pins a note, or tries to under a guard that does not hold: then its event is void. */
async function pin(log: MemoryLog, stream: string, text: string, broken = false): Promise<void> {
  const request = {
    stream,
    expected: log.streamHead(stream)?.revision ?? ('none' as const),
    events: [{ type: 'village.note-pinned.v1', data: { board: stream, text, number: 1 } }],
    guards: broken ? [{ stream: 'log-opened', revision: 7 }] : [],
    commandId: derivedId(COMMANDS, `${++commands}`),
    attempt: 0,
    metadata: { actor: 'zara' },
  };
  await log.append(request).catch(() => undefined);
}

describe('a stream loaded through the cache', () => {
  test('is folded as the log has it, however it grows, whatever is void, and however little may be kept', async () => {
    const step = fc.record({
      do: fc.constantFrom('pin', 'pin', 'void', 'load', 'load', 'load from memory'),
      stream: fc.constantFrom('a', 'b', 'c', 'd'),
      fold: fc.constantFrom('texts', 'last'),
      text: fc.string({ maxLength: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(600, 3_000, 10_000_000), fc.array(step, { maxLength: 60 }), async (limit, steps) => {
        const log = new MemoryLog({ voids: true });
        const cache = new StreamCache(log, catalogue, limit);
        for (const { do: what, stream, fold, text } of steps) {
          if (what === 'pin' || what === 'void') {
            await pin(log, stream, text, what === 'void');
            cache.changed(stream);
            continue;
          }
          const events = log.readStream(stream);
          const inEffect = events.filter((event) => !event.void);
          const { state, revision, inEffect: effective, position } =
            fold === 'texts' ? cache.load(texts, stream, what === 'load') : cache.load(last, stream, what === 'load');
          const expected = fold === 'texts' ? inEffect.map(({ data }) => (data as { text: string }).text) : (inEffect.at(-1)?.position ?? 0);
          expect({ state, revision, effective, position }).toEqual({
            state: expected,
            revision: events.at(-1)?.revision ?? 'none',
            effective: inEffect.at(-1)?.revision ?? 'none',
            position: inEffect.at(-1)?.position ?? 0,
          });
          expect(cache.size).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 80 },
    );
  });

  test('is read on, not again: a long stream costs its new events only', async () => {
    const log = new MemoryLog();
    let read = 0;
    const counted = {
      readStream: (...of: Parameters<MemoryLog['readStream']>) => {
        const events = log.readStream(...of);
        read += events.length;
        return events;
      },
    };
    const cache = new StreamCache(counted, catalogue, 1_000_000);
    for (let n = 0; n < 50; n += 1) {
      await pin(log, 'a', `${n}`);
      expect(cache.load(last, 'a', true).revision).toBe(n);
    }
    expect(read).toBe(50);
  });

  test('is measured by its state: a long stream with a small state may stay', async () => {
    const log = new MemoryLog();
    const cache = new StreamCache(log, catalogue, 1_000_000);
    for (let n = 0; n < 300; n += 1) await pin(log, 'a', 'x'.repeat(200));
    cache.load(last, 'a', true);
    expect(cache.size).toBeLessThan(1_000);
    cache.load(texts, 'a', true);
    expect(cache.size).toBeGreaterThan(300 * 200);
  });

  test('is never folded by another fold of the same name', async () => {
    const log = new MemoryLog();
    await pin(log, 'a', 'x');
    const cache = new StreamCache(log, catalogue, 10_000);
    cache.load(last, 'a', true);
    expect(() => cache.load({ ...last, evolve: () => 7 }, 'a', true)).toThrow(/two folds are named last/);
  });
});
