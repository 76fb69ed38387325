// The command line and the views: where they stand, building them anew and comparing them, beside a running service and without one.
import { readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { biolithic, STACK, temporaryDirectory, type Outcome } from './biolithic.ts';
import { spawnTestService, type ServiceThere } from '../support/service.ts';
import { call, done, positionOf, Town } from '../support/town.ts';

const VIEWS = [
  'community', 'acts', 'protocol-status', 'delegations', 'texts', 'sponsors', 'comments', 'amendments', 'disputes', 'material-custody', 'grandfathered', 'defence-log', 'obligations',
];
const LOTS = 20;

let place: ReturnType<typeof temporaryDirectory>;
let service: ServiceThere;
let town: Town;
let head: number;

beforeAll(async () => {
  place = temporaryDirectory();
  service = await spawnTestService({ data: place.path });
  town = await Town.found(service);
  await town.material('pet-flakes');
  for (let n = 0; n < LOTS; n += 1) await town.lot('pet-flakes', town.zara);
  const last = await done(service.url, 'POST', '/parties', { token: town.zara.token, body: { kind: 'carrier', name: 'Tidal' } });
  head = positionOf(last);
  for (const path of ['/lots', '/community', '/proposals', '/my-page', '/defence-log']) await done(service.url, 'GET', `${path}?waitFor=${head}`, { token: town.zara.token });
}, 60_000);

afterAll(async () => {
  await service?.close();
  place.remove();
});

/** Says by its words where the service is, so that the command looks for it there, and the data. */
const onData = (...args: readonly string[]): Promise<Outcome> => biolithic(...args, '--data', place.path);
const there = (...args: readonly string[]): Promise<Outcome> => onData(...args, '--url', service.url);

interface Row {
  readonly view: string;
  readonly position: number;
  readonly told: string;
}

/** Of a table that begins with view and version: each view's position, and what is told of it last. */
const rowsOf = (stdout: string): Row[] =>
  stdout.split('\n').flatMap((line) => {
    const [, view = '', position = '', told = ''] = /^([a-z-]+) +[\d,]+ +([\d,]+) +(?:[\d,]+ +)?(\S.*)$/.exec(line) ?? [];
    return VIEWS.includes(view) ? [{ view, position: Number(position.replaceAll(',', '')), told }] : [];
  });

const filesOf = (view: string): string[] => readdirSync(join(place.path, 'views')).filter((name) => name.startsWith(`${view}-v`) && name.endsWith('.sqlite'));

const all = (told: string, position = head): Row[] => VIEWS.map((view) => ({ view, position, told }));

/** Somebody's hand in a view's file. */
function alter(): void {
  const db = new DatabaseSync(join(place.path, 'views', filesOf('material-custody')[0] as string));
  const { changes } = db.prepare("UPDATE lot SET location = 'elsewhere' WHERE _id = (SELECT min(_id) FROM lot)").run();
  db.close();
  expect(changes).toBe(1);
}

const DIFFERS = {
  code: 1,
  stderr: expect.stringMatching(/ViewsDiffer: material-custody: lot: \[.*"elsewhere".*\] in the file, \[.*"yard".*\] by the log/),
};

const differing = (): Row[] => all('equal').map((row) => (row.view === 'material-custody' ? { ...row, told: 'DIFFERS' } : row));

describe('beside a running service', () => {
  test('status tells where it is, how far the log is, and each view', async () => {
    const { code, stdout } = await there('status');
    expect([code, rowsOf(stdout)]).toEqual([0, all('live')]);
    expect(stdout).toContain(`Service  runs at ${service.url}\n`);
    expect(stdout).toMatch(new RegExp(`^Log {6}${head} events, the last of \\d{4}-\\S+Z; chain [0-9a-f]{16}…$`, 'm'));
  });

  test('rebuild has the service build them and swap them in, all or one', async () => {
    const lots = await call(service.url, 'GET', '/lots?limit=500', { token: town.zara.token });
    const before = VIEWS.map(filesOf);
    const { code, stdout } = await there('rebuild');
    expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^Built ${VIEWS.join(', ')}: ${head} events in .*, swapped in by the running service\\.\n$`))]);
    const after = VIEWS.map(filesOf);
    for (const [n, files] of after.entries()) expect([files.length, files]).toEqual([1, expect.not.arrayContaining(before[n] ?? [])]);
    expect((await there('rebuild', 'material-custody')).code).toBe(0);
    expect(VIEWS.filter((view, n) => filesOf(view).join() !== after[n]?.join())).toEqual(['material-custody']);
    const again = await call(service.url, 'GET', '/lots?limit=500', { token: town.zara.token });
    expect(again.body).toEqual(lots.body);
    expect((lots.body['rows'] as object[]).length).toBe(LOTS);
  });

  test('verify views compares every one, row by row, as far as its file has got', async () => {
    const { code, stdout } = await onData('verify', 'views');
    expect([code, rowsOf(stdout)]).toEqual([0, all('equal')]);
    expect(rowsOf((await onData('verify', 'views', 'acts')).stdout)).toEqual([{ view: 'acts', position: head, told: 'equal' }]);
  });

  test('a row that was altered is found, and mended by building the view anew', async () => {
    alter();
    const { stdout, ...told } = await onData('verify', 'views');
    expect(told).toMatchObject(DIFFERS);
    expect(rowsOf(stdout)).toEqual(differing());
    expect(told.stderr).not.toMatch(STACK);
    expect((await there('rebuild', 'material-custody')).code).toBe(0);
    expect((await onData('verify', 'views')).code).toBe(0);
  });

  test('who cannot reach the service does not build under its hands', async () => {
    const nobody = createServer();
    await new Promise<void>((listening) => nobody.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(nobody.address() as AddressInfo).port}`;
    await new Promise((closed) => nobody.close(closed));
    const { code, stdout, stderr } = await onData('rebuild', '--url', url);
    expect([code, stdout, stderr]).toEqual([3, '', expect.stringContaining('ViewsLocked')]);
    expect(rowsOf((await onData('status', '--url', url)).stdout)).toEqual(all('there'));
  });

  test('a view that there is not is a mistake, and so is data without a log', async () => {
    expect(await there('rebuild', 'lots')).toMatchObject({ code: 2, stderr: expect.stringContaining('NoSuchView: there is no view lots; there are community') });
    expect(await onData('verify', 'views', 'lots')).toMatchObject({ code: 2, stderr: expect.stringContaining('NoSuchView') });
    for (const command of [['status'], ['rebuild'], ['verify', 'views']]) {
      const { code, stderr } = await biolithic(...command, '--data', join(place.path, 'nowhere'));
      expect([command, code]).toEqual([command, 3]);
      expect(stderr).not.toMatch(STACK);
    }
  });
});

describe('where no service runs', () => {
  beforeAll(async () => expect(await service.stop('SIGTERM')).toBe(0));

  test('status tells how far the files are', async () => {
    const { code, stdout } = await there('status');
    expect([code, rowsOf(stdout)]).toEqual([0, all('there')]);
    expect(stdout).toContain('Service  none runs on this data\n');
  });

  test('verify views compares the files', async () => {
    const { code, stdout } = await onData('verify', 'views');
    expect([code, rowsOf(stdout)]).toEqual([0, all('equal')]);
  });

  test('a row that was altered is found, and mended by building the view anew', async () => {
    alter();
    const { stdout, ...told } = await onData('verify', 'views');
    expect(told).toMatchObject(DIFFERS);
    expect(rowsOf(stdout)).toEqual(differing());
    const others = VIEWS.filter((view) => view !== 'material-custody').map(filesOf);
    const built = await there('rebuild', 'material-custody');
    expect([built.code, built.stdout]).toEqual([0, expect.stringMatching(new RegExp(`^Built material-custody: ${head} events in [^,]*\\.\n$`))]);
    expect(VIEWS.filter((view) => view !== 'material-custody').map(filesOf)).toEqual(others);
    expect((await onData('verify', 'views')).code).toBe(0);
  });

  test('views that were thrown away are missed, and built from the log', async () => {
    rmSync(join(place.path, 'views'), { recursive: true });
    const status = await there('status');
    expect([status.code, rowsOf(status.stdout)]).toEqual([0, all('missing', 0)]);
    expect(await onData('verify', 'views')).toMatchObject({ code: 1, stderr: expect.stringContaining('acts: there is no file of this version yet') });
    const { code, stdout } = await there('rebuild');
    expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^Built ${VIEWS.join(', ')}: ${head} events in [^,]*\\.\n$`))]);
    expect(rowsOf((await onData('verify', 'views')).stdout)).toEqual(all('equal'));
  });

  test('the service goes on from what was built', async () => {
    service = await spawnTestService({ data: place.path });
    const { body } = await done(service.url, 'GET', '/lots?limit=500', { token: town.zara.token });
    expect((body['rows'] as { location: string }[]).map(({ location }) => location)).toEqual(Array.from({ length: LOTS }, () => 'yard'));
    expect(rowsOf((await there('status')).stdout)).toEqual(all('live'));
  });
});
