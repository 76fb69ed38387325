// View writer: projects events into one view file. The same for live views and rebuilds; only when what is written differs.
import type { DatabaseSync } from 'node:sqlite';
import type { Event, Recorded } from '../../kernel/index.ts';
import type { View } from '../view.ts';
import { FactRowsWriter } from './fact-rows.ts';
import { FOREVER } from './history-tree.ts';
import type { TableLayout } from './layout.ts';
import { ListValues } from './list-values.ts';
import { TemporalRowsWriter } from './temporal-rows.ts';

type Handler = (event: Recorded<Event>, rows: object) => void;

/** `project` threw: a bug of the view, which stops at the event before. */
export class ProjectionFailed extends Error {
  readonly view: string;
  readonly position: number;

  constructor(view: View, event: Recorded<Event>, cause: unknown) {
    super(`view ${view.name} cannot project ${event.type} at ${event.position}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'ProjectionFailed';
    this.view = view.name;
    this.position = event.position;
  }
}

export class ViewWriter {
  private readonly view: View;
  private readonly values: ListValues;
  private readonly tables: readonly (TemporalRowsWriter | FactRowsWriter)[];
  private readonly rows: Record<string, TemporalRowsWriter | FactRowsWriter>;
  private readonly handlers: ReadonlyMap<string, Handler>;
  private readonly every: Handler | undefined;
  private readonly place = { position: 0 };

  /** `indexed`: the file has its indexes and is kept up row by row; else it is empty and being rebuilt. */
  constructor(view: View, layout: readonly TableLayout[], db: DatabaseSync, indexed: boolean) {
    this.view = view;
    this.values = new ListValues(db, indexed);
    this.rows = {};
    for (const table of layout) {
      this.rows[table.name] =
        table.kind === 'facts'
          ? new FactRowsWriter(db, table, this.values, this.place)
          : new TemporalRowsWriter(db, table, this.values, this.place, indexed);
    }
    this.tables = Object.values(this.rows);
    const handlers = new Map(Object.entries(view.project) as [string, Handler][]);
    this.every = handlers.get('*');
    handlers.delete('*');
    this.handlers = handlers;
  }

  /** Roughly the kilobytes held for rows that were in use lately. */
  get weight(): number {
    return this.tables.reduce((sum, table) => sum + table.weight, this.values.weight);
  }

  /** Whether the view has anything to say to such events. */
  handles(type: string): boolean {
    return this.every !== undefined || this.handlers.has(type);
  }

  /** @throws ProjectionFailed */
  apply(event: Recorded<Event>): void {
    const handler = this.handlers.get(event.type);
    if (!handler && !this.every) return;
    if (event.position >= FOREVER) throw new RangeError(`views hold positions below ${FOREVER}`);
    this.place.position = event.position;
    try {
      this.every?.(event, this.rows);
      handler?.(event, this.rows);
    } catch (error) {
      // The driver's errors (full disk, I/O) are not the view's fault.
      if (isSqliteError(error)) throw error;
      throw new ProjectionFailed(this.view, event, error);
    }
  }

  /** Writes everything that the file does not have, into the transaction that is open. */
  flush(): void {
    this.values.flush();
    for (const table of this.tables) table.flush();
  }

  /** Lets go what was not used for a while. */
  retire(): void {
    this.values.retire();
    for (const table of this.tables) table.retire();
  }

  /** After a rollback: forgets everything, the file is as it was. */
  reload(): void {
    this.values.reload();
    for (const table of this.tables) table.reload();
  }
}

/** Not by `instanceof`: the errors of built-in modules may be of another realm. */
export const isSqliteError = (error: unknown): error is Error & { errcode: number } =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
