// A process that keeps views is killed: what it leaves is taken up or cleared away, and says what happened.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { until } from '../../contract/requests.ts';
import { expectAgreement, expectVerified, gateMet, stored, weighed, Yard } from './yard-log.ts';
import { YardProcess } from './yard-process.ts';

let place: Yard;
let child: YardProcess | undefined;
beforeEach(async () => {
  place = await Yard.open();
});
afterEach(async () => {
  await child?.kill();
  await place.close();
});

test('a killed build leaves a file that nobody reads, and the next service clears away', async () => {
  const gate = join(place.directory, 'gate');
  await place.happens(stored('a', 'ada'), gateMet(gate));
  const live = await place.views();
  await expectAgreement(place, live);
  await place.shut();
  const before = place.files();

  child = await YardProcess.start(place.directory);
  writeFileSync(gate, 'shut');
  await child.rebuild();
  const building = before.map((name) => `${name.replace('.1.', '.2.')}.building`);
  await until(() => place.files().length === before.length * 2, 'the build has begun');
  await child.kill();
  expect(place.files()).toEqual([...before, ...building].toSorted());

  rmSync(gate);
  await place.reopen();
  const after = await place.views();
  expect(place.files()).toEqual(before);
  await expectAgreement(place, after);
});

test('views killed while they follow go on from what they had noted, and miss and repeat nothing', async () => {
  for (let round = 0; round < 3; round++) {
    await place.shut();
    child = await YardProcess.start(place.directory);
    await child.happens(...Array.from({ length: 50 }, (_, n) => stored(`lot ${round}.${n}`, `owner ${n % 7}`, n)));
    await child.flood(stored('a', 'ada'), weighed('lot 0.7', 12), stored(`lot ${round}`, 'zoë'));
    await new Promise((resolve) => setTimeout(resolve, 60 + 50 * round));
    await child.kill();
    await place.reopen();
    const live = await place.views();
    await expectAgreement(place, live, 6);
    expect(live.status().map(({ state, lag }) => [state, lag])).toEqual(live.status().map(() => ['live', 0]));
    // They were taken up, not built anew.
    expect(place.files().every((name) => name.endsWith('.1.sqlite'))).toBe(true);
  }
  await expectVerified(place);
});
