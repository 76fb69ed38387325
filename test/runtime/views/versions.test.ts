// A new version of a view is built beside the old one, which answers what it can until then.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RememberedView } from '../../support/memory-tables.ts';
import { settled, until } from '../../contract/requests.ts';
import * as next from '../../support/registry-views-next.ts';
import { diary as diaryBefore } from '../../support/registry-views.ts';
import { agree } from './agreement.ts';
import { gateMet, stored, Yard } from './yard-log.ts';

const NEXT = { registry: next, registryUrl: new URL('../../support/registry-views-next.ts', import.meta.url).href };
let place: Yard;
beforeEach(async () => {
  place = await Yard.open();
});
afterEach(() => place.close());

describe('a new version of a view', () => {
  test('on a long log is built beside the old one, which serves what it covers, and then takes its place', async () => {
    const gate = join(place.directory, 'gate');
    await place.happens(stored('first', 'zoë'), gateMet(gate));
    const old = await place.fills(2_100);
    const before = await place.views();
    await before.read(diaryBefore, { waitFor: old });
    await place.shut();

    writeFileSync(gate, 'shut');
    await place.reopen();
    const live = await place.views({ ...NEXT, patience: 100 });
    const head = await place.happens(stored('last', 'zoë'));
    await until(() => place.files('diary').length > 1, 'the build begins');
    expect(live.status().map(({ name, version, state, position }) => [name, version, state, position])).toEqual([
      ['yard', 2, 'building', 0],
      ['diary', 2, 'building', old],
      ['fragile', 2, 'building', old],
      ['obligations', expect.any(Number), 'live', expect.any(Number)],
    ]);
    // The old diary has the same tables; the old yard lacks a column.
    const { position, tables } = await live.read(next.diary);
    expect([position, tables.entries.count({ what: 'LotStored' }), tables.entries.count({ what: 'lotstored' })]).toEqual([old, 2_101, 0]);
    expect((await live.read(next.diary, { asOf: 2 })).tables.entries.count()).toBe(1);
    for (const at of [{}, { asOf: 2 }]) expect(await settled(live.read(next.yard, at))).toMatchObject({ name: 'ViewLagging', details: { state: 'building', position: 0 } });
    expect(await settled(live.read(next.diary, { waitFor: head }))).toMatchObject({ name: 'ViewLagging', details: { state: 'building', position: old } });
    expect(place.files('diary')).toEqual(['diary-v1.1.sqlite', 'diary-v2.2.sqlite.building']);

    rmSync(gate);
    await live.settled();
    const [yardNow, diaryNow] = [await live.read(next.yard, { waitFor: head }), await live.read(next.diary, { waitFor: head })];
    expect(yardNow.tables.lots.get('last')).toMatchObject({ from: 'zoë' });
    expect([diaryNow.tables.entries.count({ what: 'LotStored' }), diaryNow.tables.entries.count({ what: 'lotstored' })]).toEqual([0, 2_102]);
    await until(() => live.status().every(({ state, lag }) => state === 'live' && lag === 0), 'all are live');
    expect(place.files('diary').concat(place.files('yard'))).toEqual(['diary-v2.2.sqlite', 'yard-v2.2.sqlite']);
  });

  test('on a short log is there at once', async () => {
    await place.views();
    const head = await place.happens(stored('a', 'ada'), stored('b', 'zoë'));
    await place.shut();
    await place.reopen();
    const live = await place.views(NEXT);
    const { tables } = await live.read(next.yard, { waitFor: head });
    agree(next.yard, new RememberedView(next.yard, place.events()), () => tables, [head]);
    expect(place.files('yard')).toEqual(['yard-v2.2.sqlite']);
  });

  test('is left for the old one again when the service goes back to it', async () => {
    await place.views(NEXT);
    const head = await place.happens(stored('a', 'ada'));
    await place.shut();
    await place.reopen();
    const live = await place.views();
    expect((await live.read(diaryBefore, { waitFor: head })).tables.entries.count({ what: 'LotStored' })).toBe(1);
    expect(place.files('diary')).toEqual(['diary-v1.2.sqlite']);
  });
});
