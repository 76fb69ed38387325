// View files: one that is not what it should be is never read from, and is built anew.
import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { backupLog, logFileIn, restoreLog } from '../../../src/event-log/index.ts';
import { rebuildViews, viewFilesStatus, ViewsLocked, type LiveViews } from '../../../src/runtime/index.ts';
import { diary, yard } from '../../support/registry-views.ts';
import { settled, until } from '../../contract/requests.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { expectAgreement, gateMet, passed, stored, weighed, Yard } from './yard-log.ts';
import { YardProcess } from './yard-process.ts';

/** Something has happened in it, all views have noted it, and nothing runs. */
let lived: Yard;
let place: Yard;
beforeAll(async () => {
  lived = await Yard.open();
  const live = await lived.views();
  await lived.fills(12);
  await lived.happens(passed('ada 3', 'zoë'), weighed('ada 4', 99));
  await expectAgreement(lived, live, 1);
  await lived.shut();
});
beforeEach(async () => {
  place = await Yard.open(lived.directory);
});
afterEach(() => place.close());
afterAll(() => lived.close());

function inFile(view: string, sql: string): void {
  const db = new DatabaseSync(place.fileOf(view));
  db.exec(sql);
  db.close();
}

/** A page of the file is overwritten: the first one of a table or index. */
function scribbleOver(view: string, name: string): void {
  const file = place.fileOf(view);
  const db = new DatabaseSync(file, { readOnly: true });
  const { rootpage } = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name) as { rootpage: number };
  const { page_size: size } = db.prepare('PRAGMA page_size').get() as { page_size: number };
  db.close();
  writeFileSync(file, readFileSync(file).fill(0xa5, (rootpage - 1) * size, rootpage * size));
}

/** No read gives anything but what happened; and soon there is a file that is as it should be. */
async function expectBuiltAnew(live: LiveViews): Promise<void> {
  const { position, tables } = await live.read(yard);
  expect([...tables.lots.scan()]).toEqual([...place.remembered(yard).at(position).lots.scan()]);
  await place.happens(stored('later', 'noor'), passed('ada 3', 'noor'));
  await expectAgreement(place, live, 4, [yard]);
  await live.settled();
  expect(place.files('yard')).toHaveLength(1);
}

describe('a view file', () => {
  test('that is what it should be is taken up as it is', async () => {
    const before = statSync(place.fileOf('yard')).ino;
    const live = await place.views();
    expect(live.status().map(({ position, lag }) => [position, lag])).toEqual(live.status().map(() => [place.head, 0]));
    expect(statSync(place.fileOf('yard')).ino).toBe(before);
  });

  const bytes = () => readFileSync(place.fileOf('yard'));
  test.each<[string, () => void]>([
    ['is gone', () => rmSync(place.fileOf('yard'))],
    ['is empty', () => truncateSync(place.fileOf('yard'), 0)],
    ['lacks its end', () => truncateSync(place.fileOf('yard'), bytes().length - 4096)],
    ['is cut in the middle of a page', () => truncateSync(place.fileOf('yard'), 10_000)],
    ['is a text', () => writeFileSync(place.fileOf('yard'), 'Dear diary,\n'.repeat(4_000))],
    ['has a scribbled header', () => writeFileSync(place.fileOf('yard'), bytes().fill(7, 0, 100))],
    ['has a scribbled schema', () => writeFileSync(place.fileOf('yard'), bytes().fill(7, 100, 4096))],
    ['has a scribbled table', () => scribbleOver('yard', 'lots')],
    ['is of another program', () => inFile('yard', 'PRAGMA application_id = 1')],
    ['is of a newer format', () => inFile('yard', 'PRAGMA user_version = 99')],
    ['is another view\'s', () => copyFileSync(place.fileOf('diary'), place.fileOf('yard'))],
    ['is of another version', () => inFile('yard', 'UPDATE "~view" SET version = 7')],
    ['has other tables', () => inFile('yard', `UPDATE "~view" SET tables = replace(tables, 'mass', 'weight')`)],
    ['lacks a table', () => inFile('yard', 'DROP TABLE owners')],
    ['does not say what it is', () => inFile('yard', 'DELETE FROM "~view"')],
    ['does not say how far it is', () => inFile('yard', 'DELETE FROM "~checkpoint"')],
    ['is of another history', () => inFile('yard', `UPDATE "~checkpoint" SET chain = '${'0'.repeat(64)}'`)],
    ['is further than the log', () => inFile('yard', 'UPDATE "~checkpoint" SET position = position + 1')],
  ])('that %s is built anew, and nothing is read from it', async (_, alter) => {
    inFile('yard', `UPDATE lots SET owner = 'intruder'`);
    alter();
    await expectBuiltAnew(await place.views());
  });

  test('that is found damaged only when the view moves on is built anew, too', async () => {
    scribbleOver('yard', 'lots~hash');
    const failures: string[] = [];
    const live = await place.views({ onFailed: (view, reason) => failures.push(`${view}: ${reason}`) });
    const { position, tables } = await live.read(yard);
    await place.happens(passed('ada 3', 'noor'));
    const seen = new Set<unknown>();
    const isBack = () => failures.length > 0 && live.status().every(({ state }) => state === 'live');
    await until(() => {
      // Who holds a snapshot meanwhile is told to come again, or what was there.
      try {
        seen.add(tables.lots.get('ada 5')?.owner);
      } catch (error) {
        seen.add((error as Error).name);
      }
      return isBack();
    }, 'it is built anew');
    expect(failures[0]).toMatch(/^yard: .*damaged/);
    expect([...seen].filter((told) => told !== 'ada' && told !== 'ViewLagging')).toEqual([]);
    expect([...tables.lots.scan()]).toEqual([...place.remembered(yard).at(position).lots.scan()]);
    await expectBuiltAnew(live);
  });

  test('that is found damaged only when it is read is built anew, too', async () => {
    scribbleOver('yard', 'lots~past~id');
    const live = await place.views();
    const { tables } = await live.read(yard, { asOf: place.head - 2 });
    expect(() => tables.lots.get('ada 3')).toThrow(expect.objectContaining({ name: 'ViewLagging', status: 503 }));
    await until(() => live.status().every(({ state }) => state === 'live'), 'it is built anew');
    expect(tables.lots.get('ada 3')).toMatchObject({ owner: 'ada' });
    await expectBuiltAnew(live);
  });

  test('of a long log is built anew while the service runs: until then its view has nothing to read', async () => {
    const gate = join(place.directory, 'gate');
    await place.happens(gateMet(gate));
    await place.fills(2_100, 'noor');
    await expectAgreement(place, await place.views(), 1, [diary]);
    await place.shut();
    await place.reopen();
    truncateSync(place.fileOf('yard'), 10_000);
    writeFileSync(gate, 'shut');
    const live = await place.views({ patience: 50 });
    expect(await settled(live.read(yard))).toMatchObject({ name: 'ViewLagging', details: { state: 'building', position: 0 } });
    expect((await live.read(diary)).position).toBe(place.head);
    rmSync(gate);
    await live.settled();
    expect((await live.read(yard, { waitFor: place.head })).tables.lots.get('ada 3')).toMatchObject({ owner: 'zoë' });
  });

  test('is the newest of its version where several lie, and the others go', async () => {
    copyFileSync(place.fileOf('yard'), join(place.directory, 'views', 'yard-v1.7.sqlite'));
    writeFileSync(join(place.directory, 'views', 'yard-v1.9.sqlite'), 'unfinished');
    writeFileSync(join(place.directory, 'views', 'yard-v0.8.sqlite'), 'outdated');
    const live = await place.views();
    expect(place.files('yard')).toEqual(['yard-v1.7.sqlite']);
    await expectBuiltAnew(live);
  });
});

describe('after a log was put back from an older backup', () => {
  test('views that had gone further are built anew, and say what happens in the new history', async () => {
    const backup = join(place.directory, 'backup.sqlite');
    await backupLog(logFileIn(place.directory), backup);
    const kept = place.head;
    const live = await place.views();
    await live.read(yard, { waitFor: await place.happens(stored('of the lost history', 'rhea'), stored('ada 3', 'rhea')) });
    const cursor = (await live.read(yard)).tables.lots.list({ order: 'newest', limit: 1 }).next as string;
    await place.shut();
    for (const suffix of ['', '-wal', '-shm']) rmSync(logFileIn(place.directory) + suffix, { force: true });
    await restoreLog(backup, place.directory);
    await place.reopen();
    expect(place.head).toBe(kept);
    await place.happens(stored('of the new history', 'noor'), stored('ada 5', 'noor'), stored('one more', 'noor'));

    const after = await place.views();
    await expectBuiltAnew(after);
    const { lots } = (await after.read(yard)).tables;
    expect([lots.get('of the lost history'), lots.get('of the new history')?.owner]).toEqual([undefined, 'noor']);
    expect(() => lots.list({ order: 'newest', limit: 1, after: cursor })).toThrow(expect.objectContaining({ name: 'InvalidCursor' }));
  });

  test('views that had not gone further are taken up', async () => {
    const backup = join(place.directory, 'backup.sqlite');
    const before = statSync(place.fileOf('yard')).ino;
    await place.happens(stored('not yet seen', 'ada'));
    await backupLog(logFileIn(place.directory), backup);
    await place.shut();
    for (const suffix of ['', '-wal', '-shm']) rmSync(logFileIn(place.directory) + suffix, { force: true });
    await restoreLog(backup, place.directory);
    await place.reopen();
    await expectBuiltAnew(await place.views());
    expect(statSync(place.fileOf('yard')).ino).toBe(before);
  });
});

describe('the directory of the views', () => {
  test('is kept by one process: another is told, and so is a rebuild without a service', async () => {
    const live = await place.views();
    const elsewhere = temporaryDirectory();
    const locked = { name: 'ViewsLocked', message: `${join(place.directory, 'views')}: another process keeps these views` };
    await expect(YardProcess.start(place.directory, { logDirectory: elsewhere.path })).rejects.toMatchObject(locked);
    await expect(rebuildViews(place.offline)).rejects.toMatchObject(locked);
    await expect(place.views()).rejects.toBeInstanceOf(ViewsLocked);
    expect(await live.read(yard)).toMatchObject({ position: place.head });
    await live.close();
    const child = await YardProcess.start(place.directory, { logDirectory: elsewhere.path });
    await expect(place.views()).rejects.toMatchObject(locked);
    // A lock dies with its process.
    await child.kill();
    await place.views();
    elsewhere.remove();
  });

  test('tells, whether or not it is kept, how far its files are', async () => {
    const later = await place.happens(stored('later', 'ada'));
    expect(viewFilesStatus(place.offline).map(({ state, position, lag }) => [state, position, lag])).toEqual(Array(4).fill(['there', later - 1, 1]));
    truncateSync(place.fileOf('yard'), 10_000);
    rmSync(place.fileOf('diary'));
    expect(viewFilesStatus(place.offline).slice(0, 2)).toEqual([
      { name: 'yard', version: 1, state: 'unusable', reason: expect.stringContaining('damaged'), position: 0, lag: later },
      { name: 'diary', version: 1, state: 'missing', position: 0, lag: later },
    ]);
  });
});
