// The log file: its tables, its marks, and the integers by which names are found.
import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

/** 'Biol' in the SQLite header. */
export const APPLICATION_ID = 0x42696f6c;
/** Version of the tables below, in the SQLite header. */
export const FILE_FORMAT = 1;

/** Pages (4 KiB) of the write-ahead log before they are carried over: fewer, and random index pages are carried twice. */
const CHECKPOINT_PAGES = 4000;

// Names and command ids are random texts; indexed as such they double the cost of an append. So streams have integer ids, and
// names and command ids are found by 52 bits of a hash, which a double holds. `command` has each append's first position.
const TABLES = `
  CREATE TABLE log (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE type (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
  CREATE TABLE stream (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, name TEXT NOT NULL) STRICT;
  CREATE INDEX stream_by_hash ON stream (hash);
  CREATE TABLE event (
    position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, type INTEGER NOT NULL,
    command TEXT NOT NULL, attempt INTEGER NOT NULL, idx INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
    time INTEGER NOT NULL, void INTEGER NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL, chain BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX event_by_stream ON event (stream, revision);
  CREATE TABLE command (hash INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (hash, position)) STRICT, WITHOUT ROWID;
`;

/** 'log': this file is the log. 'copy': it follows one. */
export type LogFileKind = 'log' | 'copy';

/** Makes the tables in a new, empty file, which is left closed and complete. */
export function createTables(file: string, namespace: string, kind: LogFileKind): void {
  const db = new DatabaseSync(file);
  try {
    db.exec(`PRAGMA synchronous = FULL; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FILE_FORMAT};`);
    db.exec(`BEGIN; ${TABLES} COMMIT`);
    const insert = db.prepare('INSERT INTO log VALUES (?, ?)');
    insert.run('namespace', namespace);
    insert.run('kind', kind);
    db.exec('PRAGMA journal_mode = WAL');
  } finally {
    db.close();
  }
}

// Page caches are kept small, and each connection of each thread has one: the operating system has the file in its own, and with 32 MB a
// vote on a log of a million events cost no less.
export const openForWriting = (file: string): DatabaseSync =>
  openWith(
    new DatabaseSync(file),
    `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
     PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
  );

export const openForReading = (file: string): DatabaseSync =>
  openWith(new DatabaseSync(file, { readOnly: true }), 'PRAGMA busy_timeout = 5000; PRAGMA cache_size = -2000');

function openWith(db: DatabaseSync, pragmas: string): DatabaseSync {
  try {
    db.exec(pragmas);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** First 52 bits of the name's SHA-256. */
export const hashOfName = (name: string): number => Number.parseInt(hash('sha256', name, 'hex').slice(0, 13), 16);

/** 52 of a UUID's random bits. */
export const hashOfCommand = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(-5), 16);
