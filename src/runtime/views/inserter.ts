// Inserter: gathers rows for one table and writes them several to a statement.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SqlValue } from './columns.ts';

/** Parameters per statement: more make binding no cheaper. */
const PARAMETERS = 160;

export class Inserter {
  private readonly one: StatementSync;
  private readonly several: StatementSync;
  private readonly columns: number;
  private readonly full: number;
  private readonly pending: SqlValue[];
  private filled = 0;

  /** `target`: table and columns, quoted. */
  constructor(db: DatabaseSync, target: string, columns: number) {
    const rows = Math.max(1, Math.floor(PARAMETERS / columns));
    const row = `(${Array(columns).fill('?').join(', ')})`;
    this.columns = columns;
    this.full = rows * columns;
    this.pending = Array<SqlValue>(this.full).fill(null);
    this.one = db.prepare(`INSERT INTO ${target} VALUES ${row}`);
    this.several = db.prepare(`INSERT INTO ${target} VALUES ${Array(rows).fill(row).join(', ')}`);
  }

  /** Takes a row as the values before and the columns' own. They are copied: the caller may change them afterwards. */
  add(before: readonly SqlValue[], values: readonly SqlValue[]): void {
    const { pending } = this;
    let at = this.filled;
    for (let i = 0; i < before.length; i++) pending[at++] = before[i] as SqlValue;
    for (let i = 0; i < values.length; i++) pending[at++] = values[i] as SqlValue;
    this.filled = at;
    if (at < this.full) return;
    this.filled = 0;
    this.several.run(...pending);
  }

  flush(): void {
    const { pending, columns, filled } = this;
    this.filled = 0;
    for (let at = 0; at < filled; at += columns) this.one.run(...pending.slice(at, at + columns));
  }

  /** Drops what was not written. */
  forget(): void {
    this.filled = 0;
  }
}
