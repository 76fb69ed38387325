// A disk that takes no more of a view: the view stands still and says why, the others go on, and it recovers by itself.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { YardEvent } from '../../support/registry-views.ts';
import { expectAgreement, expectVerified, stored, Yard } from './yard-log.ts';
import { YardProcess } from './yard-process.ts';

let place: Yard;
let child: YardProcess | undefined;
beforeEach(async () => {
  place = await Yard.open();
  await place.shut();
});
afterEach(async () => {
  await child?.kill();
  await place.close();
});

type Statuses = Awaited<ReturnType<YardProcess['status']>>;

async function untilAll(yard: YardProcess, hold: (statuses: Statuses) => boolean): Promise<Statuses> {
  for (;;) {
    const statuses = await yard.status();
    if (hold(statuses)) return statuses;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const until = (yard: YardProcess, state: string): Promise<Statuses> =>
  untilAll(yard, (statuses) => statuses.find(({ name }) => name === 'yard')?.state === state);

test('a view whose file cannot be written stands still and says why, while the others go on, and recovers by itself', async () => {
  child = await YardProcess.start(place.directory);
  const parts = Array.from({ length: 1_000 }, (_, n) => `part ${n}`);
  const bulky: YardEvent = { type: 'LotStored', data: { lot: 'whole', owner: 'ada', mass: 10, note: 'o'.repeat(4_000) } };
  const before = await child.happens(stored('a', 'ada'), bulky);
  await until(child, 'live');
  // One small event makes some megabytes of rows: the log has room enough, the view has not.
  child.limitFiles(2_000_000);
  const head = await child.happens({ type: 'LotSplit', data: { lot: 'whole', into: parts } }, stored('b', 'ada'));
  await until(child, 'failed');
  const status = await untilAll(child, (statuses) => statuses.every(({ name, position }) => name === 'yard' || position === head));
  expect(status.find(({ name }) => name === 'yard')).toMatchObject({ state: 'failed', reason: expect.stringMatching(/disk|full|I\/O/), position: before, lag: head - before });
  expect(status.filter(({ name }) => name !== 'yard').map(({ state, position }) => [state, position])).toEqual(Array(3).fill(['live', head]));
  // It tries again and again, and still says so.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const later = await child.happens(stored('c', 'ada'));
  expect((await child.status()).find(({ name }) => name === 'yard')).toMatchObject({ state: 'failed', position: before, lag: later - before });

  child.limitFiles('unlimited');
  await until(child, 'live');
  await untilAll(child, (statuses) => statuses.every(({ lag }) => lag === 0));
  await child.close();
  child = undefined;
  await place.reopen();
  await expectVerified(place);
  await expectAgreement(place, await place.views(), 2);
});

test('a view whose file cannot even be made is made as soon as it can be', async () => {
  await place.reopen();
  await place.fills(3);
  await place.shut();
  child = await YardProcess.start(place.directory, { fileLimit: 40_000 });
  expect((await child.status()).find(({ name }) => name === 'yard')).toMatchObject({ state: 'failed', reason: expect.stringMatching(/disk|full|I\/O/), position: 0 });
  child.limitFiles('unlimited');
  await until(child, 'live');
  await child.close();
  child = undefined;
  await place.reopen();
  await expectAgreement(place, await place.views(), 2);
});
