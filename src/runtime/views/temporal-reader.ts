// Temporal reader: a temporal table's rows as of any position up to the file's own.
//
// Rows keep their past, so what is read as of a position stays the same however far the file moves on between two statements:
// no transaction is held, and no statement stays open.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { msOf } from '../../kernel/index.ts';
import type { Columns, FindOptions, ListOptions, Page, Read } from '../view.ts';
import type { ListSource } from './cursor.ts';
import { decodeRow, hash53, type SqlValue } from './columns.ts';
import { countAt, LAST_ID, membersAt, type HistorySource, type Member } from './history-query.ts';
import { quoted, secondOf, type TableLayout } from './layout.ts';
import { filterOf, findRequest, listRequest, type Filter, type FindRequest, type PageRequest } from './list-request.ts';
import { readable } from './rows-damaged.ts';
import { TextReader } from './text-reader.ts';

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
  /** The version of a position: the latest, where it began by then; else, only then looked for, one of the past. */
  private readonly byKey: StatementSync;
  private readonly byId: StatementSync;
  private readonly trees: ReadonlyMap<string, HistorySource>;
  private readonly text: TextReader | undefined;

  constructor(db: DatabaseSync, source: ListSource, layout: TableLayout, valueNumber: (text: string) => number | undefined) {
    this.source = source;
    this.layout = layout;
    this.valueNumber = valueNumber;
    const columns = layout.forms.map(({ name }) => quoted(name));
    const prepare = (sql: string): StatementSync => {
      const statement = db.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    const [own, past] = [quoted(layout.name), quoted(`${layout.name}~past`)];
    const version = (by: string, id: string, key: string) =>
      prepare(
        `SELECT ${['_id', '_key', '_from', '_to', ...columns].join(', ')} FROM ${own} WHERE ${by} AND _from <= ? UNION ALL SELECT * FROM ` +
          `(SELECT ${['_id', key, '_from', '_to', ...columns].join(', ')} FROM ${past} p WHERE _id = ${id} AND _from <= ? ORDER BY _from DESC LIMIT 1)`,
      );
    this.byKey = version('_hash = ? AND _key = ?', `(SELECT _id FROM ${own} WHERE _hash = ? AND _key = ?)`, 'NULL');
    this.byId = version('_id = ?', '?', `(SELECT _key FROM ${own} t WHERE t._id = p._id)`);
    this.text = layout.text && new TextReader(db, layout.text);
    this.trees = new Map([...layout.lists, ...layout.ordered].map(({ at }) => [at, treeOf(db, at)]));
  }

  get(position: number, key: string): ReadRow | undefined {
    const wellFormed = key.toWellFormed();
    const hash = hash53(wellFormed);
    const cells = this.byKey.get(hash, wellFormed, position, hash, wellFormed, position) as Cells | undefined;
    const closedAt = cells?.[3] as number | null | undefined;
    if (!cells || (typeof closedAt === 'number' && closedAt <= position)) return undefined;
    return readable(() => this.decode(cells, wellFormed));
  }

  list(position: number, options: ListOptions<Columns>): Page<ReadRow> {
    const request = listRequest(this.source, this.layout, position, options);
    const list = this.listNumber(request);
    if (list === undefined) return { rows: [] };
    const { descending, limit } = request;
    const [low, high] = boundsOf(request);
    const members = membersAt(this.tree(request.list.at), { position, low: { list, id: low }, high: { list, id: high } }, limit + 1, descending);
    const rows = this.rowsOf(position, members.slice(0, limit));
    return members.length > limit ? { rows, next: request.cursorAt((members[limit - 1] as Member).id) } : { rows };
  }

  find(position: number, options: FindOptions<Columns>): Page<ReadRow> {
    const request = findRequest(this.source, this.layout, position, options);
    const { limit, sieve } = request;
    const found: Cells[] = [];
    readable(() => {
      for (const id of this.candidates(position, request)) {
        const cells = this.cellsAt(position, id);
        if (!sieve.every(([column, value]) => cells[4 + column] === value)) continue;
        if (found.push(cells) > limit) return;
      }
    });
    const rows = readable(() => found.slice(0, limit).map((cells) => this.decode(cells)));
    return found.length > limit ? { rows, next: request.cursorAt(found[limit - 1]?.[0] as number) } : { rows };
  }

  /** Ids that a search looks at, in its order: those with its words, or those of its list. */
  private *candidates(position: number, request: FindRequest): Generator<number, void> {
    const { descending, match } = request;
    let [low, high] = boundsOf(request);
    if (match !== undefined) return yield* (this.text as TextReader).idsWith(match, position, low, high, descending);
    const list = this.listNumber(request);
    while (list !== undefined) {
      const members = membersAt(this.tree(request.list.at), { position, low: { list, id: low }, high: { list, id: high } }, SCAN_PAGE, descending);
      for (const { id } of members) yield id;
      const last = members.at(-1)?.id;
      if (last === undefined || members.length < SCAN_PAGE) return;
      if (descending) high = last - 1;
      else low = last + 1;
    }
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
    return readable(() => {
      const dated = members.map(({ id }) => ({ id, cells: this.cellsAt(position, id) })).map((row) => ({ ...row, ms: row.cells[4 + ordered.column] as number }));
      dated.sort((a, b) => a.ms - b.ms || a.id - b.id);
      const due = dated.filter(({ ms }) => ms <= last).slice(0, limit);
      return due.map(({ cells }) => this.decode(cells));
    });
  }

  private cellsAt(position: number, id: number): Cells {
    return this.byId.get(id, position, id, position) as unknown as Cells;
  }

  private rowsOf(position: number, members: readonly Member[]): ReadRow[] {
    return readable(() => members.map(({ id }) => this.decode(this.cellsAt(position, id))));
  }

  private decode(cells: Cells, key = cells[1] as string): ReadRow {
    const row = decodeRow(this.layout.forms, cells, 4);
    row['key'] = key;
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

/** Ids between which the rest of a list lies. */
const boundsOf = ({ after, descending }: PageRequest): [low: number, high: number] =>
  descending ? [0, after === undefined ? LAST_ID : after - 1] : [after === undefined ? 0 : after + 1, LAST_ID];

export function treeOf(db: DatabaseSync, name: string): HistorySource {
  const root = db.prepare(`SELECT node FROM ${quoted(`${name}~roots`)} WHERE "from" <= ? ORDER BY "from" DESC LIMIT 1`);
  const node = db.prepare(`SELECT words FROM ${quoted(name)} WHERE node = ?`);
  return {
    rootAt: (position) => (root.get(position) as { node: number }).node,
    node: (no) => (node.get(no) as { words: Uint8Array }).words,
  };
}
