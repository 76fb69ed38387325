// What SQLite's error codes mean for the log, in words.
import { LogFileRejected } from '../errors.ts';

const DISK_FULL = 13;
const WORDS: Readonly<Record<number, string>> = {
  3: 'the log file may not be accessed',
  5: 'the log file is locked by another program',
  6: 'the log file is locked by another program',
  8: 'the log file is read-only',
  10: 'the disk reports an I/O error',
  11: 'the log file is damaged',
  [DISK_FULL]: 'the disk is full',
  14: 'the log file cannot be opened',
  23: 'the log file may not be accessed',
  26: 'the log file is damaged',
};

/** SQLite's primary result code; undefined for an error that is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  // Not by `instanceof`: the errors of built-in modules may be of another realm.
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

export function inWords(error: unknown): string {
  const code = sqliteCode(error);
  return code === undefined ? String(error) : `${WORDS[code] ?? 'the log file cannot be used'} (${String(error)})`;
}

/** A full disk fails while frames are written, so that the commit frame, the last, is not there: nothing is in doubt. */
export const isDiskFull = (error: unknown): boolean => sqliteCode(error) === DISK_FULL;

export const isDamage = (error: unknown): boolean => sqliteCode(error) === 11 || sqliteCode(error) === 26;

/** What reading rows throws when the file is damaged, by name; undefined for anything else. */
export function damageOf(file: string, error: unknown): LogFileRejected | undefined {
  if (error instanceof LogFileRejected) return error;
  if (isDamage(error)) return new LogFileRejected(file, 'damaged', inWords(error));
  // Not by `instanceof`: see above.
  if (typeof error === 'object' && error !== null && 'name' in error && error.name === 'SyntaxError') return new LogFileRejected(file, 'damaged', 'an event is no JSON');
  return undefined;
}

export const isUnopenable = (error: unknown): boolean => [3, 14, 23].includes(sqliteCode(error) ?? 0);
