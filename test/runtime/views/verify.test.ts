// Verification: files compared with what the log makes of the same events, also beside a running service.
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { verifyViews, viewsOf, type VerifiedView } from '../../../src/runtime/index.ts';
import * as registry from '../../support/registry-views.ts';
import { broken, expectAgreement, gone, owed, passed, split, stored, weighed, Yard } from './yard-log.ts';

/** Something has happened in it, all views have noted it, and nothing runs. */
let lived: Yard;
let place: Yard;
beforeAll(async () => {
  lived = await Yard.open();
  const live = await lived.views();
  await lived.happens(stored('a', 'ada'), stored('b', 'ada', 70), stored('c', 'zoë'), stored('d', 'zoë'));
  await lived.happens(passed('a', 'zoë'), weighed('b', 20), gone('c'), split('d', 'd1', 'd2'), passed('a', 'ada'), owed('sweep'));
  await expectAgreement(lived, live);
  await lived.shut();
});
beforeEach(async () => {
  place = await Yard.open(lived.directory);
});
afterEach(() => place.close());
afterAll(() => lived.close());

async function verified(view: string): Promise<VerifiedView> {
  const [one, ...others] = await verifyViews(place.offline, [view]);
  expect(others).toEqual([]);
  return one as VerifiedView;
}

function inFile(view: string, alter: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(place.fileOf(view));
  alter(db);
  db.close();
}

describe('verification', () => {
  test('finds nothing where nothing was altered: every version of every row is as the log has it', async () => {
    // Lots a (three versions), b (two), c, d, d1, d2; owners ada (two versions) and zoë (three). Lots and owners that changed hands or went.
    const rows = { yard: 9 + 5, diary: 11, fragile: 4, obligations: 1 };
    expect(await verifyViews(place.offline)).toEqual(
      viewsOf(registry).map(({ name, version }) => ({ view: name, version, position: place.head, rows: rows[name as keyof typeof rows] })),
    );
    expect(readdirSync(join(place.directory, 'views')).filter((name) => name.startsWith('verify'))).toEqual([]);
  });

  test.each<[string, string, string, RegExp]>([
    ['a value of a row', 'yard', `UPDATE lots SET mass = 11 WHERE _key = 'b'`, /^lots: .*"b".*11.* in the file, .*"b".*20.* by the log$/],
    ['a value of an earlier version', 'yard', `UPDATE "lots~past" SET owner = 'rhea' WHERE owner = 'zoë'`, /^lots: .*"a".*"rhea".* in the file, .*"a".*"zoë".* by the log$/],
    ['a null', 'yard', `UPDATE lots SET note = 'null' WHERE _key = 'b'`, /^lots: .*"b"/],
    ['a key', 'yard', `UPDATE lots SET _key = 'bb' WHERE _key = 'b'`, /^lots: .*"bb".* in the file, .*"b".* by the log$/],
    ['since when a row is', 'yard', `UPDATE lots SET _from = _from - 1 WHERE _key = 'd1'`, /^lots: .*"d1"/],
    ['when a row went', 'yard', `UPDATE lots SET _to = NULL WHERE _key = 'c'`, /^lots: .*"c".*null.* in the file/],
    ['that a row is there', 'yard', `DELETE FROM lots WHERE _key = 'd2'`, /^lots: no row in the file, .*"d2".* by the log$/],
    ['that an earlier version is there', 'yard', `DELETE FROM "lots~past" WHERE owner = 'zoë'`, /^lots: .*"a"/],
    ['that a row is not there', 'yard', `INSERT INTO owners (_id, _key, _hash, _from, lots) VALUES (99, 'rhea', 1, 3, 1)`, /^owners: .*"rhea".* in the file, no row by the log$/],
    ['a fact', 'diary', `UPDATE entries SET what = 'LotFound' WHERE what = 'LotGone'`, /^entries: .*"LotFound".* in the file, .*"LotGone".* by the log$/],
    ['that a fact is there', 'diary', `DELETE FROM entries WHERE what = 'note'`, /^entries: /],
    ['that a fact is not there', 'diary', `INSERT INTO entries SELECT _id + 1, what, actor, "for", _by_what, _by_actor_what, _by_for FROM entries ORDER BY _id DESC LIMIT 1`, /^entries: .* in the file, no row by the log$/],
    ['from when on a row was worded so', 'yard', `UPDATE "lots~text~versions" SET _from = _from - 1 WHERE doc = 2`, /^lots~text: document, id, from and to .* in the file/],
    ['a word that is looked for', 'yard', `INSERT INTO "lots~text" (rowid, words) VALUES (2, 'amber')`, /^lots~text: word and document .*"amber",2.* in the file/],
    ['what is owed', 'obligations', `UPDATE owed SET due = due + 1`, /^owed: .*sweep/],
  ])('tells of %s that was altered: in which view, table and row', async (_, view, sql, problem) => {
    inFile(view, (db) => db.exec(sql.replace('_by_actor_what', '"_by_what~actor"')));
    expect(await verified(view)).toEqual({ view, version: expect.any(Number), position: place.head, rows: expect.any(Number), problem: expect.stringMatching(problem) });
  });

  // Each has one leaf, whose last entry of list, id, from and to is of a row that is still there.
  test.each(['lots~by~', 'lots~by~owner', 'lots~by~owner~heavy', 'lots~by~note', 'lots~in-order-of~weighedAt'])(
    'tells of a row that is missing in the list %s',
    async (tree) => {
      inFile('yard', (db) => {
        const { node, words } = db.prepare(`SELECT node, words FROM "${tree}"`).get() as { node: number; words: Uint8Array };
        db.prepare(`UPDATE "${tree}" SET words = ? WHERE node = ?`).run(words.subarray(0, words.length - 16), node);
      });
      expect(await verified('yard')).toMatchObject({ problem: expect.stringMatching(`^${tree}: list and id .* in the file, .* by the log$`) });
    },
  );

  test.each<[string, string, string, RegExp]>([
    ['the values of lists', 'yard', `UPDATE "~values" SET value = 's4:rhea' WHERE value = 's3:ada'`, /^values of lists: .*rhea.* in the file, .*ada.* by the log$/],
    ['a list of facts', 'diary', 'UPDATE entries SET _by_what = _by_what + 1 WHERE _id = (SELECT max(_id) FROM entries)', /^entries: /],
  ])('tells of %s altered', async (_, view, sql, problem) => {
    inFile(view, (db) => db.exec(sql));
    expect(await verified(view)).toMatchObject({ problem: expect.stringMatching(problem) });
  });

  test('tells of a page that makes no sense, whether a service would meet it or not', async () => {
    const file = place.fileOf('yard');
    const bytes = readFileSync(file);
    for (let page = 0; page < bytes.length; page += 8 * 4096) {
      writeFileSync(file, Buffer.from(bytes).fill(0xa5, page === 0 ? 100 : page, page + 4096));
      expect(await verified('yard')).toMatchObject({ problem: expect.stringContaining('damaged') });
    }
  });

  test('compares up to where a file is, while the service goes on', async () => {
    const live = await place.views();
    const going = { on: true };
    const happening = (async () => {
      for (let n = 0; going.on; n++) await place.happens(stored(`lot ${n % 50}`, `owner ${n % 7}`, n % 90), passed(`lot ${(n * 7) % 50}`, 'noor'), gone(`lot ${(n * 11) % 50}`));
    })();
    for (let n = 0; n < 3; n++) {
      for (const one of await verifyViews(place.offline)) {
        expect(one).not.toHaveProperty('problem');
        expect(one.position).toBeLessThanOrEqual(place.head);
      }
    }
    going.on = false;
    await happening;
    await expectAgreement(place, live, 2, [registry.diary]);
  });

  test('tells why there is nothing to compare', async () => {
    truncateSync(place.fileOf('yard'), 10_000);
    rmSync(place.fileOf('diary'));
    const told = await verifyViews(place.offline);
    expect(told.map(({ view, position, rows, problem }) => [view, position, rows, problem?.split('/').at(-1)])).toEqual([
      ['yard', 0, 0, expect.stringMatching(/^yard-v1\.1\.sqlite is damaged/)],
      ['diary', 0, 0, 'there is no file of this version yet'],
      ['fragile', place.head, 4, undefined],
      ['obligations', place.head, 1, undefined],
    ]);
    await expect(verifyViews(place.offline, ['yards'])).rejects.toThrow('there is no view yards');
  });

  test('tells of a view that stands still because the log cannot be projected further', async () => {
    const live = await place.views();
    await expectAgreement(place, live, 1);
    await place.happens(broken());
    await live.read(registry.yard, { waitFor: place.head });
    await live.close();
    const told = await verifyViews(place.offline);
    expect(told.map(({ view, problem }) => [view, problem])).toEqual([
      ['yard', undefined],
      ['diary', undefined],
      ['fragile', `it cannot be built: view fragile cannot project BeamBroken at ${place.head}: a beam is broken`],
      ['obligations', undefined],
    ]);
  });
});
