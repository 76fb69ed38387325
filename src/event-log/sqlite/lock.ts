// One process writes a log: an exclusive transaction, held on a database of its own, dies with its process.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LogLocked } from '../errors.ts';
import { sqliteCode } from './failure.ts';

const BUSY = 5;

export interface WriterLock {
  release(): void;
}

/** @throws LogLocked naming the process that holds the lock, where that is known */
export function lockDirectory(directory: string): WriterLock {
  const pidFile = join(directory, 'writer.pid');
  // Never opened but by SQLite: closing any other descriptor of the file would drop this process's lock.
  const db = new DatabaseSync(join(directory, 'writer.lock'));
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (sqliteCode(error) !== BUSY) throw error;
    throw new LogLocked(`${directory}: another process writes this log${holder(pidFile)}`, { cause: error });
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return { release: () => db.close() };
}

function holder(pidFile: string): string {
  try {
    return ` (pid ${readFileSync(pidFile, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
