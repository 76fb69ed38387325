// Subscriptions: catch-up, then live, without gap or repeat.
import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../src/event-log/index.ts';
import type { Subject } from './event-log.contract.ts';
import { everything, notes, placeOf, request, until } from './requests.ts';

const positions = (events: readonly StoredEvent[]): number[] => events.map((event) => event.position);
const inOrder = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

export function subscribing(subject: Subject): void {
  describe('subscribing', () => {
    test('catch-up goes over into live without gap or repeat while writers run', async () => {
      const { log } = subject;
      await Promise.all(Array.from({ length: 100 }, () => log.append(request({ events: notes(15) }))));
      let writing = true;
      const writers = Array.from({ length: 8 }, async () => {
        while (writing) await log.append(request({ events: notes(2) }));
      });
      const subscribers = Array.from({ length: 10 }, (_, n) => {
        const seen: StoredEvent[] = [];
        const after = n * 37;
        const slow = n % 3 === 0;
        const subscription = log.subscribe(after, async (events) => {
          seen.push(...events);
          if (slow) await new Promise((resolve) => setTimeout(resolve, n));
        });
        return { after, seen, subscription };
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      writing = false;
      await Promise.all(writers);
      const head = log.head().position;
      await until(() => subscribers.every(({ subscription }) => subscription.position >= head), 'all subscribers at the head');
      for (const { after, seen, subscription } of subscribers) {
        expect(positions(seen)).toEqual(inOrder(after + 1, head));
        subscription.close();
      }
    });

    test('what is handed over is what is read', async () => {
      const { log } = subject;
      const seen: StoredEvent[] = [];
      const subscription = log.subscribe(0, (events) => void seen.push(...events));
      for (let n = 0; n < 20; n++) await log.append(request({ events: notes(3) }));
      const head = log.head().position;
      await until(() => subscription.position === head, 'the subscriber at the head');
      expect(seen).toEqual(everything(log));
      subscription.close();
    });

    test('a subscription resumes from any position', async () => {
      const { log } = subject;
      await log.append(request({ events: notes(1_500) }));
      const head = log.head().position;
      for (const after of [0, 1, 511, 512, 513, 1_000, head - 1, head]) {
        const seen: number[] = [];
        const subscription = log.subscribe(after, (events) => void seen.push(...positions(events)));
        await until(() => subscription.position === head, `the head from ${after}`);
        subscription.close();
        expect(seen).toEqual(inOrder(after + 1, head));
      }
    });

    test('a subscription from the head gets live events only', async () => {
      const { log } = subject;
      const seen: StoredEvent[] = [];
      const subscription = log.subscribe(log.head().position, (events) => void seen.push(...events));
      const appended = await log.append(request());
      await until(() => subscription.position === appended.lastPosition, 'the live event');
      expect(positions(seen)).toEqual([appended.lastPosition]);
      subscription.close();
    });

    test('the next batch comes when the handler is done with this one', async () => {
      const { log } = subject;
      let running = 0;
      let together = 0;
      const subscription = log.subscribe(0, async () => {
        running += 1;
        together = Math.max(together, running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running -= 1;
      });
      for (let n = 0; n < 20; n++) await log.append(request());
      const head = log.head().position;
      await until(() => subscription.position === head, 'the head');
      expect(together).toBe(1);
      subscription.close();
    });

    test('a closed subscription gets nothing more', async () => {
      const { log } = subject;
      let seen = 0;
      const subscription = log.subscribe(0, (events) => {
        seen += events.length;
        subscription.close();
      });
      await until(() => seen > 0, 'the first batch');
      const before = seen;
      const other = log.subscribe(log.head().position, () => {});
      const appended = await log.append(request());
      await until(() => other.position === appended.lastPosition, 'the other subscriber');
      expect(seen).toBe(before);
      other.close();
    });

    test('a handler that throws ends its own subscription, by name, and no other', async () => {
      const { log } = subject;
      const failing = log.subscribe(0, () => {
        throw new Error('the view is broken');
      });
      const rejecting = log.subscribe(0, () => Promise.reject(new Error('the disk is full')));
      const other = log.subscribe(0, () => {});
      expect((await failing.failed).message).toBe('the view is broken');
      expect((await rejecting.failed).message).toBe('the disk is full');
      expect(failing.position).toBe(0);
      const appended = await log.append(request());
      await until(() => other.position === appended.lastPosition, 'the other subscriber');
      expect(placeOf(log.readAll(appended.firstPosition - 1)[0] as StoredEvent).position).toBe(appended.firstPosition);
      other.close();
    });
  });
}
