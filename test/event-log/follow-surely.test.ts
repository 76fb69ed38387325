// A subscription that fails is taken up again: no view, feed or deadline stops for one read that did not work.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { followSurely, openSqliteLog, type EventLog } from '../../src/event-log/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { replaced } from '../support/faulty-log.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { request } from '../contract/requests.ts';

let place: TemporaryDirectory;
let log: EventLog;
beforeEach(async () => {
  place = temporaryDirectory();
  log = await openSqliteLog({ directory: place.path, namespace: 'grove', clock: systemClock });
});
afterEach(async () => {
  await log.shutdown();
  place.remove();
});

test('a handler that fails gets the same events again, after a pause, and everything after them once', async () => {
  const seen: number[] = [];
  const failures: string[] = [];
  let fails = 2;
  const following = followSurely(
    log,
    0,
    (events) => {
      if (fails-- > 0) throw new Error('disk I/O error');
      seen.push(...events.map(({ position }) => position));
    },
    ({ message }) => failures.push(message),
  );
  await log.append(request());
  await sleep(200);
  // Not in a hot loop.
  expect(failures).toHaveLength(1);
  await log.append(request());
  while (seen.length < 3) await sleep(20);
  await log.append(request());
  while (seen.length < 4) await sleep(20);
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(failures).toEqual(['disk I/O error', 'disk I/O error']);
  following.close();
  await log.append(request());
  await sleep(50);
  expect(seen).toHaveLength(4);
});

test('closed while it rests from a failure, it is not taken up again', async () => {
  let subscribed = 0;
  const counted = replaced(log, { subscribe: (after, handler) => ((subscribed += 1), log.subscribe(after, handler)) });
  const following = followSurely(counted, 0, () => {
    throw new Error('disk I/O error');
  });
  await sleep(100);
  following.close();
  await sleep(1_200);
  expect(subscribed).toBe(1);
});
