// Backups are taken while the log is written, are whole, and are put back only where there is no log.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  backupLog, LogFileRejected, LogLocked, logFileIn, openSqliteLog, restoreLog, TargetExists, verifyLog, type EventLog,
} from '../../src/event-log/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { everything, notes, request, settled } from '../contract/requests.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

let place: TemporaryDirectory;
let directory: string;
let log: EventLog;
beforeEach(async () => {
  place = temporaryDirectory();
  directory = join(place.path, 'data');
  log = await openSqliteLog({ directory, namespace: 'grove', clock: systemClock });
});
afterEach(async () => {
  await log.shutdown();
  place.remove();
});

describe('a backup', () => {
  test('taken under load is the log as it stood at one moment', async () => {
    let writing = true;
    const writers = Array.from({ length: 8 }, async () => {
      while (writing) await log.append(request({ events: notes(3) }));
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const early = log.head().position;
    const made = await backupLog(log.location.file, join(place.path, 'backup'));
    writing = false;
    await Promise.all(writers);
    expect(made.position).toBeGreaterThanOrEqual(early);
    expect(made.chain).toBe(log.chainAt(made.position));
    expect((statSync(made.file).mode & 0o777).toString(8)).toBe('600');

    const other = join(place.path, 'other');
    await restoreLog(made.file, other, { namespace: 'grove' });
    const restored = await openSqliteLog({ directory: other, namespace: 'grove', clock: systemClock });
    expect(everything(restored)).toEqual(everything(log).slice(0, made.position));
    expect((await restored.append(request())).firstPosition).toBe(made.position + 1);
    await restored.shutdown();
    await verifyLog(logFileIn(other));
  });

  test('goes into a directory under the position it was taken at', async () => {
    const backups = join(place.path, 'backups');
    mkdirSync(backups);
    await log.append(request({ events: notes(4) }));
    expect((await backupLog(log.location.file, backups)).file).toBe(join(backups, 'log-5.sqlite'));
    expect(await settled(backupLog(log.location.file, backups))).toBeInstanceOf(TargetExists);
    await log.append(request());
    await backupLog(log.location.file, backups);
    expect(readdirSync(backups)).toEqual(['log-5.sqlite', 'log-6.sqlite']);
  });

  test('overwrites nothing, neither taken nor put back', async () => {
    const taken = join(place.path, 'diary');
    writeFileSync(taken, 'dear diary');
    expect(await settled(backupLog(log.location.file, taken))).toBeInstanceOf(TargetExists);
    expect(readFileSync(taken, 'utf8')).toBe('dear diary');
    const { file } = await backupLog(log.location.file, join(place.path, 'backup'));
    expect(await settled(restoreLog(file, directory))).toBeInstanceOf(LogLocked);
    await log.shutdown();
    expect(await settled(restoreLog(file, directory))).toBeInstanceOf(TargetExists);
  });

  test('is put back only whole and of this community', async () => {
    await log.append(request({ events: notes(500, 'x'.repeat(100)) }));
    const { file } = await backupLog(log.location.file, join(place.path, 'backup'));
    const other = join(place.path, 'other');
    expect(await settled(restoreLog(file, other, { namespace: 'meadow' }))).toMatchObject({ why: 'other-namespace' });
    const altered = join(place.path, 'altered');
    copyFileSync(file, altered);
    const db = new DatabaseSync(altered);
    db.exec(`UPDATE event SET data = replace(data, 'xx"', 'xy"') WHERE position = 9`);
    db.close();
    expect(await settled(restoreLog(altered, other))).toBeInstanceOf(LogFileRejected);
    writeFileSync(altered, 'no log');
    expect(await settled(restoreLog(altered, other))).toMatchObject({ why: 'foreign' });
    expect(await settled(restoreLog(join(place.path, 'nowhere'), other))).toMatchObject({ why: 'unreadable' });
    expect(existsSync(logFileIn(other))).toBe(false);
    await restoreLog(file, other, { namespace: 'grove' });
  });
});
