// View reader: a view file opened for reading, and its tables as of a position.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Checkpoint, LogReader } from '../../event-log/index.ts';
import type { Columns, FindOptions, ListOptions, ReaderOf, TableReader, Tables, View } from '../view.ts';
import { hash53 } from './columns.ts';
import { FactReader } from './fact-reader.ts';
import { layoutOf } from './layout.ts';
import { TemporalReader, type Scanned } from './temporal-reader.ts';
import { openViewFile, readCheckpoint } from './view-file.ts';

const FIRST = 50;

export class ViewReader {
  readonly path: string;
  private readonly db: DatabaseSync;
  private readonly tables: ReadonlyMap<string, TemporalReader | FactReader>;
  private readonly valueNumber: StatementSync;

  /** @throws ViewFileUnusable */
  constructor(path: string, view: View, log: Pick<LogReader, 'chainAt'>) {
    this.path = path;
    this.db = openViewFile(path, view, log, 'read').db;
    this.valueNumber = this.db.prepare('SELECT n FROM "~values" WHERE hash = ? AND value = ?');
    const valueNumber = (text: string) => (this.valueNumber.get(hash53(text), text) as { n: number } | undefined)?.n;
    const { name, version } = view;
    const source = { name, version, chainAt: (position: number) => log.chainAt(position) };
    this.tables = new Map(
      layoutOf(view).map((table) => [
        table.name,
        table.kind === 'facts' ? new FactReader(this.db, source, table, valueNumber) : new TemporalReader(this.db, source, table, valueNumber),
      ]),
    );
  }

  checkpoint(): Checkpoint {
    return readCheckpoint(this.path, this.db);
  }

  table(name: string): TemporalReader | FactReader {
    const table = this.tables.get(name);
    if (!table) throw new Error(`${this.path} has no table ${name}`);
    return table;
  }

  close(): void {
    if (this.db.isOpen) this.db.close();
  }
}

/**
 * A view's tables as of a position. `reader` is asked each time: a rebuilt file, once swapped in, says the same.
 * @param onFailed what to throw instead of what a table threw
 */
export function tablesAt<T extends Tables>(
  view: View<T>,
  position: number,
  reader: () => ViewReader,
  onFailed: (error: unknown) => unknown = (error) => error,
): ReaderOf<T> {
  const guarded = <R>(read: () => R): R => {
    try {
      return read();
    } catch (error) {
      throw onFailed(error);
    }
  };
  const tables = Object.keys(view.tables).map((name): [string, TableReader<Columns>] => [
    name,
    {
      get: (key) => guarded(() => reader().table(name).get(position, key)),
      list: (options: ListOptions<Columns> = {}) => guarded(() => reader().table(name).list(position, options)),
      find: (options: FindOptions<Columns>) => guarded(() => reader().table(name).find(position, options)),
      count: (where) => guarded(() => reader().table(name).count(position, where)),
      // Every part comes from the file that serves then: a scan may outlast a swap.
      *scan(where) {
        for (let from: number | undefined = 0; from !== undefined; ) {
          const at: number = from;
          const { rows, next }: Scanned = guarded(() => reader().table(name).scan(position, where, at));
          yield* rows;
          from = next;
        }
      },
      first: (column, upTo, limit = FIRST) => guarded(() => reader().table(name).first(position, column, upTo, limit)),
    },
  ]);
  return Object.fromEntries(tables) as ReaderOf<T>;
}
