// List request: a filter, cursor and limit, checked against what a table declares.
import type { Columns, ListOptions } from '../view.ts';
import type { SqlValue } from './columns.ts';
import { cursorOf, idOfCursor, type CursorScope, type ListSource } from './cursor.ts';
import { listText, type ListLayout, type TableLayout } from './layout.ts';

/** One of a table's lists, with the text of the values that it is filtered by; '' for the table as a whole. */
export interface Filter {
  readonly list: ListLayout;
  readonly text: string;
}

/** @throws Error for a filter that is no declared list: a bug of the caller. */
export function filterOf(table: TableLayout, where: object | undefined): Filter {
  const values: SqlValue[] = [];
  let named = 0;
  for (const [name, value] of Object.entries(where ?? {})) {
    const index = table.columnIndex.get(name);
    if (index === undefined) throw new Error(`${table.name} has no column ${name}`);
    values[index] = (table.forms[index] as TableLayout['forms'][number]).encode(value);
    named++;
  }
  const list = table.lists.find(({ columns }) => columns.length === named && columns.every((i) => values[i] !== undefined));
  if (!list) throw new Error(`${table.name} has no list by ${Object.keys(where ?? {}).join(', ')}`);
  return { list, text: named === 0 ? '' : listText(list, values) };
}

export interface ListRequest extends Filter {
  readonly descending: boolean;
  readonly limit: number;
  /** Id that the page before ended with. */
  readonly after: number | undefined;
  readonly cursorAt: (id: number) => string;
}

const [PAGE, GREATEST_PAGE] = [50, 500];

/** @throws InvalidCursor; Error for a filter that is no declared list, or a limit out of bounds */
export function listRequest(source: ListSource, table: TableLayout, position: number, options: ListOptions<Columns>): ListRequest {
  const { limit = PAGE, order = 'oldest', after } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > GREATEST_PAGE) throw new RangeError(`a page has 1 to ${GREATEST_PAGE} rows, not ${limit}`);
  const filter = filterOf(table, options.where);
  const scope: CursorScope = { source, table: table.name, list: `${filter.list.at} ${filter.text}`, order };
  return {
    ...filter,
    descending: order === 'newest',
    limit,
    after: after === undefined ? undefined : idOfCursor(scope, after),
    cursorAt: (id) => cursorOf(scope, position, id),
  };
}
