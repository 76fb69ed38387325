// What is not this log, or not whole, is refused by name, and nothing of it is changed.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LogFileRejected, LogLocked, logFileIn, openLogReader, openSqliteLog, verifyLog, type EventLog } from '../../src/event-log/index.ts';
import { openLocalCopy } from '../../src/event-log/sqlite/local-copy.ts';
import { SimulatedClock, systemClock } from '../../src/kernel/index.ts';
import { notes, request, settled } from '../contract/requests.ts';
import { LogProcess } from '../support/log-process.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

let place: TemporaryDirectory;
let directory: string;
let file: string;
const open = (namespace = 'grove'): Promise<EventLog> => openSqliteLog({ directory, namespace, clock: systemClock });

beforeEach(() => {
  place = temporaryDirectory();
  directory = join(place.path, 'data');
  file = logFileIn(directory);
});
afterEach(() => place.remove());

async function made(events = 200): Promise<void> {
  const log = await open();
  for (let n = 0; n < events; n += 50) await log.append(request({ events: notes(50, 'x'.repeat(200)) }));
  await log.shutdown();
}

function change(at: number, bytes: string | Buffer, of = file): void {
  const descriptor = openSync(of, 'r+');
  writeSync(descriptor, Buffer.from(bytes), 0, undefined, at);
  closeSync(descriptor);
}

/** Changes one byte of an event's data. */
function alter(position: number): void {
  const db = new DatabaseSync(file);
  db.prepare(`UPDATE event SET data = replace(data, 'xx"', 'xy"') WHERE position = ?`).run(position);
  db.close();
}

// Readers leave an index and an empty write-ahead log behind, which say nothing.
const fingerprint = (): string[] =>
  readdirSync(directory).filter((name) => name.startsWith('log.') && !name.endsWith('-shm') && statSync(join(directory, name)).size > 0).sort()
    .map((name) => `${name} ${createHash('sha256').update(readFileSync(join(directory, name))).digest('hex')}`);

async function expectRejected(why: LogFileRejected['why'], opening: () => Promise<unknown> = open): Promise<void> {
  const before = fingerprint();
  const error = await settled(opening());
  expect(error).toBeInstanceOf(LogFileRejected);
  expect(error).toMatchObject({ file, why });
  expect(fingerprint()).toEqual(before);
}

describe('a log file', () => {
  test('lies in a directory of its own, closed to others', async () => {
    const log = await open();
    expect((statSync(directory).mode & 0o777).toString(8)).toBe('700');
    for (const name of readdirSync(directory).filter((one) => one.startsWith('log.'))) {
      expect([name, (statSync(join(directory, name)).mode & 0o777).toString(8)]).toEqual([name, '600']);
    }
    await log.shutdown();
    expect(readdirSync(directory).filter((name) => name.startsWith('log.'))).toEqual(['log.sqlite']);
  });

  test('is refused when it is something else', async () => {
    mkdirSync(directory);
    writeFileSync(file, 'dear diary, '.repeat(1_000));
    await expectRejected('foreign');
    rmSync(file);
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE event (position INTEGER PRIMARY KEY)');
    other.close();
    await expectRejected('foreign');
    await expectRejected('foreign', () => verifyLog(file));
    expect(() => openLogReader(file)).toThrow(LogFileRejected);
  });

  test('is refused when a newer program made it', async () => {
    await made();
    change(60, Buffer.from([0, 0, 0, 2]));
    await expectRejected('newer');
    await expectRejected('newer', () => verifyLog(file));
  });

  test.each([0, 50, 4096, 20_480, -4096])('is refused when cut to %i bytes', async (bytes) => {
    await made();
    truncateSync(file, bytes < 0 ? statSync(file).size + bytes : bytes);
    await expectRejected('truncated');
  });

  test('is refused when its header names more pages than there can be', async () => {
    await made();
    change(28, Buffer.from([0xff, 0xff, 0xff, 0xff]));
    await expectRejected('truncated');
  });

  test('is refused when cut while its write-ahead log holds the newest pages', async () => {
    await made();
    const child = await LogProcess.start(directory);
    await child.append(request());
    await child.kill();
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
    truncateSync(file, statSync(file).size - 8 * 4096);
    await expectRejected('truncated');
  });

  test('is refused when it is gone and its write-ahead log is not', async () => {
    await made();
    const child = await LogProcess.start(directory);
    await child.append(request());
    await child.kill();
    renameSync(file, join(place.path, 'elsewhere'));
    const before = fingerprint();
    expect(await settled(open())).toMatchObject({ why: 'damaged' });
    expect(fingerprint()).toEqual(before);
  });

  test('is refused when it is of another namespace, another kind of clock, or a copy', async () => {
    await made();
    await expectRejected('other-namespace', () => open('meadow'));
    const simulated = new SimulatedClock('2030-01-01T00:00:00.000Z');
    await expectRejected('other-clock', () => openSqliteLog({ directory, namespace: 'grove', clock: simulated }));
    await expectRejected('foreign', () => openLocalCopy({ directory, namespace: 'grove' }));
    const log = await open();
    await log.shutdown();
  });

  test('is refused when one of its last rows was altered', async () => {
    await made();
    alter(198);
    await expectRejected('damaged');
  });

  test('altered further back: the full check finds the byte, and the running service says so', async () => {
    await made(2_000);
    alter(9);
    expect(await settled(verifyLog(file))).toMatchObject({ why: 'damaged', message: expect.stringContaining('position 9 ') });
    const log = await open();
    while (log.status().state === 'ok') await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log.status()).toMatchObject({ state: 'unavailable', reason: expect.stringContaining('position 9 ') });
    expect(await settled(log.append(request()))).toMatchObject({ name: 'LogUnavailable', outcome: 'none' });
    expect(log.readStream('log-opened')).toHaveLength(1);
    await log.shutdown();
  });

  test('a lookup that leads nowhere is found by the full check', async () => {
    await made();
    const db = new DatabaseSync(file);
    db.exec('DELETE FROM command WHERE position = 52');
    db.close();
    expect(await settled(verifyLog(file))).toMatchObject({ why: 'damaged', message: expect.stringContaining('position 52 ') });
  });

  test('a whole log passes the full check, which tells how far it is', async () => {
    await made(2_000);
    const told: number[] = [];
    const log = await open();
    const { position, chain } = await verifyLog(file, (progress) => told.push(progress.position));
    expect({ position, chain }).toEqual({ position: log.head().position, chain: log.head().chain });
    expect(told.at(-1)).toBe(2_001);
    expect(told.length).toBeGreaterThan(1);
    await log.shutdown();
  });

  test('a file left half-made by a crash is made anew', async () => {
    mkdirSync(directory);
    writeFileSync(`${file}.new`, 'half');
    const log = await open();
    expect(log.head().position).toBe(1);
    await log.shutdown();
  });
});

describe('the writer lock', () => {
  test('lets one writer in and names it to the second', async () => {
    const log = await open();
    const second = await settled(open());
    expect(second).toBeInstanceOf(LogLocked);
    expect((second as Error).message).toContain(`pid ${process.pid}`);
    await log.append(request());
    await log.shutdown();
    await (await open()).shutdown();
  });

  test('holds against other processes, and dies with its own', async () => {
    const child = await LogProcess.start(directory);
    const locked = await settled(open());
    expect(locked).toBeInstanceOf(LogLocked);
    expect((locked as Error).message).toContain(`pid ${child.pid}`);
    await child.kill();
    await (await open()).shutdown();
  });

  test('leaves readers alone, in this process and in others', async () => {
    const child = await LogProcess.start(directory);
    const reader = openLogReader(file, { namespace: 'grove' });
    await child.append(request({ events: notes(3) }));
    expect(reader.head().position).toBe(4);
    reader.close();
    copyFileSync(file, join(place.path, 'x'));
    await child.shutdown();
  });
});
