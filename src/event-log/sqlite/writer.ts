// Writes the log file: one group of operations per commit; and finds its way back after a commit that failed.
import type { DatabaseSync } from 'node:sqlite';
import { answerFromLog, append } from './appending.ts';
import { inWords, isDamage, isDiskFull, sqliteCode } from './failure.ts';
import { follow, isLater } from './following.ts';
import type { Operation, Reply } from './protocol.ts';
import { LogRows } from './rows.ts';
import { openForWriting } from './schema.ts';

/** Why nothing can be written now. `lasting`: a restart or the operator must see to it. */
export interface Trouble {
  readonly reason: string;
  readonly lasting: boolean;
}

export class LogFileWriter {
  private readonly file: string;
  private readonly namespace: string;
  private open: { readonly db: DatabaseSync; readonly rows: LogRows } | undefined;
  private troubled: Trouble | undefined;

  /** The file has passed its checks, and this process holds the writer lock. */
  constructor(file: string, namespace: string) {
    this.file = file;
    this.namespace = namespace;
    this.reopen();
  }

  get trouble(): Trouble | undefined {
    return this.troubled;
  }

  /** Writes the operations in one commit. Replies are in their order. */
  write(operations: readonly Operation[]): Reply[] {
    if (this.troubled || !this.open) return operations.map(() => this.refusal('none'));
    const { db, rows } = this.open;
    let replies: Reply[];
    try {
      db.exec('BEGIN IMMEDIATE');
      replies = operations.map((operation) => (operation.kind === 'append' ? append(rows, operation) : follow(rows, operation)));
    } catch (error) {
      this.fail(error);
      return operations.map(() => this.refusal('none'));
    }
    try {
      db.exec('COMMIT');
      return replies;
    } catch (error) {
      this.fail(error);
      if (isDiskFull(error)) return operations.map(() => this.refusal('none'));
      const rows = this.recover();
      return operations.map((operation) => (rows ? look(rows, operation) : this.refusal('unknown')));
    }
  }

  /**
   * Tries whether the file can be written again. Reading alone would not do: frames of a commit that failed may lie behind the
   * log's end and come to life in a crash, until a later commit has written over them.
   */
  recover(): LogRows | undefined {
    if (this.troubled?.lasting) return undefined;
    try {
      const { db, rows } = this.reopen();
      db.exec('BEGIN IMMEDIATE');
      rows.set('written-again', String(rows.end.position));
      db.exec('COMMIT');
      this.troubled = undefined;
      return rows;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** Carries the write-ahead log over into the file, where the disk allows it, and closes. */
  close(): void {
    if (!this.open) return;
    try {
      this.open.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // What is in the write-ahead log is durable there; the next start carries it over.
      if (sqliteCode(error) === undefined) throw error;
    }
    this.shut();
  }

  private reopen(): { readonly db: DatabaseSync; readonly rows: LogRows } {
    this.shut();
    const db = openForWriting(this.file);
    this.open = { db, rows: new LogRows(db, this.namespace) };
    return this.open;
  }

  private shut(): void {
    this.open?.db.close();
    this.open = undefined;
  }

  private fail(error: unknown): void {
    if (sqliteCode(error) === undefined) throw error;
    this.troubled = { reason: inWords(error), lasting: isDamage(error) };
    this.shut();
  }

  private refusal(outcome: 'none' | 'unknown'): Reply {
    return { kind: 'unavailable', outcome, reason: this.troubled?.reason ?? 'the commit failed' };
  }
}

const NOT_THERE: Reply = { kind: 'unavailable', outcome: 'none', reason: 'the commit failed' };

/** After a commit of unknown outcome, with the file open again: is the operation there? */
function look(rows: LogRows, operation: Operation): Reply {
  if (operation.kind === 'append') return answerFromLog(rows, operation) ?? NOT_THERE;
  const source = rows.setting('source-position') ?? '';
  const wanted = operation.rows.at(-1)?.sourcePosition ?? '';
  return isLater(wanted, source) ? NOT_THERE : { kind: 'followed', last: rows.end.position, source };
}
