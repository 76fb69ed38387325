// Fact reader: a fact table's rows as of any position. Ids rise with positions, so the past is a range of ids.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Columns, ListOptions, Page, Read } from '../view.ts';
import type { ListSource } from './cursor.ts';
import { decodeRow, type SqlValue } from './columns.ts';
import { FACTS_PER_EVENT, quoted, type TableLayout } from './layout.ts';
import { filterOf, listRequest, type Filter } from './list-request.ts';
import { readable } from './rows-damaged.ts';
import type { Scanned } from './temporal-reader.ts';

type ReadRow = Read<Columns>;
type Cells = SqlValue[];

const SCAN_PAGE = 500;
const KEY = /^(0|[1-9][0-9]{0,14})\.(0|[1-9][0-9]{0,4})$/;

interface ListStatements {
  readonly oldest: StatementSync;
  readonly newest: StatementSync;
  readonly count: StatementSync;
}

export class FactReader {
  private readonly source: ListSource;
  private readonly layout: TableLayout;
  private readonly valueNumber: (text: string) => number | undefined;
  private readonly byId: StatementSync;
  private readonly lists: ReadonlyMap<string, ListStatements>;

  constructor(db: DatabaseSync, source: ListSource, layout: TableLayout, valueNumber: (text: string) => number | undefined) {
    this.source = source;
    this.layout = layout;
    this.valueNumber = valueNumber;
    const table = quoted(layout.name);
    const cells = ['_id', ...layout.forms.map(({ name }) => quoted(name))].join(', ');
    const prepare = (sql: string): StatementSync => {
      const statement = db.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.byId = prepare(`SELECT ${cells} FROM ${table} WHERE _id = ?`);
    this.lists = new Map(
      layout.lists.map(({ at, columns }) => {
        const range = `FROM ${table} WHERE ${columns.length === 0 ? '? = 0' : `${quoted(at)} = ?`} AND _id BETWEEN ? AND ?`;
        const page = (order: string) => prepare(`SELECT ${cells} ${range} ORDER BY _id ${order} LIMIT ?`);
        return [at, { oldest: page('ASC'), newest: page('DESC'), count: prepare(`SELECT count(*) ${range}`) }];
      }),
    );
  }

  get(position: number, key: string): ReadRow | undefined {
    const [, at, n] = KEY.exec(key) ?? [];
    if (at === undefined || Number(at) > position || Number(n) >= FACTS_PER_EVENT) return undefined;
    const cells = this.byId.get(Number(at) * FACTS_PER_EVENT + Number(n)) as unknown as Cells | undefined;
    return cells && this.decode(cells);
  }

  list(position: number, options: ListOptions<Columns>): Page<ReadRow> {
    const request = listRequest(this.source, this.layout, position, options);
    const { after, descending, limit } = request;
    const low = after === undefined || descending ? 0 : after + 1;
    const high = after === undefined || !descending ? lastIdAt(position) : Math.min(after - 1, lastIdAt(position));
    const found = this.page(request, low, high, limit + 1, descending);
    const rows = found.slice(0, limit).map((cells) => this.decode(cells));
    return found.length > limit ? { rows, next: request.cursorAt(found[limit - 1]?.[0] as number) } : { rows };
  }

  count(position: number, where: object | undefined): number {
    const filter = filterOf(this.layout, where);
    const list = this.listNumber(filter);
    if (list === undefined) return 0;
    const found = this.lists.get(filter.list.at)?.count.get(list, 0, lastIdAt(position)) as unknown as [number] | undefined;
    const [count] = found ?? [0];
    return count;
  }

  scan(position: number, where: object | undefined, from: number): Scanned {
    const page = this.page(filterOf(this.layout, where), from, lastIdAt(position), SCAN_PAGE, false);
    const rows = page.map((cells) => this.decode(cells));
    return page.length < SCAN_PAGE ? { rows } : { rows, next: (page.at(-1)?.[0] as number) + 1 };
  }

  find(): never {
    throw new Error(`${this.layout.name} holds facts, in which nothing is looked for`);
  }

  first(): never {
    throw new Error(`${this.layout.name} holds facts, which are not ordered by anything but their positions`);
  }

  private page(filter: Filter, low: number, high: number, limit: number, descending: boolean): Cells[] {
    const list = this.listNumber(filter);
    const statements = this.lists.get(filter.list.at);
    if (list === undefined || !statements) return [];
    return (descending ? statements.newest : statements.oldest).all(list, low, high, limit) as unknown as Cells[];
  }

  private decode(cells: Cells): ReadRow {
    const row = readable(() => decodeRow(this.layout.forms, cells, 1));
    const id = cells[0] as number;
    const position = Math.floor(id / FACTS_PER_EVENT);
    row['key'] = `${position}.${id % FACTS_PER_EVENT}`;
    row['since'] = position;
    return row as ReadRow;
  }

  private listNumber({ text }: Filter): number | undefined {
    return text === '' ? 0 : this.valueNumber(text);
  }
}

const lastIdAt = (position: number): number => (position + 1) * FACTS_PER_EVENT - 1;
