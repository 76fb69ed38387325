// A view's tables in memory, as queries read them: projected from events, without a file.
import type { Recorded } from '../../src/kernel/index.ts';
import type { Columns, ListOptions, Page, Read, ReaderOf, Row, TableReader, Tables, View } from '../../src/runtime/index.ts';
import { given } from './given.ts';

class MemoryTable<C extends Columns> implements TableReader<C> {
  private readonly rows: readonly Read<C>[];

  constructor(rows: readonly Read<C>[]) {
    this.rows = rows;
  }

  get(key: string): Read<C> | undefined {
    return this.rows.find((row) => row.key === key);
  }

  list({ where, after, limit = 50, order = 'oldest' }: ListOptions<C> = {}): Page<Read<C>> {
    const listed = [...this.scan(where)];
    if (order === 'newest') listed.reverse();
    const from = after === undefined ? 0 : Number(after);
    const rows = listed.slice(from, from + limit);
    return from + limit < listed.length ? { rows, next: String(from + limit) } : { rows };
  }

  count(where?: Partial<Row<C>>): number {
    return [...this.scan(where)].length;
  }

  *scan(where: Partial<Row<C>> = {}): Iterable<Read<C>> & Generator<Read<C>> {
    const wanted = Object.entries(where);
    for (const row of this.rows) if (wanted.every(([column, value]) => (row as Record<string, unknown>)[column] === value)) yield row;
  }

  first(): readonly Read<C>[] {
    throw new Error('these tables are not ordered by instants');
  }
}

/** The tables as they stand after the events. `since` is not kept: it is always 1. */
export function tablesAfter<T extends Tables>(view: View<T>, events: readonly Recorded[]): ReaderOf<T> {
  const held = given(view, ...events);
  const tables = Object.keys(view.tables).map((name) => {
    const rows = Object.entries(held.rows(name)).map(([key, row]) => ({ ...row, key, since: 1 }) as Read<Columns>);
    return [name, new MemoryTable(rows)];
  });
  return Object.fromEntries(tables) as ReaderOf<T>;
}
