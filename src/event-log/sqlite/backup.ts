// Backup of a running log file, and putting one back.
import { closeSync, existsSync, linkSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { LogError } from '../errors.ts';
import { openChecked } from './file-check.ts';
import { lockDirectory } from './lock.ts';
import { logFileIn, putInPlace, sync } from './log-file.ts';
import { openForReading } from './schema.ts';
import { verifyLog, type Verification, type VerificationProgress } from './verify.ts';

/** The name is taken: nothing that exists is overwritten. */
export class TargetExists extends LogError {
  readonly target: string;

  constructor(target: string) {
    super(`${target} exists already and is not overwritten`);
    this.target = target;
  }
}

/** In one step: a backup in several would start anew with every commit of another connection. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies a log file as it stands at one moment, also while a service writes it, into a new file (0600) that is a log file of its
 * own, and checks all of it.
 * @param target a file name, or a directory, which then gets `log-<position>.sqlite`
 * @throws TargetExists, LogFileRejected
 */
export async function backupLog(
  file: string,
  target: string,
  onProgress?: (progress: VerificationProgress) => void,
): Promise<Verification & { readonly file: string }> {
  const isDirectory = existsSync(target) && statSync(target).isDirectory();
  if (existsSync(target) && !isDirectory) throw new TargetExists(target);
  const making = isDirectory ? join(target, `.backup-${process.pid}`) : `${target}.part`;
  openChecked(file).close();
  rmSync(making, { force: true });
  closeSync(openSync(making, 'wx', 0o600));
  try {
    await copyPages(file, making);
    const verified = await verifyLog(making, onProgress);
    const made = isDirectory ? join(target, `log-${verified.position}.sqlite`) : target;
    give(making, made);
    return { ...verified, file: made };
  } finally {
    rmSync(making, { force: true });
  }
}

async function copyPages(file: string, to: string): Promise<void> {
  const source = openForReading(file);
  try {
    await backup(source, to, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
  // One file, with no write-ahead log beside it.
  const copy = new DatabaseSync(to);
  copy.exec('PRAGMA journal_mode = DELETE');
  copy.close();
  sync(to);
}

/** A second name fails where the name is taken, which a rename would not. */
function give(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === 'EEXIST' ? new TargetExists(to) : cause;
  }
  sync(dirname(to));
}

/**
 * Makes a backup the log of a data directory that has none. Views and copies that had gone further than the backup are of another
 * history then: they find out by the chain hash and are built again.
 * @throws TargetExists the directory has a log
 * @throws LogLocked, LogFileRejected the backup is damaged or of another namespace
 */
export async function restoreLog(
  from: string,
  directory: string,
  options: { readonly namespace?: string; readonly onProgress?: (progress: VerificationProgress) => void } = {},
): Promise<Verification> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = logFileIn(directory);
  const lock = lockDirectory(directory);
  try {
    for (const taken of [file, `${file}-wal`]) if (existsSync(taken)) throw new TargetExists(taken);
    openChecked(from, options.namespace === undefined ? {} : { namespace: options.namespace }).close();
    const making = `${file}.new`;
    rmSync(making, { force: true });
    closeSync(openSync(making, 'wx', 0o600));
    await copyPages(from, making);
    const verified = await verifyLog(making, options.onProgress);
    putInPlace(making, file);
    return verified;
  } finally {
    lock.release();
  }
}
