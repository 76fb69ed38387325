// Looks at a log file before it is opened, and at its ends once it is. Changes nothing.
import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { LogFileRejected } from '../errors.ts';
import { assertChained, genesisOf } from './chain.ts';
import { inWords, isDamage, isUnopenable, sqliteCode } from './failure.ts';
import { SqliteLogReader } from './reader.ts';
import { APPLICATION_ID, FILE_FORMAT, openForReading, type LogFileKind } from './schema.ts';

const NOT_A_DATABASE = 26;
const HEADER = 100;
const MAGIC = 'SQLite format 3\0';
/** Rows at the end whose chain every start checks. */
const LAST_ROWS = 64;

/**
 * Reads the SQLite header. Only for a file that no connection of this process has open: closing this descriptor drops locks.
 * @returns false when there is no log file yet
 * @throws LogFileRejected
 */
export function checkHeader(file: string): boolean {
  const wal = `${file}-wal`;
  if (!existsSync(file)) {
    if (existsSync(wal)) throw new LogFileRejected(file, 'damaged', 'the file is gone, its write-ahead log is still there');
    return false;
  }
  const { header, size } = readHeader(file);
  const begin = header.toString('latin1', 0, MAGIC.length);
  if (begin !== MAGIC.slice(0, begin.length)) throw foreign(file);
  if (header.length < HEADER) throw new LogFileRejected(file, 'truncated', `the file ends after ${size} bytes`);
  assertFormat(file, header.readUInt32BE(68), header.readUInt32BE(60));
  const pageSize = header.readUInt16BE(16);
  const pages = header.readUInt32BE(28);
  const present = Math.floor(size / pageSize);
  if (present < pages && !walHolds(wal, pageSize, present + 1, pages)) {
    throw new LogFileRejected(file, 'truncated', `the file has ${present} of its ${pages} pages`);
  }
  return true;
}

const foreign = (file: string): LogFileRejected => new LogFileRejected(file, 'foreign', 'the file is not a log of this program');

function readHeader(file: string): { header: Buffer; size: number } {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (cause) {
    throw new LogFileRejected(file, 'unreadable', `the file cannot be read: ${(cause as Error).message}`);
  }
  try {
    const header = Buffer.alloc(HEADER);
    return { header: header.subarray(0, readSync(descriptor, header, 0, HEADER, 0)), size: fstatSync(descriptor).size };
  } finally {
    closeSync(descriptor);
  }
}

/** A crash while pages were carried over leaves a short file, but then the write-ahead log still holds every missing page. */
function walHolds(wal: string, pageSize: number, from: number, to: number): boolean {
  // Counted before they are listed: a damaged header may name billions of pages.
  if (!existsSync(wal) || to - from + 1 > statSync(wal).size / pageSize) return false;
  const missing = new Set(Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const descriptor = openSync(wal, 'r');
  try {
    const number = Buffer.alloc(4);
    // SQLite file format, section 4: a header of 32 bytes, then frames of 24 bytes (page number first) and a page.
    for (let at = 32; readSync(descriptor, number, 0, 4, at) === 4; at += 24 + pageSize) missing.delete(number.readUInt32BE(0));
  } finally {
    closeSync(descriptor);
  }
  return missing.size === 0;
}

/**
 * Opens a file for reading and checks that it is a log, of this kind and namespace, with chained first and last rows. Goes through
 * SQLite alone, so the file may be open in this process. The caller closes the reader.
 * @throws LogFileRejected
 */
export function openChecked(file: string, expected: { kind?: LogFileKind; namespace?: string } = {}): SqliteLogReader {
  let reader: SqliteLogReader | undefined;
  try {
    assertMarks(file);
    reader = new SqliteLogReader(file);
    assertIdentity(reader, expected);
    assertEnds(reader);
    return reader;
  } catch (error) {
    reader?.close();
    throw asRejection(file, error);
  }
}

function assertMarks(file: string): void {
  let db: DatabaseSync | undefined;
  try {
    db = openForReading(file);
    assertFormat(file, numberOf(db, 'application_id'), numberOf(db, 'user_version'));
  } catch (error) {
    throw sqliteCode(error) === NOT_A_DATABASE ? foreign(file) : error;
  } finally {
    db?.close();
  }
}

const numberOf = (db: DatabaseSync, pragma: string): number => Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);

function assertFormat(file: string, application: number, format: number): void {
  if (application !== APPLICATION_ID) throw foreign(file);
  if (format > FILE_FORMAT) throw new LogFileRejected(file, 'newer', `the file has format ${format}, this program knows ${FILE_FORMAT}`);
}

function assertIdentity({ file, kind, namespace }: SqliteLogReader, expected: { kind?: LogFileKind; namespace?: string }): void {
  if (expected.kind !== undefined && kind !== expected.kind) {
    const is = kind === 'copy' ? 'the copy of a log that a cluster orders' : 'a log, not the copy of one';
    throw new LogFileRejected(file, 'foreign', `the file is ${is}`);
  }
  if (expected.namespace !== undefined && namespace !== expected.namespace) {
    throw new LogFileRejected(file, 'other-namespace', `the log is of namespace ${namespace}, not ${expected.namespace}`);
  }
}

function assertEnds(reader: SqliteLogReader): void {
  const { position } = reader.head();
  if (position === 0) return;
  const before = Math.max(0, position - LAST_ROWS);
  assertChained(reader.file, genesisOf(reader.namespace), 0, reader.readRows(0, 1));
  const start = reader.chainAt(before);
  if (start === undefined) throw new LogFileRejected(reader.file, 'damaged', `position ${before} is missing`);
  assertChained(reader.file, Buffer.from(start, 'hex'), before, reader.readRows(before));
}

/** SQLite's errors about the file itself, by our names; others as they are. */
export function asRejection(file: string, error: unknown): unknown {
  if (isDamage(error)) return new LogFileRejected(file, 'damaged', inWords(error));
  if (isUnopenable(error)) return new LogFileRejected(file, 'unreadable', inWords(error));
  if (sqliteCode(error) === 1) return new LogFileRejected(file, 'damaged', inWords(error));
  return error;
}
