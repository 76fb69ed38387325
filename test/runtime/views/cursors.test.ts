// Cursors: where a page ended, good for that very list however the view has moved on, and for no other.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Columns, LiveViews, ListOptions, TableReader } from '../../../src/runtime/index.ts';
import { tablesAt, ViewReader } from '../../../src/runtime/views/view-reader.ts';
import { diary, yard } from '../../support/registry-views.ts';
import { pagesOf } from './agreement.ts';
import { gone, passed, stored, Yard } from './yard-log.ts';

let place: Yard;
let live: LiveViews;
beforeAll(async () => {
  place = await Yard.open();
  live = await place.views();
});
afterAll(() => place.close());

const lotsNow = async () => (await live.read(yard, { waitFor: place.head })).tables.lots;
const keysOf = (rows: readonly { readonly key: string }[]) => rows.map(({ key }) => key);

describe('a cursor', () => {
  test('goes on with what is in the list now: nothing comes twice, and what stays in the list is not missed', async () => {
    const names = ['p', 'q', 'r', 's', 't', 'u', 'v', 'w'];
    const move = fc.oneof(
      fc.record({ lot: fc.constantFrom(...names), owner: fc.constantFrom('ada', 'zoë') }).map(({ lot, owner }) => stored(lot, owner)),
      fc.record({ lot: fc.constantFrom(...names), owner: fc.constantFrom('ada', 'zoë') }).map(({ lot, owner }) => passed(lot, owner)),
      fc.constantFrom(...names).map((lot) => gone(lot)),
    );
    const between = fc.array(fc.array(move, { maxLength: 5 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(between, fc.constantFrom('oldest' as const, 'newest' as const), fc.boolean(), async (moves, order, filtered) => {
        const options = { limit: 2, order, ...(filtered ? { where: { owner: 'ada' } } : {}) };
        await place.happens(...names.slice(0, 6).map((lot) => stored(lot, 'ada')));
        let lots = await lotsNow();
        // By first appearance, which does not change: rows with it come in one order in every list at any time.
        let always = new Set(keysOf([...lots.scan(options.where)]));
        const told: string[] = [];
        for (let after: string | undefined, turn = 0; ; turn++) {
          const page = lots.list({ ...options, ...(after === undefined ? {} : { after }) });
          told.push(...keysOf(page.rows));
          if (page.next === undefined) break;
          after = page.next;
          const events = moves[turn] ?? [];
          if (events.length === 0) continue;
          // Between two events of one append, too, nobody is out of the list who stays in it.
          const before = place.head;
          const head = await place.happens(...events);
          for (let asOf = before + 1; asOf <= head; asOf++) {
            const listed = new Set(keysOf([...(await live.read(yard, { asOf })).tables.lots.scan(options.where)]));
            always = new Set([...always].filter((key) => listed.has(key)));
          }
          lots = await lotsNow();
        }
        expect(new Set(told).size).toBe(told.length);
        expect(told).toEqual(expect.arrayContaining([...always]));
      }),
      { numRuns: 15 },
    );
  });

  test('goes through the list as of one position, although everything in it has gone since', async () => {
    const asOf = await place.happens(...Array.from({ length: 23 }, (_, n) => stored(`old ${n}`, 'rhea', n * 5)));
    const read = await live.read(yard, { asOf });
    const table = read.tables.lots as TableReader<Columns>;
    const whole = keysOf([...table.scan({ owner: 'rhea' })]);
    const pages: string[] = [];
    for (const rows of pagesOf(table, { where: { owner: 'rhea' }, limit: 5, order: 'newest' })) {
      pages.push(...keysOf(rows));
      await place.happens(gone(pages.at(-1) as string), gone(`old ${pages.length % 23}`), stored(`new ${pages.length}`, 'rhea'));
      await lotsNow();
    }
    expect(whole).toHaveLength(23);
    expect(pages).toEqual(whole.toReversed());
  });

  test('goes on where it stood after a rebuild', async () => {
    await place.happens(...Array.from({ length: 9 }, (_, n) => stored(`mid ${n}`, 'noor')));
    const options = { where: { owner: 'noor' }, limit: 4 };
    const first = (await lotsNow()).list(options);
    await live.rebuild(['yard']);
    const rest = (await lotsNow()).list({ ...options, limit: 50, after: first.next as string });
    expect([...keysOf(first.rows), ...keysOf(rest.rows)]).toEqual(Array.from({ length: 9 }, (_, n) => `mid ${n}`));
  });

  describe('is refused', () => {
    const invalid = expect.objectContaining({ name: 'InvalidCursor', status: 400 });
    const list = { where: { heavy: false, owner: 'ilmari' }, limit: 2 };
    let lots: TableReader<(typeof yard)['tables']['lots']['columns']>;
    let next: string;
    beforeAll(async () => {
      await place.happens(...Array.from({ length: 7 }, (_, n) => stored(`lot ${n}`, 'ilmari', n * 20)));
      lots = await lotsNow();
      next = lots.list(list).next as string;
    });

    test.each<[string, ListOptions<(typeof yard)['tables']['lots']['columns']>]>([
      ['without the filter', {}],
      ['by another value', { where: { heavy: true, owner: 'ilmari' } }],
      ['by fewer columns', { where: { owner: 'ilmari' } }],
      ['in the other order', { ...list, order: 'newest' }],
    ])('for the list %s', (_, other) => {
      expect(() => lots.list({ ...other, after: next })).toThrow(invalid);
      expect(lots.list({ ...list, limit: 500, after: next }).rows).not.toHaveLength(0);
    });

    test('for another table and another view', async () => {
      const everything = lots.list({ limit: 1 }).next as string;
      const { tables } = await live.read(yard, { waitFor: place.head });
      const entries = (await live.read(diary, { waitFor: place.head })).tables.entries;
      expect(() => tables.owners.list({ after: everything })).toThrow(invalid);
      expect(() => entries.list({ after: everything })).toThrow(invalid);
      expect(() => lots.list({ after: entries.list({ limit: 1 }).next as string })).toThrow(invalid);
    });

    test('for another version of the view', () => {
      const later = { ...yard, version: yard.version + 1 };
      const reader = new ViewReader(place.fileOf('yard'), later, place.log);
      const table = tablesAt(later, place.head, () => reader).lots;
      expect(() => table.list({ ...list, after: next })).toThrow(invalid);
      reader.close();
    });

    test('when a single character of it is another, is missing or is one too many', () => {
      const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. \0é';
      for (let i = 0; i < next.length; i++) {
        expect(() => lots.list({ ...list, after: next.slice(0, i) + next.slice(i + 1) })).toThrow(invalid);
        for (const character of characters) {
          if (character !== next[i]) expect(() => lots.list({ ...list, after: next.slice(0, i) + character + next.slice(i + 1) })).toThrow(invalid);
          expect(() => lots.list({ ...list, after: next.slice(0, i) + character + next.slice(i) })).toThrow(invalid);
        }
      }
    });

    test('when it was made up', () => {
      fc.assert(
        fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string().map((text) => Buffer.from(text).toString('base64url'))), (after) => {
          expect(() => lots.list({ ...list, after })).toThrow(invalid);
        }),
      );
    });
  });
});

describe('a list', () => {
  test('has pages of 1 to 500 rows, and filters that the table declares', async () => {
    const lots = await lotsNow();
    for (const limit of [0, 501, -1, 1.5, Number.NaN, Infinity]) expect(() => lots.list({ limit })).toThrow(RangeError);
    expect(() => lots.list({ where: { mass: 3 } })).toThrow('no list by mass');
    expect(() => lots.count({ owner: 'ada', note: null })).toThrow('no list by owner, note');
    expect(() => [...lots.scan({ whose: 'ada' } as never)]).toThrow('no column whose');
    expect(() => lots.first('owner')).toThrow('not declared as ordered by owner');
  });
});
