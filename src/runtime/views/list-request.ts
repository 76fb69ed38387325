// List request: a filter, cursor and limit, checked against what a table declares.
import type { Columns, FindOptions, ListOptions } from '../view.ts';
import type { SqlValue } from './columns.ts';
import { cursorOf, idOfCursor, type CursorScope, type ListSource } from './cursor.ts';
import { listText, type ListLayout, type TableLayout } from './layout.ts';

/** One of a table's lists, with the text of the values that it is filtered by; '' for the table as a whole. */
export interface Filter {
  readonly list: ListLayout;
  readonly text: string;
}

function indexOf(table: TableLayout, name: string): number {
  const index = table.columnIndex.get(name);
  if (index === undefined) throw new Error(`${table.name} has no column ${name}`);
  return index;
}

const encoded = (table: TableLayout, index: number, value: unknown): SqlValue => (table.forms[index] as TableLayout['forms'][number]).encode(value);

/** @throws Error for a filter that is no declared list: a bug of the caller. */
export function filterOf(table: TableLayout, where: object | undefined): Filter {
  const values: SqlValue[] = [];
  let named = 0;
  for (const [name, value] of Object.entries(where ?? {})) {
    const index = indexOf(table, name);
    values[index] = encoded(table, index, value);
    named++;
  }
  const list = table.lists.find(({ columns }) => columns.length === named && columns.every((i) => values[i] !== undefined));
  if (!list) throw new Error(`${table.name} has no list by ${Object.keys(where ?? {}).join(', ')}`);
  return { list, text: named === 0 ? '' : listText(list, values) };
}

export interface PageRequest {
  readonly descending: boolean;
  readonly limit: number;
  /** Id that the page before ended with. */
  readonly after: number | undefined;
  readonly cursorAt: (id: number) => string;
}

export interface ListRequest extends Filter, PageRequest {}

/** A search: the list that it begins with, and what is looked at in each of its rows. */
export interface FindRequest extends Filter, PageRequest {
  readonly match: string | undefined;
  /** Column by index, and the value that it must have. */
  readonly sieve: readonly (readonly [column: number, value: SqlValue])[];
}

const [PAGE, GREATEST_PAGE] = [50, 500];

/** @throws InvalidCursor; Error for a filter that is no declared list, or a limit out of bounds */
export function listRequest(source: ListSource, table: TableLayout, position: number, options: ListOptions<Columns>): ListRequest {
  const filter = filterOf(table, options.where);
  return { ...filter, ...pageRequest(source, table, position, options, `${filter.list.at} ${filter.text}`) };
}

/** @throws InvalidCursor; Error for a table without text that is searched for some, or a limit out of bounds */
export function findRequest(source: ListSource, table: TableLayout, position: number, options: FindOptions<Columns>): FindRequest {
  const { text, where = {} } = options;
  if (text !== undefined && !table.text) throw new Error(`${table.name} has no columns declared as text`);
  const sieve = Object.entries(where).map(([name, value]) => [indexOf(table, name), encoded(table, indexOf(table, name), value)] as const);
  const given = new Map(sieve);
  // Of the lists that the filter covers, the one of most columns has the fewest rows.
  const list = table.lists.filter(({ columns }) => columns.every((i) => given.has(i))).reduce((a, b) => (b.columns.length > a.columns.length ? b : a));
  const values: SqlValue[] = [];
  for (const [i, value] of sieve) values[i] = value;
  const asked = JSON.stringify([text ?? null, sieve.toSorted(([a], [b]) => a - b)]);
  return {
    list,
    text: list.columns.length === 0 ? '' : listText(list, values),
    match: text,
    sieve,
    ...pageRequest(source, table, position, options, `find ${asked}`),
  };
}

function pageRequest(source: ListSource, table: TableLayout, position: number, options: Pick<ListOptions<Columns>, 'after' | 'limit' | 'order'>, list: string): PageRequest {
  const { limit = PAGE, order = 'oldest', after } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > GREATEST_PAGE) throw new RangeError(`a page has 1 to ${GREATEST_PAGE} rows, not ${limit}`);
  const scope: CursorScope = { source, table: table.name, list, order };
  return {
    descending: order === 'newest',
    limit,
    after: after === undefined ? undefined : idOfCursor(scope, after),
    cursorAt: (id) => cursorOf(scope, position, id),
  };
}
