// Rebuilds beside the live version: it serves and follows meanwhile, the swap loses and repeats nothing, and a failed one changes nothing.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RebuildFailed, rebuildViews, viewsOf, type BuildProgress, type LiveViews, type ReaderOf, type Tables, type View } from '../../../src/runtime/index.ts';
import * as registry from '../../support/registry-views.ts';
import { diary, fragile, yard } from '../../support/registry-views.ts';
import { settled, until } from '../../contract/requests.ts';
import { broken, expectAgreement, expectVerified, gateMet, gone, stored, weighed, Yard } from './yard-log.ts';

let place: Yard;
beforeEach(async () => {
  place = await Yard.open();
});
afterEach(() => place.close());

const names = viewsOf(registry).map(({ name }) => name).toSorted();
const isBuilding = () => place.files().some((name) => name.endsWith('.building'));

/** A history with a gate in it that builds have to wait at from now on. */
async function behindGate(live: LiveViews): Promise<{ open(): void }> {
  const gate = join(place.directory, 'gate');
  const position = await place.happens(stored('before', 'ada'), gateMet(gate), stored('after', 'zoë'));
  for (const view of viewsOf(registry)) await live.read(view, { waitFor: position });
  writeFileSync(gate, 'shut');
  return { open: () => rmSync(gate, { force: true }) };
}

describe('a rebuild', () => {
  test('leaves the live views serving and following as long as it takes, and then takes their place', async () => {
    const live = await place.views();
    const gate = await behindGate(live);
    const rebuilt = live.rebuild();
    await until(isBuilding, 'the build begins');
    for (let n = 0; n < 5; n++) {
      const position = await place.happens(stored(`meanwhile ${n}`, 'ada'), gone('before'));
      const { tables } = await live.read(yard, { waitFor: position });
      expect(tables.lots.get(`meanwhile ${n}`)).toMatchObject({ owner: 'ada', since: position - 1 });
      expect(live.status().map(({ state, position: at }) => [state, at])).toEqual(names.map(() => ['live', position]));
    }
    expect(place.files().filter((name) => !name.endsWith('.building'))).toHaveLength(names.length);
    gate.open();
    await rebuilt;
    await expectAgreement(place, live);
    expect(place.files()).toEqual(viewsOf(registry).map(({ name, version }) => `${name}-v${version}.2.sqlite`).toSorted());
    await place.happens(weighed('after', 80));
    await expectAgreement(place, live);
    await expectVerified(place);
  });

  test('is swapped in without a reader seeing anything lost, repeated or taken back', async () => {
    const live = await place.views();
    await place.fills(1_000);
    const reading = { on: true };
    const writers = Array.from({ length: 2 }, async (_, writer) => {
      for (let n = 0; reading.on; n++) {
        await place.happens(stored(`${writer}/${n}`, 'noor'), stored(`${writer}:${n}`, 'noor'));
        await sleep(3);
      }
    });
    // All events but the log's first store a lot of their own.
    const reader = async <T extends Tables>(view: View<T>, count: (tables: ReaderOf<T>) => number): Promise<number> => {
      let [last, reads] = [0, 0];
      for (; reading.on; reads++) {
        const { position, tables } = await live.read(view);
        expect(position).toBeGreaterThanOrEqual(last);
        last = position;
        expect(count(tables)).toBe(position - 1);
        await sleep(2);
      }
      return reads;
    };
    const readers = [reader(yard, ({ lots }) => lots.count()), reader(diary, ({ entries }) => entries.count())];
    for (let n = 0; n < 2; n++) await live.rebuild();
    reading.on = false;
    for (const reads of await Promise.all(readers)) expect(reads).toBeGreaterThan(10);
    await Promise.all(writers);
    expect(place.fileOf('yard')).toMatch(/\.3\.sqlite$/);
    await expectVerified(place);
  });

  test('settles although nothing happens, also for one view, and also when several are asked for at once', async () => {
    const live = await place.views();
    const head = await place.happens(stored('a', 'ada'));
    await live.read(yard, { waitFor: head });
    await Promise.all([live.rebuild(), live.rebuild(['diary']), live.rebuild(['yard', 'diary'])]);
    expect(place.files()).toEqual(['diary-v1.4.sqlite', 'fragile-v1.2.sqlite', expect.stringMatching(/^obligations-v\d+\.2\.sqlite$/), 'yard-v1.3.sqlite']);
    await expectAgreement(place, live);
  });

  test('tells how far it is', async () => {
    const live = await place.views();
    const gate = await behindGate(live);
    const told: BuildProgress[] = [];
    const rebuilt = live.rebuild(['yard'], (progress) => told.push(progress));
    await until(isBuilding, 'the build begins');
    // Long enough for progress to be due.
    await sleep(400);
    gate.open();
    await rebuilt;
    expect(told[0]).toMatchObject({ views: ['yard'], head: place.head, eventsPerSecond: expect.any(Number), secondsLeft: expect.any(Number) });
    expect(live.status().every(({ progress }) => progress === undefined)).toBe(true);
  });

  test('that fails says so, and what was there serves on; the others are swapped in', async () => {
    const live = await place.views();
    await place.happens(stored('a', 'ada'));
    const before = await place.happens(stored('b', 'ada'));
    await live.read(fragile, { waitFor: before });
    await place.happens(broken());
    const head = await place.happens(stored('c', 'ada'));
    const failed = await settled(live.rebuild());
    expect(failed).toBeInstanceOf(RebuildFailed);
    expect(failed).toMatchObject({
      failures: [{ view: 'fragile', reason: `view fragile cannot project BeamBroken at ${before + 1}: a beam is broken` }],
    });
    const { position, tables } = await live.read(fragile);
    expect([position, tables.seen.get('lots')?.at]).toEqual([before, before]);
    expect((await live.read(yard, { waitFor: head })).tables.lots.count()).toBe(3);
    expect(place.files()).toEqual(['diary-v1.2.sqlite', 'fragile-v1.1.sqlite', expect.stringMatching(/^obligations-v\d+\.2\.sqlite$/), 'yard-v1.2.sqlite']);
  });

  test('of a view that there is not is a mistake', async () => {
    const live = await place.views();
    expect(() => live.rebuild(['yards'])).toThrow('there is no view yards');
  });

  test('ends with the service, which leaves nothing that the next one stumbles over', async () => {
    const live = await place.views();
    const gate = await behindGate(live);
    const rebuilt = settled(live.rebuild());
    const next = settled(live.rebuild(['yard']));
    await until(isBuilding, 'the build begins');
    await live.close();
    expect(await rebuilt).toMatchObject({ name: 'RebuildFailed', message: expect.stringContaining('the build was stopped') });
    expect(await next).toMatchObject({ name: 'RebuildFailed', message: 'yard: the views are closing' });
    gate.open();
    const after = await place.views();
    expect(isBuilding()).toBe(false);
    await expectAgreement(place, after);
  });

  test('does not break off a scan that is under way', async () => {
    const live = await place.views();
    const head = await place.fills(1_300);
    const { tables } = await live.read(yard, { waitFor: head });
    const entries = (await live.read(diary, { waitFor: head })).tables.entries;
    const scans = [tables.lots.scan({ owner: 'ada' })[Symbol.iterator](), entries.scan()[Symbol.iterator]()];
    for (const scan of scans) scan.next();
    await live.rebuild();
    await place.happens(gone('ada 1200'));
    for (const scan of scans) expect([...{ [Symbol.iterator]: () => scan }]).toHaveLength(1_299);
  });
});

describe('a rebuild without a service', () => {
  test('builds all views, or those named, and puts them in the place of what was there', async () => {
    const live = await place.views();
    const head = await place.happens(stored('a', 'ada'), weighed('a', 70));
    await live.read(yard, { waitFor: head });
    await place.shut();
    expect((await rebuildViews(place.offline)).map(({ view }) => view).toSorted()).toEqual(names);
    expect(await rebuildViews(place.offline, ['yard'])).toEqual([{ view: 'yard', path: expect.stringMatching(/yard-v1\.3\.sqlite$/), position: head }]);
    expect(place.files('yard')).toEqual(['yard-v1.3.sqlite']);
    await place.reopen();
    await expectAgreement(place, await place.views());
    expect(place.files('yard')).toEqual(['yard-v1.3.sqlite']);
  });

  test('keeps the file of a view that cannot be built', async () => {
    const live = await place.views();
    const before = await place.happens(stored('a', 'ada'));
    await live.read(fragile, { waitFor: before });
    const head = await place.happens(broken());
    await place.shut();
    const outcomes = await rebuildViews(place.offline, ['fragile', 'yard']);
    expect(outcomes).toMatchObject([{ view: 'fragile', reason: expect.stringContaining('a beam is broken') }, { view: 'yard', position: head }]);
    expect(place.files('fragile')).toEqual(['fragile-v1.1.sqlite']);
    await place.reopen();
    expect((await (await place.views()).read(fragile, { waitFor: before })).tables.seen.get('lots')).toMatchObject({ at: before });
  });
});
