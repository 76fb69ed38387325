// Following: views kept up by their thread while things happen and services come and go.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { viewsOf } from '../../../src/runtime/index.ts';
import * as registry from '../../support/registry-views.ts';
import { chores, diary, yard } from '../../support/registry-views.ts';
import { expectAgreement, expectVerified, gone, owed, passed, stored, weighed, Yard } from './yard-log.ts';
import { histories } from './yard-history.ts';

let place: Yard;
beforeEach(async () => {
  place = await Yard.open();
});
afterEach(() => place.close());

describe('views that follow the log', () => {
  test('say what happened as of every position, whenever a service was restarted', async () => {
    await fc.assert(
      fc.asyncProperty(histories(4), async (batches) => {
        for (const batch of batches) {
          const live = await place.views();
          const before = await live.read(yard);
          for (const { events, isVoid } of batch) if (!isVoid) await place.happens(...events);
          expect(before.position).toBeLessThanOrEqual(place.head);
          await expectAgreement(place, live, 12);
          await live.close();
        }
      }),
      { numRuns: 3 },
    );
    await expectVerified(place);
  });

  test('are at the log\'s head as soon as asked to wait for it, however many events come at once', async () => {
    const live = await place.views();
    const waits = Array.from({ length: 60 }, async (_, n) => {
      const position = await place.happens(...Array.from({ length: 1 + (n % 9) }, (__, i) => stored(`lot ${n}.${i}`, `owner ${n % 5}`, n)));
      const { position: read, tables } = await live.read(yard, { waitFor: position });
      expect(read).toBeGreaterThanOrEqual(position);
      return tables.lots.get(`lot ${n}.0`)?.since;
    });
    for (const since of await Promise.all(waits)) expect(since).toBeGreaterThan(0);
    for (const view of viewsOf(registry)) await live.read(view, { waitFor: place.head });
    expect(live.status()).toEqual(viewsOf(registry).map(({ name, version }) => ({ name, version, state: 'live', position: place.head, lag: 0 })));
  });

  test('give a snapshot that stays as it is while the views move on', async () => {
    const live = await place.views();
    const asOf = await place.happens(stored('a', 'ada'), stored('b', 'ada'), stored('c', 'zoë'));
    const { position, tables } = await live.read(yard, { waitFor: asOf });
    const seen = { position, lots: [...tables.lots.scan()], ada: tables.lots.count({ owner: 'ada' }), b: tables.lots.get('b') };
    const moved = await place.happens(gone('b'), passed('a', 'zoë'), weighed('c', 90), stored('d', 'ada'), stored('b', 'zoë'));
    await live.read(yard, { waitFor: moved });
    expect({ position, lots: [...tables.lots.scan()], ada: tables.lots.count({ owner: 'ada' }), b: tables.lots.get('b') }).toEqual(seen);
    expect(seen.lots.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    expect((await live.read(yard)).tables.lots.list().rows.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('number facts within their event', async () => {
    const live = await place.views();
    const position = await place.happens(stored('a', 'ada'), { type: 'LotSplit', data: { lot: 'a', into: ['b'] } });
    const { tables } = await live.read(diary, { waitFor: position });
    expect(tables.entries.get(`${position}.1`)).toMatchObject({ what: 'note', key: `${position}.1`, since: position });
    expect(tables.entries.get(`${position}.2`)).toBeUndefined();
    expect((await live.read(diary, { asOf: position - 1 })).tables.entries.get(`${position}.1`)).toBeUndefined();
  });

  test('remember what is owed, and when it is due', async () => {
    const live = await place.views();
    const sweep = await place.happens(owed('sweep', '2026-05-01T02:00:00+02:00'));
    await place.happens(owed('mend'), owed('paint', '2026-04-01T00:00:00.000Z'), { type: 'ChoreDone', data: { chore: 'mend' } });
    const again = await place.happens(owed('sweep', '2026-06-01T00:00:00.000Z'));
    const list = await live.owed(again);
    expect(list.position).toBe(again);
    // The sweep came first, and is owed anew.
    expect([...list.owed]).toEqual([
      { process: chores.name, key: 'sweep', openedAt: again, due: '2026-06-01T00:00:00.000Z', data: { chore: 'sweep' } },
      { process: chores.name, key: 'paint', openedAt: sweep + 2, due: '2026-04-01T00:00:00.000Z', data: { chore: 'paint' } },
    ]);
  });
});
