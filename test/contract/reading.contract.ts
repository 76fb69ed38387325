// Reading: order, pages, places in time, the chain, a long stream, a restart in the middle.
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Subject } from './event-log.contract.ts';
import { everything, notes, placeOf, request, streamOf } from './requests.ts';

/** The chain hash as the format says it, worked out by the test itself. */
function chainBy(log: Subject['log'], upTo: number): string {
  let chain = createHash('sha256').update(`biolithic log 1\n${log.namespace}`).digest();
  for (const e of everything(log)) {
    if (e.position > upTo) break;
    const row = [
      e.position, e.stream, e.revision, e.type, e.commandId, e.attempt, e.index, e.recordedAt, e.time, e.void,
      JSON.stringify(e.data), JSON.stringify(e.metadata),
    ];
    chain = createHash('sha256').update(chain).update(JSON.stringify(row)).digest();
  }
  return chain.toString('hex');
}

export function reading(subject: Subject): void {
  describe('reading', () => {
    test('the order seen by readers is the order of positions, without gaps, in every stream and in all', async () => {
      const { log } = subject;
      const appended = await Promise.all(Array.from({ length: 300 }, (_, n) => log.append(request({ events: notes(1 + (n % 3)) }))));
      const all = everything(log);
      expect(all.map((event) => event.position)).toEqual(all.map((_, n) => n + 1));
      expect(all.length).toBe(log.head().position);
      for (const { firstPosition, lastPosition } of appended) {
        const own = all.slice(firstPosition - 1, lastPosition);
        expect(new Set(own.map((event) => event.commandId)).size).toBe(1);
        expect(own.map((event) => event.index)).toEqual(own.map((_, n) => n));
      }
    });

    test('an acknowledged append is read at once', async () => {
      const { log } = subject;
      for (let n = 0; n < 50; n++) {
        const appended = await log.append(request({ stream: 'lot-1', expected: n === 0 ? 'none' : n - 1 }));
        expect(log.streamHead('lot-1')).toMatchObject({ revision: n, position: appended.lastPosition });
        expect(log.head().position).toBeGreaterThanOrEqual(appended.lastPosition);
        expect(log.readAll(appended.lastPosition - 1, 1)[0]?.commandId).toBe(log.readStream('lot-1', { from: n })[0]?.commandId);
      }
    });

    test('a stream is read from a revision, up to a position, in pages', async () => {
      const { log } = subject;
      await log.append(request({ stream: 'lot-1', events: notes(10) }));
      await log.append(request({ stream: 'lot-2', events: notes(10) }));
      const late = await log.append(request({ stream: 'lot-1', expected: 9, events: notes(10) }));
      const revisions = (options: object) => log.readStream('lot-1', options).map((event) => event.revision);
      expect(revisions({ from: 7, limit: 5 })).toEqual([7, 8, 9, 10, 11]);
      expect(revisions({ from: 20 })).toEqual([]);
      expect(revisions({ from: 8, upTo: late.firstPosition - 1 })).toEqual([8, 9]);
      expect(revisions({ from: 8, upTo: late.firstPosition + 1 })).toEqual([8, 9, 10, 11]);
      expect(revisions({ upTo: 0 })).toEqual([]);
      expect(revisions({ upTo: 1_000_000 })).toHaveLength(20);
    });

    test('a stream of 100,000 events is written and read in full, its end as fast as its beginning', async () => {
      const { log } = subject;
      const batch = 1_000;
      for (let written = 0; written < 100_000; written += batch) {
        await log.append(request({ stream: 'long-1', expected: written === 0 ? 'none' : written - 1, events: notes(batch) }));
      }
      expect(log.streamHead('long-1')?.revision).toBe(99_999);
      expect(log.readStream('long-1', { from: 99_998 }).map((event) => event.revision)).toEqual([99_998, 99_999]);
      let next = 0;
      for (const event of streamOf(log, 'long-1')) if (event.revision !== next++) throw new Error(`revision ${event.revision} out of order`);
      expect(next).toBe(100_000);
    }, 120_000);

    test('log time never runs backwards, and any time has its position', async () => {
      const { log } = subject;
      for (let n = 0; n < 20; n++) await log.append(request());
      const all = everything(log);
      for (const [n, event] of all.entries()) {
        expect(event.time).toBe(Math.max(event.recordedAt, all[n - 1]?.time ?? 0));
        const last = all.findLast(({ time }) => time <= event.time);
        expect(log.positionAt(event.time)).toBe(last?.position);
      }
      expect(log.positionAt((all[0]?.time ?? 0) - 1)).toBe(0);
      expect(log.positionAt(Number.MAX_SAFE_INTEGER)).toBe(log.head().position);
      expect(log.head().time).toBe(all.at(-1)?.time);
    });

    test('every position has its chain hash', async () => {
      const { log } = subject;
      for (let n = 0; n < 10; n++) await log.append(request({ events: notes(2, 'ünï\u2028') }));
      const { position, chain } = log.head();
      expect(chain).toBe(chainBy(log, position));
      for (const at of [0, 1, 7, position]) expect(log.chainAt(at)).toBe(chainBy(log, at));
      expect(log.chainAt(position + 1)).toBeUndefined();
    });

    test('a restart in the middle changes nothing and the log goes on', async () => {
      const before = subject.log;
      const once = request({ stream: 'lot-1', events: notes(3) });
      const first = await before.append(once);
      const head = before.head();
      const seen = everything(before).map(placeOf);
      const log = await subject.reopen();
      expect(log.head()).toEqual(head);
      expect(everything(log).map(placeOf)).toEqual(seen);
      expect(await log.append(once)).toEqual(first);
      const next = await log.append(request({ stream: 'lot-1', expected: 2 }));
      expect(next.firstPosition).toBe(head.position + 1);
    });

    test('shutting down finishes what was accepted', async () => {
      const accepted = Array.from({ length: 200 }, () => subject.log.append(request()));
      const done = subject.log.shutdown();
      const positions = (await Promise.all(accepted)).map((appended) => appended.lastPosition);
      await Promise.all([done, subject.log.shutdown()]);
      const log = await subject.reopen();
      expect(log.head().position).toBe(Math.max(...positions));
    });

    test('a slow reader does not pin the write-ahead log', async () => {
      const { log } = subject;
      let release = (): void => {};
      const stuck = new Promise<void>((resolve) => {
        release = resolve;
      });
      const subscription = log.subscribe(0, () => stuck);
      const text = 'x'.repeat(8_000);
      for (let round = 0; round < 60; round++) {
        await Promise.all(Array.from({ length: 16 }, () => log.append(request({ events: notes(4, text) }))));
        log.readAll(0, 10);
      }
      const { file } = log.location;
      const wal = statSync(`${file}-wal`).size;
      // 30 MB were written; unpinned, the write-ahead log starts over again and again.
      expect(wal).toBeLessThan(24_000_000);
      release();
      subscription.close();
    }, 60_000);
  });
}
