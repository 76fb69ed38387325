// A view's tables in memory, as queries read them: projected from events without a file, with everything that ever was.
import { instantOf, msOf, type Recorded } from '../../src/kernel/index.ts';
import type { Columns, FindOptions, ListOptions, Page, Read, ReaderOf, Row, TableReader, Tables, View } from '../../src/runtime/index.ts';
import { wordsOf } from '../../src/runtime/views/words.ts';

type Cells = Readonly<Record<string, unknown>>;
type Table = Tables[string];

interface Version {
  readonly row: Cells;
  readonly from: number;
  /** Infinity: still. */
  to: number;
}

const sameValue = (a: unknown, b: unknown): boolean => a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));

/** A value as it comes back from where rows are kept. */
function kept(column: string, value: unknown): unknown {
  if (value === null) return null;
  if (column.startsWith('text')) return (value as string).toWellFormed();
  if (column.startsWith('instant')) return instantOf(msOf(value as string));
  return column.startsWith('json') ? JSON.parse(JSON.stringify(value).toWellFormed()) : value;
}

const keptRow = (columns: Columns, row: object): Cells =>
  Object.fromEntries(Object.entries(columns).filter(([name]) => name in row).map(([name, type]) => [name, kept(type, (row as Cells)[name])]));

/** Everything that the rows of one table ever were, by key, in the order in which the keys first appeared. */
class RememberedRows {
  readonly versions = new Map<string, Version[]>();
  private readonly table: Table;
  private readonly place: { readonly position: number };
  private facts = { position: 0, added: 0 };

  constructor(table: Table, place: { readonly position: number }) {
    this.table = table;
    this.place = place;
  }

  add(row: object): void {
    const { position } = this.place;
    if (this.facts.position !== position) this.facts = { position, added: 0 };
    this.versions.set(`${position}.${this.facts.added++}`, [{ row: keptRow(this.table.columns, row), from: position, to: Infinity }]);
  }

  open(key: string, row: object): void {
    if (this.last(key)) throw new Error(`row ${key} is open already`);
    const versions = this.versions.get(key.toWellFormed()) ?? [];
    versions.push({ row: keptRow(this.table.columns, row), from: this.place.position, to: Infinity });
    this.versions.set(key.toWellFormed(), versions);
  }

  change(key: string, patch: object): void {
    const { row } = this.opened(key);
    const changed = { ...row, ...keptRow(this.table.columns, patch) };
    if (sameValue(row, changed)) return;
    this.close(key);
    this.open(key, changed);
  }

  close(key: string): void {
    this.opened(key).to = this.place.position;
  }

  current(key: string): Cells | undefined {
    return this.last(key)?.row;
  }

  private last(key: string): Version | undefined {
    return this.versions.get(key.toWellFormed())?.findLast(({ to }) => to === Infinity);
  }

  private opened(key: string): Version {
    const version = this.last(key);
    if (!version) throw new Error(`no row ${key} is open`);
    return version;
  }
}

class MemoryTable implements TableReader<Columns> {
  private readonly table: Table;
  private readonly rows: readonly Read<Columns>[];

  constructor(table: Table, remembered: RememberedRows, position: number) {
    this.table = table;
    this.rows = [...remembered.versions].flatMap(([key, versions]) => {
      const valid = versions.findLast(({ from, to }) => from <= position && position < to);
      return valid ? [{ ...valid.row, key, since: valid.from } as Read<Columns>] : [];
    });
  }

  get(key: string): Read<Columns> | undefined {
    return this.rows.find((row) => row.key === key.toWellFormed());
  }

  list({ where, after, limit = 50, order = 'oldest' }: ListOptions<Columns> = {}): Page<Read<Columns>> {
    const listed = [...this.scan(where)];
    if (order === 'newest') listed.reverse();
    const from = after === undefined ? 0 : Number(after);
    const rows = listed.slice(from, from + limit);
    return from + limit < listed.length ? { rows, next: String(from + limit) } : { rows };
  }

  find({ text, where = {}, after, limit = 50, order = 'oldest' }: FindOptions<Columns>): Page<Read<Columns>> {
    const wanted = Object.entries(keptRow(this.table.columns, where));
    const searched = this.table.kind === 'temporal' ? (this.table.text ?? []) : [];
    if (text !== undefined && searched.length === 0) throw new Error('no column is declared as text');
    const asked = wordsOf(text ?? '');
    const has = (row: Read<Columns>): boolean => {
      const words = searched.flatMap((column) => wordsOf(((row as Cells)[column] ?? '') as string));
      return asked.length > 0 && asked.every((word, i) => (i < asked.length - 1 ? words.includes(word) : words.some((one) => one.startsWith(word))));
    };
    const found = this.rows.filter((row) => wanted.every(([name, value]) => sameValue((row as Cells)[name], value)) && (text === undefined || has(row)));
    if (order === 'newest') found.reverse();
    const from = after === undefined ? 0 : Number(after);
    const rows = found.slice(from, from + limit);
    return from + limit < found.length ? { rows, next: String(from + limit) } : { rows };
  }

  count(where?: Partial<Row<Columns>>): number {
    return [...this.scan(where)].length;
  }

  *scan(where: Partial<Row<Columns>> = {}): Generator<Read<Columns>> {
    const wanted = Object.entries(keptRow(this.table.columns, where));
    const named = wanted.map(([name]) => name).toSorted().join();
    if (named !== '' && !this.table.lists.some((list) => [...list].sort().join() === named)) throw new Error(`no list by ${named} is declared`);
    for (const row of this.rows) if (wanted.every(([name, value]) => sameValue((row as Cells)[name], value))) yield row;
  }

  first(column: string, upTo?: string, limit = 50): readonly Read<Columns>[] {
    const ordered = this.table.kind === 'temporal' ? this.table.ordered : [];
    if (!ordered.includes(column)) throw new Error(`the table is not declared as ordered by ${column}`);
    const msOfRow = (row: Read<Columns>): number => msOf((row as Cells)[column] as string);
    const dated = this.rows.filter((row) => (row as Cells)[column] !== null && (upTo === undefined || msOfRow(row) <= msOf(upTo)));
    return dated.toSorted((a, b) => msOfRow(a) - msOfRow(b)).slice(0, limit);
  }
}

/** A view as it was at any position, worked out from the events as plainly as can be. */
export class RememberedView<T extends Tables = Tables> {
  private readonly view: View<T>;
  private readonly place = { position: 0 };
  private readonly tables: Readonly<Record<string, RememberedRows>>;

  constructor(view: View<T>, events: Iterable<Recorded> = []) {
    this.view = view;
    this.tables = Object.fromEntries(Object.entries(view.tables).map(([name, table]) => [name, new RememberedRows(table, this.place)]));
    for (const event of events) this.project(event);
  }

  project(event: Recorded): void {
    const handlers = this.view.project as Readonly<Record<string, (event: Recorded, rows: object) => void>>;
    this.place.position = event.position;
    handlers['*']?.(event, this.tables);
    handlers[event.type]?.(event, this.tables);
  }

  at(position: number): ReaderOf<T> {
    const tables = Object.entries(this.tables).map(([name, rows]) => [name, new MemoryTable(this.view.tables[name] as Table, rows, position)]);
    return Object.fromEntries(tables) as ReaderOf<T>;
  }

  /** Every key that a table ever had, and every version's row. */
  everIn(table: keyof T & string): { readonly keys: string[]; readonly rows: Cells[] } {
    const { versions } = this.tables[table] as RememberedRows;
    return { keys: [...versions.keys()], rows: [...versions.values()].flatMap((of) => of.map(({ row }) => row)) };
  }
}

/** The tables as they stand after the events. */
export const tablesAfter = <T extends Tables>(view: View<T>, events: readonly Recorded[]): ReaderOf<T> =>
  new RememberedView(view, events).at(events.at(-1)?.position ?? 0);
