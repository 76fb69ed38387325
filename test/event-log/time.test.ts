// Log time is the running maximum of the recorded times: a clock that jumps back takes nothing with it.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openSqliteLog } from '../../src/event-log/index.ts';
import type { Clock } from '../../src/kernel/index.ts';
import { everything, request } from '../contract/requests.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

const HOUR = 3_600_000;

let place: TemporaryDirectory;
beforeEach(() => {
  place = temporaryDirectory();
});
afterEach(() => place.remove());

test('log time stands still while the clock is behind it, and `as of` follows log time', async () => {
  let now = 10 * HOUR;
  const clock: Clock = { kind: 'system', now: () => now, monotonic: () => 0 };
  const log = await openSqliteLog({ directory: place.path, namespace: 'grove', clock });
  for (const next of [11, 10, 10.5, 12]) {
    now = next * HOUR;
    await log.append(request());
  }
  expect(everything(log).map(({ recordedAt, time }) => [recordedAt / HOUR, time / HOUR])).toEqual([
    [10, 10], [11, 11], [10, 11], [10.5, 11], [12, 12],
  ]);
  expect([9, 10, 10.7, 11, 11.5, 12, 13].map((hour) => log.positionAt(hour * HOUR))).toEqual([0, 1, 1, 4, 4, 5, 5]);
  expect(log.head().time).toBe(12 * HOUR);
  await log.shutdown();

  now = 5 * HOUR;
  const again = await openSqliteLog({ directory: place.path, namespace: 'grove', clock });
  expect((await again.append(request())).time).toBe(12 * HOUR);
  await again.shutdown();
});
