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
  private pending: SqlValue[] = [];

  /** `target`: table and columns, quoted. */
  constructor(db: DatabaseSync, target: string, columns: number) {
    const rows = Math.max(1, Math.floor(PARAMETERS / columns));
    const row = `(${Array(columns).fill('?').join(', ')})`;
    this.columns = columns;
    this.full = rows * columns;
    this.one = db.prepare(`INSERT INTO ${target} VALUES ${row}`);
    this.several = db.prepare(`INSERT INTO ${target} VALUES ${Array(rows).fill(row).join(', ')}`);
  }

  /** Takes a row as the values before and the columns' own. */
  add(before: readonly SqlValue[], values: readonly SqlValue[]): void {
    const { pending } = this;
    for (let i = 0; i < before.length; i++) pending.push(before[i] as SqlValue);
    for (let i = 0; i < values.length; i++) pending.push(values[i] as SqlValue);
    if (pending.length < this.full) return;
    this.pending = [];
    this.several.run(...pending);
  }

  flush(): void {
    const { pending, columns } = this;
    if (pending.length === 0) return;
    this.pending = [];
    for (let at = 0; at < pending.length; at += columns) this.one.run(...pending.slice(at, at + columns));
  }

  /** Drops what was not written. */
  forget(): void {
    this.pending = [];
  }
}
