// View file: the SQLite file of one view and version, with what it is, how far it got, and in which history.
import { DatabaseSync } from 'node:sqlite';
import type { Checkpoint, LogReader } from '../../event-log/index.ts';
import type { View } from '../view.ts';
import { definitionOf, tablesText, type TableLayout } from './layout.ts';
import { readable, RowsDamaged } from './rows-damaged.ts';
import { isSqliteError, ViewWriter } from './view-writer.ts';

/** 'BIOV' */
const APPLICATION = 0x42494f56;
/** Of the files, whatever the view: raise it when what is written changes. */
const FORMAT = 1;

/** Why a file cannot go on as this view. It is built anew. */
export class ViewFileUnusable extends Error {
  constructor(file: string, why: string) {
    super(`${file} ${why}`);
    this.name = 'ViewFileUnusable';
  }
}

// Page caches are small, since every view has two connections: the operating system has the files in its own.
const LIVE = ['journal_mode = WAL', 'synchronous = NORMAL', 'cache_size = -2048', 'busy_timeout = 10000', 'journal_size_limit = 16777216'];
// A file that is being built is nobody's yet: after a crash it is thrown away.
const BUILDING = ['journal_mode = OFF', 'synchronous = OFF', 'cache_size = -32768', 'locking_mode = EXCLUSIVE'];
const READING = ['cache_size = -1024', 'busy_timeout = 10000'];

function configured(db: DatabaseSync, pragmas: readonly string[]): DatabaseSync {
  for (const pragma of pragmas) db.exec(`PRAGMA ${pragma}`);
  return db;
}

/** A new, empty file in a transaction that is left open: rows come before the indexes and the commit. */
function begin(path: string, view: View, layout: readonly TableLayout[], pragmas: readonly string[]): DatabaseSync {
  const db = configured(new DatabaseSync(path), pragmas);
  try {
    db.exec(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${FORMAT}`);
    db.exec('BEGIN');
    db.exec('CREATE TABLE "~view" (name TEXT NOT NULL, version INTEGER NOT NULL, tables TEXT NOT NULL) STRICT');
    db.prepare('INSERT INTO "~view" VALUES (?, ?, ?)').run(view.name, view.version, tablesText(view));
    for (const sql of definitionOf(view, layout).tables) db.exec(sql);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** A file that is filled in one go and then finished. */
export class ViewFileBuild {
  readonly writer: ViewWriter;
  private readonly view: View;
  private readonly layout: readonly TableLayout[];
  private readonly db: DatabaseSync;

  constructor(path: string, view: View, layout: readonly TableLayout[]) {
    this.view = view;
    this.layout = layout;
    this.db = begin(path, view, layout, BUILDING);
    this.writer = new ViewWriter(view, layout, this.db, false);
  }

  /** Writes what is left, indexes and checkpoint, and closes the file. It is not yet synced. */
  finish(checkpoint: Checkpoint): void {
    this.writer.flush();
    for (const sql of definitionOf(this.view, this.layout).indexes) this.db.exec(sql);
    writeCheckpoint(this.db, checkpoint);
    this.db.exec('COMMIT');
    this.db.exec('PRAGMA locking_mode = NORMAL');
    this.db.exec('PRAGMA journal_mode = WAL');
    this.db.close();
  }

  abandon(): void {
    if (this.db.isOpen) this.db.close();
  }
}

/** Makes a file that is kept up from the first event on. */
export function createViewFile(path: string, view: View, layout: readonly TableLayout[], genesis: Checkpoint): void {
  const db = begin(path, view, layout, LIVE);
  try {
    new ViewWriter(view, layout, db, false).flush();
    for (const sql of definitionOf(view, layout).indexes) db.exec(sql);
    writeCheckpoint(db, genesis);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

const CHECKPOINT = 'INSERT OR REPLACE INTO "~checkpoint" VALUES (1, ?, ?)';

function writeCheckpoint(db: DatabaseSync, { position, chain }: Checkpoint): void {
  db.prepare(CHECKPOINT).run(position, chain);
}

/**
 * Opens a view's file and checks that it is one, of this view and version, and of this log's history.
 * @throws ViewFileUnusable it must be built anew
 */
export function openViewFile(path: string, view: View, log: Pick<LogReader, 'chainAt'>, mode: 'write' | 'read'): { db: DatabaseSync; checkpoint: Checkpoint } {
  const db = new DatabaseSync(path, { readOnly: mode === 'read' });
  try {
    // The header first: opening a foreign file must not change it.
    const { application_id: application } = db.prepare('PRAGMA application_id').get() as { application_id: number };
    const { user_version: format } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (application !== APPLICATION || format !== FORMAT) throw new ViewFileUnusable(path, 'is no view file of this format');
    configured(db, mode === 'read' ? READING : LIVE);
    const own = db.prepare('SELECT name, version, tables FROM "~view"').get() as { name: string; version: number; tables: string } | undefined;
    if (!own) throw new ViewFileUnusable(path, 'does not say of which view it is');
    if (own.name !== view.name) throw new ViewFileUnusable(path, `holds the view ${own.name}`);
    if (mode === 'write' && (own.version !== view.version || own.tables !== tablesText(view))) throw new ViewFileUnusable(path, 'holds another definition of the view');
    if (mode === 'read' && !readable(() => coversTables(own.tables, view))) throw new ViewFileUnusable(path, 'lacks tables or columns of the view');
    const checkpoint = readCheckpoint(path, db);
    if (log.chainAt(checkpoint.position) !== checkpoint.chain) throw new ViewFileUnusable(path, `is of another history: the log has no such event ${checkpoint.position}`);
    return { db, checkpoint };
  } catch (error) {
    db.close();
    throw openingError(path, error);
  }
}

const openingError = (path: string, error: unknown): unknown =>
  isDamage(error) || error instanceof RowsDamaged ? new ViewFileUnusable(path, `is damaged: ${error.message}`) : error;

/** SQLITE_ERROR (no such table), CORRUPT, NOTADB */
const DAMAGED = new Set([1, 11, 26]);

/** The file itself is at fault: it must be built anew. */
export const isDamage = (error: unknown): error is Error => isSqliteError(error) && DAMAGED.has(error.errcode & 0xff);

/** @throws ViewFileUnusable it has none */
export function readCheckpoint(path: string, db: DatabaseSync): Checkpoint {
  const row = db.prepare('SELECT position, chain FROM "~checkpoint"').get() as { position: number; chain: string } | undefined;
  if (!row) throw new ViewFileUnusable(path, 'does not say how far it is');
  return { position: row.position, chain: row.chain };
}

interface Table {
  readonly kind: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly lists: readonly (readonly string[])[];
  readonly ordered?: readonly string[];
  readonly text?: readonly string[];
}

/** An older version's file serves reads of a newer definition when it has all tables, columns and lists that this names. */
function coversTables(text: string, view: View): boolean {
  const held = JSON.parse(text) as Record<string, Table>;
  return Object.entries(view.tables as Record<string, Table>).every(([name, wanted]) => {
    const own = held[name];
    if (!own || own.kind !== wanted.kind) return false;
    const lists = new Set(own.lists.map((list) => [...list].sort().join()));
    return (
      Object.entries(wanted.columns).every(([column, type]) => own.columns[column] === type) &&
      wanted.lists.every((list) => lists.has([...list].sort().join())) &&
      (wanted.ordered ?? []).every((column) => own.ordered?.includes(column)) &&
      (wanted.text === undefined || wanted.text.join() === own.text?.join())
    );
  });
}

/** A view file that is kept up batch by batch: rows and checkpoint in one transaction. */
export class LiveViewFile {
  readonly path: string;
  readonly writer: ViewWriter;
  private readonly db: DatabaseSync;
  private readonly write: { run(position: number, chain: string): unknown };
  private inTransaction = false;

  /** @throws ViewFileUnusable */
  static open(path: string, view: View, layout: readonly TableLayout[], log: Pick<LogReader, 'chainAt'>): { file: LiveViewFile; checkpoint: Checkpoint } {
    const { db, checkpoint } = openViewFile(path, view, log, 'write');
    try {
      return { file: new LiveViewFile(path, view, layout, db), checkpoint };
    } catch (error) {
      db.close();
      throw openingError(path, error);
    }
  }

  private constructor(path: string, view: View, layout: readonly TableLayout[], db: DatabaseSync) {
    this.path = path;
    this.db = db;
    this.write = db.prepare(CHECKPOINT);
    this.writer = new ViewWriter(view, layout, db, true);
  }

  begin(): void {
    if (this.inTransaction) return;
    this.db.exec('BEGIN IMMEDIATE');
    this.inTransaction = true;
  }

  commit({ position, chain }: Checkpoint): void {
    this.begin();
    this.writer.flush();
    this.write.run(position, chain);
    this.db.exec('COMMIT');
    this.inTransaction = false;
  }

  /** Back to the last commit. */
  rollback(): void {
    if (this.inTransaction && this.db.isTransaction) this.db.exec('ROLLBACK');
    this.inTransaction = false;
    this.writer.reload();
  }

  close(): void {
    if (this.db.isOpen) this.db.close();
  }
}
