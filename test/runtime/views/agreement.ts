// Agreement: whether two readers of a view's tables say the same, whatever they are asked.
import { expect } from '@jest/globals';
import type { Columns, FindOptions, ListOptions, Read, Row, TableReader, Tables, View } from '../../../src/runtime/index.ts';
import type { RememberedView } from '../../support/memory-tables.ts';
import { MOMENTS } from './yard-history.ts';

const TURNS = 10;

type Reader = TableReader<Columns>;
type Where = Partial<Row<Columns>>;
type Cells = Readonly<Record<string, unknown>>;

/** `expect` costs more than the reads: it is asked for the words only. */
export function same(read: unknown, remembered: unknown, asked: () => string): void {
  if (JSON.stringify(read) === JSON.stringify(remembered)) return;
  expect({ asked: asked(), told: read }).toEqual({ asked: asked(), told: remembered });
  throw new Error(`${asked()}: the columns are in another order`);
}

/** A list page by page, through its cursors. */
export function* pagesOf(table: Reader, options: ListOptions<Columns>): Generator<readonly Read<Columns>[]> {
  for (let after: string | undefined; ; ) {
    const page = table.list(after === undefined ? options : { ...options, after });
    yield page.rows;
    if (page.next === undefined) return;
    after = page.next;
  }
}

/** A search page by page, through its cursors. */
function* foundBy(table: Reader, options: FindOptions<Columns>): Generator<readonly Read<Columns>[]> {
  for (let after: string | undefined; ; ) {
    const page = table.find(after === undefined ? options : { ...options, after });
    yield page.rows;
    if (page.next === undefined) return;
    after = page.next;
  }
}

/** What is looked for: words, beginnings of them, none, and what a query language might take for its own. */
const SOUGHT = ['ada', 'AD', 'zoe', 'Zoë', 's3 ad', 'ada s3', '"ada" OR nobody*', 'n', '1', '', '!?', '🪵', 'NEAR(ada)', 'owner: ada', 'x\0y'];

/** Every filter that selected a row at any time, for every declared list; and one that never did. */
function filtersOf(table: Tables[string], rows: readonly Cells[]): (Where | undefined)[] {
  const filters = new Map<string, Where | undefined>([['', undefined]]);
  for (const list of table.lists) {
    for (const row of rows) {
      const where = Object.fromEntries(list.map((column) => [column, row[column]])) as Where;
      filters.set(JSON.stringify(where), where);
    }
    if (list.join() === 'owner' || list.join() === 'what') filters.set(`never ${list[0]}`, { [list[0] as string]: 'whoever' } as Where);
  }
  return [...filters.values()];
}

function agreeOn(name: string, table: Tables[string], read: Reader, remembered: Reader, keys: readonly string[], filters: readonly (Where | undefined)[], limit: number): void {
  for (const key of [...keys, 'never', '1.0', '1.x', '-1.0']) same(read.get(key), remembered.get(key), () => `${name} ${key}`);
  for (const where of filters) {
    const asked = `${name} where ${JSON.stringify(where)}`;
    const rows = [...remembered.scan(where)];
    same([...read.scan(where)], rows, () => `scan ${asked}`);
    same(read.count(where), rows.length, () => `count ${asked}`);
    for (const order of ['oldest', 'newest'] as const) {
      const options = { limit, order, ...(where ? { where } : {}) };
      same([...pagesOf(read, options)], [...pagesOf(remembered, options)], () => `pages of ${limit}, ${order} first, ${asked}`);
    }
  }
  if (table.kind === 'facts') return;
  for (const where of filters) {
    const asked = `search of ${name} where ${JSON.stringify(where)}`;
    const options = { limit, order: limit % 2 === 0 ? 'oldest' : 'newest', ...(where ? { where } : {}) } as const;
    same([...foundBy(read, options)], [...foundBy(remembered, options)], () => asked);
    for (const text of table.text === undefined ? [] : where ? SOUGHT.slice(0, 2) : SOUGHT) {
      same([...foundBy(read, { ...options, text })], [...foundBy(remembered, { ...options, text })], () => `${asked} for ${text}`);
    }
  }
  for (const column of table.ordered) {
    same(read.first(column), remembered.first(column), () => `first of ${name} by ${column}`);
    for (const upTo of MOMENTS) {
      same(read.first(column, upTo, limit), remembered.first(column, upTo, limit), () => `first ${limit} of ${name} by ${column} up to ${upTo}`);
    }
  }
}

/** What is read of a view is what is remembered: rows by key, every declared list, counts, pages either way, and the earliest. */
export function agree<T extends Tables>(
  view: View<T>,
  remembered: RememberedView<T>,
  readAt: (position: number) => Readonly<Record<string, unknown>>,
  positions: Iterable<number>,
): void {
  const asked = Object.entries(view.tables).map(([name, table]) => {
    const { keys, rows } = remembered.everIn(name);
    return { name, table, keys, filters: filtersOf(table, rows) };
  });
  for (const position of positions) {
    const [read, known] = [readAt(position), remembered.at(position) as Readonly<Record<string, unknown>>];
    for (const { name, table, keys, filters } of asked) {
      // The table as a whole every time; of its lists every tenth in turn.
      const inTurn = filters.filter((where, i) => !where || i % TURNS === position % TURNS);
      agreeOn(`${view.name} as of ${position}: ${name}`, table, read[name] as Reader, known[name] as Reader, keys, inTurn, 1 + (position % 7));
    }
  }
}
