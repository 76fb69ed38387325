// The tail of a log: read once for all who keep up; laggards read by themselves.
import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../src/event-log/index.ts';
import { Tail } from '../../src/event-log/tail.ts';
import { until } from '../contract/requests.ts';

const eventAt = (position: number): StoredEvent => ({
  position, stream: 'lot-a', revision: position - 1, type: 'test.noted.v1', data: {}, metadata: { actor: 'ada' }, commandId: '', attempt: 0,
  index: 0, recordedAt: 0, time: 0, void: false,
});

/** A log in memory that counts what is read of it. */
class CountedLog {
  readonly events: StoredEvent[] = [];
  readonly tail = new Tail(this);
  read = 0;

  commit(count: number): void {
    for (let n = 0; n < count; n++) this.events.push(eventAt(this.events.length + 1));
    this.tail.announce();
  }

  readAll(after: number, limit = 4096): StoredEvent[] {
    const page = this.events.slice(after, after + limit);
    this.read += page.length;
    return page;
  }
}

describe('the tail', () => {
  test('what is committed is read once, however many subscribers keep up', async () => {
    const log = new CountedLog();
    const subscriptions = Array.from({ length: 10 }, () => log.tail.subscribe(0, () => {}));
    for (let commit = 1; commit <= 20; commit++) {
      log.commit(50);
      await until(() => subscriptions.every(({ position }) => position === commit * 50), 'everyone at the head');
    }
    expect(log.read).toBe(1_000);
    log.tail.close();
  });

  test('one that lags drives nobody else back to the file', async () => {
    const log = new CountedLog();
    let release = (): void => {};
    const slow = log.tail.subscribe(0, () => new Promise<void>((resolve) => (release = resolve)));
    const quick = Array.from({ length: 5 }, () => log.tail.subscribe(0, () => {}));
    for (let commit = 1; commit <= 30; commit++) {
      log.commit(100);
      await until(() => quick.every(({ position }) => position === commit * 100), 'the quick ones at the head');
      if (commit % 5 === 0) release();
    }
    expect(slow.position).toBeLessThan(3_000);
    const lagged = 3_000 * 2;
    expect(log.read).toBeLessThanOrEqual(lagged);
    const draining = setInterval(() => release(), 1);
    await until(() => slow.position === 3_000, 'the slow one at the head');
    clearInterval(draining);
    log.tail.close();
  });

  test('the event loop gets its turns while a long past is handed over', async () => {
    const log = new CountedLog();
    log.commit(20_000);
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    const subscription = log.tail.subscribe(0, () => {
      for (const end = performance.now() + 1; performance.now() < end; );
    });
    await until(() => subscription.position === 20_000, 'the head');
    clearInterval(counting);
    expect(turns).toBeGreaterThan(5);
    log.tail.close();
  });
});
