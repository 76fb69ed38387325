// Temporal reader: a temporal table's rows as of any position up to the file's own.
//
// Rows keep their past, so what is read as of a position stays the same however far the file moves on between two statements:
// no transaction is held, and no statement stays open.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { msOf } from '../../kernel/index.ts';
import type { Columns, ListOptions, Page, Read } from '../view.ts';
import type { ListSource } from './cursor.ts';
import { decodeRow, hash53, type SqlValue } from './columns.ts';
import { countAt, LAST_ID, membersAt, type HistorySource, type Member } from './history-query.ts';
import { quoted, secondOf, type TableLayout } from './layout.ts';
import { filterOf, listRequest, type Filter } from './list-request.ts';

type ReadRow = Read<Columns>;
type Cells = SqlValue[];

const SCAN_PAGE = 500;

/** A part of a scan, and the id that the next one begins at; without it, there is no next one. */
export interface Scanned {
  readonly rows: readonly ReadRow[];
  readonly next?: number;
}

export class TemporalReader {
  private readonly source: ListSource;
  private readonly layout: TableLayout;
  private readonly valueNumber: (text: string) => number | undefined;
  private readonly byHash: StatementSync;
  private readonly byId: StatementSync;
  private readonly past: StatementSync;
  private readonly trees: ReadonlyMap<string, HistorySource>;

  constructor(db: DatabaseSync, source: ListSource, layout: TableLayout, valueNumber: (text: string) => number | undefined) {
    this.source = source;
    this.layout = layout;
    this.valueNumber = valueNumber;
    const columns = layout.forms.map(({ name }) => quoted(name));
    const table = quoted(layout.name);
    const prepare = (sql: string): StatementSync => {
      const statement = db.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    const latest = ['_id', '_key', '_from', '_to', ...columns].join(', ');
    this.byHash = prepare(`SELECT ${latest} FROM ${table} WHERE _hash = ? AND _key = ?`);
    this.byId = prepare(`SELECT ${latest} FROM ${table} WHERE _id = ?`);
    this.past = prepare(
      `SELECT _id, NULL, _from, _to, ${columns.join(', ') || 'NULL'} FROM ${quoted(`${layout.name}~past`)} WHERE _id = ? AND _from <= ? ORDER BY _from DESC LIMIT 1`,
    );
    this.trees = new Map([...layout.lists, ...layout.ordered].map(({ at }) => [at, treeOf(db, at)]));
  }

  get(position: number, key: string): ReadRow | undefined {
    const wellFormed = key.toWellFormed();
    return this.at(position, this.byHash.get(hash53(wellFormed), wellFormed));
  }

  list(position: number, options: ListOptions<Columns>): Page<ReadRow> {
    const request = listRequest(this.source, this.layout, position, options);
    const list = this.listNumber(request);
    if (list === undefined) return { rows: [] };
    const { after, descending, limit } = request;
    const low = { list, id: after === undefined || descending ? 0 : after + 1 };
    const high = { list, id: after === undefined || !descending ? LAST_ID : after - 1 };
    const members = membersAt(this.tree(request.list.at), { position, low, high }, limit + 1, descending);
    const rows = this.rowsOf(position, members.slice(0, limit));
    return members.length > limit ? { rows, next: request.cursorAt((members[limit - 1] as Member).id) } : { rows };
  }

  count(position: number, where: object | undefined): number {
    const filter = filterOf(this.layout, where);
    const list = this.listNumber(filter);
    if (list === undefined) return 0;
    return countAt(this.tree(filter.list.at), { position, low: { list, id: 0 }, high: { list, id: LAST_ID } });
  }

  scan(position: number, where: object | undefined, from: number): Scanned {
    const filter = filterOf(this.layout, where);
    const list = this.listNumber(filter);
    if (list === undefined) return { rows: [] };
    const members = membersAt(this.tree(filter.list.at), { position, low: { list, id: from }, high: { list, id: LAST_ID } }, SCAN_PAGE);
    const rows = this.rowsOf(position, members);
    return members.length < SCAN_PAGE ? { rows } : { rows, next: (members.at(-1) as Member).id + 1 };
  }

  first(position: number, column: string, upTo: string | undefined, limit: number): ReadRow[] {
    const ordered = this.layout.ordered.find(({ name }) => name === column);
    if (!ordered) throw new Error(`${this.layout.name} is not declared as ordered by ${column}`);
    const last = upTo === undefined ? Infinity : msOf(upTo);
    const tree = this.tree(ordered.at);
    const members = membersAt(tree, { position, low: { list: 0, id: 0 }, high: { list: secondOf(last), id: LAST_ID } }, limit + 1);
    const cut = members[limit - 1];
    if (members.length > limit && cut) {
      // The tree knows seconds: all of the last second have to be looked at to tell the earliest.
      while (members.at(-1)?.list === cut.list || members.length > limit) members.pop();
      members.push(...membersAt(tree, { position, low: { list: cut.list, id: 0 }, high: { list: cut.list, id: LAST_ID } }, Infinity));
    }
    const dated = members.map(({ id }) => ({ id, cells: this.cellsAt(position, id) })).map((row) => ({ ...row, ms: row.cells[4 + ordered.column] as number }));
    dated.sort((a, b) => a.ms - b.ms || a.id - b.id);
    const due = dated.filter(({ ms }) => ms <= last).slice(0, limit);
    return due.map(({ cells }) => this.decode(cells));
  }

  /** The version that was valid at the position, of the key with this latest version. */
  private at(position: number, latest: unknown): ReadRow | undefined {
    const cells = latest as Cells | undefined;
    if (!cells) return undefined;
    const valid = (cells[2] as number) <= position ? cells : this.versionBefore(position, cells);
    if (!valid || (valid[3] !== null && (valid[3] as number) <= position)) return undefined;
    return this.decode(valid);
  }

  private versionBefore(position: number, latest: Cells): Cells | undefined {
    const cells = this.past.get(latest[0] as number, position) as unknown as Cells | undefined;
    if (cells) cells[1] = latest[1] as string;
    return cells;
  }

  private cellsAt(position: number, id: number): Cells {
    const latest = this.byId.get(id) as unknown as Cells;
    return (latest[2] as number) <= position ? latest : (this.versionBefore(position, latest) as Cells);
  }

  private rowsOf(position: number, members: readonly Member[]): ReadRow[] {
    return members.map(({ id }) => this.decode(this.cellsAt(position, id)));
  }

  private decode(cells: Cells): ReadRow {
    const row = decodeRow(this.layout.forms, cells, 4);
    row['key'] = cells[1];
    row['since'] = cells[2];
    return row as ReadRow;
  }

  private listNumber({ text }: Filter): number | undefined {
    return text === '' ? 0 : this.valueNumber(text);
  }

  private tree(at: string): HistorySource {
    return this.trees.get(at) as HistorySource;
  }
}

export function treeOf(db: DatabaseSync, name: string): HistorySource {
  const root = db.prepare(`SELECT node FROM ${quoted(`${name}~roots`)} WHERE "from" <= ? ORDER BY "from" DESC LIMIT 1`);
  const node = db.prepare(`SELECT words FROM ${quoted(name)} WHERE node = ?`);
  return {
    rootAt: (position) => (root.get(position) as { node: number }).node,
    node: (no) => (node.get(no) as { words: Uint8Array }).words,
  };
}
