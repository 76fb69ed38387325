// A view with a bug: it stops at the event before, the others go on, and its mended version takes up again.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { viewsOf, type LiveViews } from '../../../src/runtime/index.ts';
import * as registry from '../../support/registry-views.ts';
import { diary, fragile, yard } from '../../support/registry-views.ts';
import * as next from '../../support/registry-views-next.ts';
import { settled, until } from '../../contract/requests.ts';
import { broken, expectAgreement, stored, Yard } from './yard-log.ts';

const NEXT = new URL('../../support/registry-views-next.ts', import.meta.url).href;
let place: Yard;
beforeEach(async () => {
  place = await Yard.open();
});
afterEach(() => place.close());

const standingOf = (live: LiveViews, view: string) => live.status().find(({ name }) => name === view);
const theOthers = viewsOf(registry).filter(({ name }) => name !== fragile.name);

describe('a view that cannot project an event', () => {
  test('stops at the event before, also in the middle of an append, says why, and lets the others go on', async () => {
    const failures: string[] = [];
    const live = await place.views({ onFailed: (view, reason) => failures.push(`${view}: ${reason}`) });
    await place.happens(stored('a', 'ada'));
    const head = await place.happens(stored('b', 'ada'), stored('c', 'ada'), broken(), stored('d', 'ada'), broken());
    const reason = `view fragile cannot project BeamBroken at ${head - 2}: a beam is broken`;
    await expectAgreement(place, live, 10, theOthers);
    await until(() => failures.length > 0, 'the failure is told');
    expect(failures).toEqual([`fragile: ${reason}`]);
    expect(standingOf(live, 'fragile')).toEqual({ name: 'fragile', version: 1, state: 'failed', reason, position: head - 3, lag: 3 });
    const { position, tables } = await live.read(fragile);
    // Nothing is left of what the event had changed before it failed.
    expect([position, ...tables.seen.scan()]).toEqual([head - 3, { key: 'lots', at: head - 3, since: head - 3 }]);
    expect((await live.read(fragile, { asOf: 2 })).tables.seen.get('lots')).toMatchObject({ at: 2 });
    await place.happens(stored('e', 'ada'));
    await expectAgreement(place, live, 10, theOthers);
    expect(standingOf(live, 'fragile')).toMatchObject({ state: 'failed', position: head - 3, lag: 4 });
  });

  test('stops at the event before, also when nothing comes before it in its append', async () => {
    const live = await place.views();
    const before = await place.happens(stored('a', 'ada'));
    await live.read(fragile, { waitFor: before });
    await place.happens(broken(), stored('b', 'ada'));
    await until(() => standingOf(live, 'fragile')?.state === 'failed', 'it stops');
    const { position, tables } = await live.read(fragile);
    expect([position, ...tables.seen.scan()]).toEqual([before, { key: 'lots', at: before, since: before }]);
  });

  test('keeps nobody waiting', async () => {
    const live = await place.views({ patience: 60_000 });
    const head = await place.happens(stored('a', 'ada'), broken());
    const lagging = { name: 'ViewLagging', status: 503, details: { view: 'fragile', wanted: head, position: head - 1, state: 'failed', reason: expect.stringContaining('a beam is broken'), retryAfter: 1 } };
    // Who waited when it stopped, and who comes later.
    expect(await settled(live.read(fragile, { waitFor: head }))).toMatchObject(lagging);
    expect(await settled(live.read(fragile, { asOf: head }))).toMatchObject(lagging);
  });

  test('stops there again after a restart, for the very same reason', async () => {
    const before = await place.views();
    const head = await place.happens(stored('a', 'ada'), broken(), stored('b', 'ada'));
    await until(() => standingOf(before, 'fragile')?.state === 'failed', 'it stops');
    const standing = standingOf(before, 'fragile');
    await place.shut();
    await place.reopen();
    const live = await place.views();
    await expectAgreement(place, live, 3, theOthers);
    await until(() => standingOf(live, 'fragile')?.state === 'failed', 'it stops');
    expect(standingOf(live, 'fragile')).toEqual(standing);
    expect(standing).toMatchObject({ position: head - 2, lag: 2 });
    expect((await live.read(fragile)).tables.seen.get('lots')).toMatchObject({ at: head - 2 });
  });

  test('goes on in the version in which the bug is mended', async () => {
    const before = await place.views();
    const head = await place.happens(stored('a', 'ada'), broken(), stored('b', 'ada'));
    await before.read(yard, { waitFor: head });
    await place.shut();
    await place.reopen();
    const live = await place.views({ registry: next, registryUrl: NEXT });
    expect((await live.read(next.fragile, { waitFor: head })).tables.seen.get('lots')).toMatchObject({ at: head });
    expect(live.status().map(({ name, version, state }) => [name, version, state])).toEqual(viewsOf(next).map(({ name, version }) => [name, version, 'live']));
    expect(place.files('fragile')).toEqual(['fragile-v2.2.sqlite']);
    const { tables } = await live.read(next.yard, { waitFor: head });
    expect([...tables.lots.scan({ from: 'ada' })].map(({ key }) => key)).toEqual(['a', 'b']);
  });

  test('and of which nothing is built yet has nothing to read, and keeps nobody waiting, while the others are built', async () => {
    await place.fills(2_100);
    await place.happens(broken());
    const live = await place.views({ patience: 60_000 });
    const waiting = settled(live.read(fragile));
    await live.settled();
    expect(standingOf(live, 'fragile')).toMatchObject({ state: 'failed', reason: expect.stringContaining('a beam is broken'), position: 0 });
    for (const read of [waiting, settled(live.read(fragile))]) expect(await read).toMatchObject({ name: 'ViewLagging', details: { state: 'failed' } });
    expect((await live.read(diary, { waitFor: place.head })).tables.entries.count()).toBe(2_101);
    expect(place.files('fragile')).toEqual([]);
  });
});
