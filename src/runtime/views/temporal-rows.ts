// Temporal rows: how `project` opens, changes and closes the rows of one table, and how they get into the file.
//
// Rows are held in memory as long as they are in use. A version is written when it is over, the latest one when a batch is flushed
// (live) or when nobody asks for it any more (rebuild), so that a rebuild writes nearly every version once.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { decodeRow, encodeRow, hash53, type ColumnForm, type SqlValue } from './columns.ts';
import { FileNodes } from './file-nodes.ts';
import { Generations } from './generations.ts';
import { HashIndex } from './hash-index.ts';
import { HistoryTree } from './history-tree.ts';
import { Inserter } from './inserter.ts';
import { listText, quoted, secondOf, type ListLayout, type TableLayout } from './layout.ts';
import type { ListValues } from './list-values.ts';

interface HeldRow {
  readonly id: number;
  readonly key: string;
  readonly hash: number;
  from: number;
  /** null = open. */
  to: number | null;
  values: SqlValue[];
  /** While open: its numbers in the table's lists, `NONE` for a list that it is not in. */
  numbers: number[];
  /** Has a row in the file. */
  stored: boolean;
  /** The file's is another. */
  changed: boolean;
}

/** A list that rows come into and leave: its tree, and the list's number for a row's values. */
interface List {
  readonly columns: readonly number[];
  readonly number: (values: readonly SqlValue[]) => number;
  readonly nodes: FileNodes;
  readonly tree: HistoryTree;
}

/** In none of the lists. */
const NONE = -1;

function differ(columns: readonly number[], before: readonly SqlValue[], after: readonly SqlValue[]): boolean {
  for (let i = 0; i < columns.length; i++) if (before[columns[i] as number] !== after[columns[i] as number]) return true;
  return false;
}

/** Where the event being projected stands. */
export interface Place {
  position: number;
}

export class TemporalRowsWriter {
  private readonly layout: TableLayout;
  private readonly values: ListValues;
  private readonly place: Place;
  private readonly held = new Generations<string, HeldRow>();
  /** Live only: what the next flush writes. */
  private changed: HeldRow[] = [];
  /** Rebuild only: stands in for the index on hashes. */
  private readonly index: HashIndex | undefined;
  private lists: readonly List[];
  private lastId = 0;
  private readonly latest: Inserter;
  private readonly past: Inserter;
  private readonly update: StatementSync;
  private readonly byHash: StatementSync;
  private readonly byId: StatementSync;
  private readonly greatestId: StatementSync;
  private readonly db: DatabaseSync;

  constructor(db: DatabaseSync, layout: TableLayout, values: ListValues, place: Place, indexed: boolean) {
    this.db = db;
    this.layout = layout;
    this.values = values;
    this.place = place;
    this.index = indexed ? undefined : new HashIndex();
    const [table, past] = [quoted(layout.name), quoted(`${layout.name}~past`)];
    const columns = layout.forms.map(({ name }) => quoted(name));
    const latest = ['_id', '_key', '_hash', '_from', '_to', ...columns];
    this.latest = new Inserter(db, `${table} (${latest.join(', ')})`, latest.length);
    this.past = new Inserter(db, `${past} (${['_id', '_from', '_to', ...columns].join(', ')})`, columns.length + 3);
    this.update = db.prepare(`UPDATE ${table} SET ${['_from', '_to', ...columns].map((column) => `${column} = ?`).join(', ')} WHERE _id = ?`);
    this.byHash = db.prepare(`SELECT ${latest.join(', ')} FROM ${table} WHERE _hash = ? AND _key = ?`);
    this.byId = db.prepare(`SELECT ${latest.join(', ')} FROM ${table} WHERE _id = ?`);
    this.byHash.setReturnArrays(true);
    this.byId.setReturnArrays(true);
    this.greatestId = db.prepare(`SELECT max(_id) AS id FROM ${table}`);
    this.lists = [];
    this.reload();
  }

  /** Roughly the kilobytes that the young generation holds. */
  get weight(): number {
    return this.lists.reduce((sum, { nodes }) => sum + nodes.weight, this.held.size >> 1);
  }

  open(key: string, row: object): void {
    const { position } = this.place;
    const values = encodeRow(this.layout.name, this.layout.forms, row);
    const held = this.find(key);
    if (held?.to === null) throw new Error(`${this.layout.name} ${key} is open already`);
    if (held) {
      this.keepVersion(held, held.to as number);
      held.from = position;
      held.to = null;
      held.values = values;
      this.touch(held);
      this.enterAll(held);
      return;
    }
    const wellFormed = key.toWellFormed();
    const hash = hash53(wellFormed);
    const made: HeldRow = { id: ++this.lastId, key: wellFormed, hash, from: position, to: null, values, numbers: [], stored: false, changed: false };
    this.held.set(wellFormed, made);
    this.index?.add(hash, made.id);
    this.touch(made);
    this.enterAll(made);
  }

  /** A change that changes nothing makes no version. */
  change(key: string, patch: object): void {
    const { position } = this.place;
    const held = this.opened(key);
    const values = held.values.slice();
    let differs = false;
    for (const name in patch) {
      const i = this.layout.columnIndex.get(name);
      if (i === undefined) throw new TypeError(`${this.layout.name} has no column ${name}`);
      const encoded = (this.layout.forms[i] as ColumnForm).encode((patch as Record<string, unknown>)[name]);
      if (encoded === values[i]) continue;
      values[i] = encoded;
      differs = true;
    }
    if (!differs) return;
    const before = held.values;
    this.keepVersion(held, position);
    held.from = position;
    held.values = values;
    this.touch(held);
    for (let i = 0; i < this.lists.length; i++) {
      const list = this.lists[i] as List;
      if (!differ(list.columns, before, values)) continue;
      const left = held.numbers[i] as number;
      const entered = list.number(values);
      if (left === entered) continue;
      if (left !== NONE) list.tree.leave(left, held.id, position);
      if (entered !== NONE) list.tree.enter(entered, held.id, position);
      held.numbers[i] = entered;
    }
  }

  close(key: string): void {
    const { position } = this.place;
    const held = this.opened(key);
    held.to = position;
    this.touch(held);
    for (let i = 0; i < this.lists.length; i++) {
      const number = held.numbers[i] as number;
      if (number !== NONE) (this.lists[i] as List).tree.leave(number, held.id, position);
    }
  }

  current(key: string): Record<string, unknown> | undefined {
    const held = this.find(key);
    return held?.to === null ? decodeRow(this.layout.forms, held.values, 0) : undefined;
  }

  /** Writes everything that the file does not have. */
  flush(): void {
    if (this.index) {
      for (const held of this.held.values()) this.write(held);
    } else {
      for (const held of this.changed) this.write(held);
      this.changed = [];
    }
    this.latest.flush();
    this.past.flush();
    for (const { nodes } of this.lists) nodes.flush();
  }

  /** Lets go what was not used for a while. */
  retire(): void {
    const retired = [...this.held.retire()];
    if (this.index) retired.sort((a, b) => a.id - b.id);
    for (const held of retired) this.write(held);
    this.latest.flush();
    for (const { nodes } of this.lists) nodes.retire();
  }

  /** Forgets what was not written: the file is as it was. */
  reload(): void {
    this.held.clear();
    this.changed = [];
    this.latest.forget();
    this.past.forget();
    this.lastId = (this.greatestId.get() as { id: number | null }).id ?? 0;
    const { lists, ordered } = this.layout;
    this.lists = [
      ...lists.map((list) => this.list(list.at, list.columns, (values) => this.listNumber(list, values))),
      ...ordered.map(({ at, column }) =>
        this.list(at, [column], (values) => (values[column] === null ? NONE : secondOf(values[column] as number))),
      ),
    ];
  }

  private list(at: string, columns: readonly number[], number: List['number']): List {
    const nodes = new FileNodes(this.db, at);
    return { columns, number, nodes, tree: new HistoryTree(nodes) };
  }

  private find(key: string): HeldRow | undefined {
    if (typeof key !== 'string') throw new TypeError(`${this.layout.name}: a key is text, not ${typeof key}`);
    const wellFormed = key.toWellFormed();
    const held = this.held.get(wellFormed);
    if (held) return held;
    const row = this.stored(wellFormed, hash53(wellFormed));
    if (!row) return undefined;
    const [id, , hash, from, to, ...values] = row as [number, string, number, number, number | null, ...SqlValue[]];
    const numbers = to === null ? this.lists.map((list) => list.number(values)) : [];
    const found = { id, key: wellFormed, hash, from, to, values, numbers, stored: true, changed: false };
    this.held.set(wellFormed, found);
    return found;
  }

  private stored(key: string, hash: number): SqlValue[] | undefined {
    if (!this.index) return this.byHash.get(hash, key) as unknown as SqlValue[] | undefined;
    let row: SqlValue[] | undefined;
    this.index.find(hash, (id) => {
      const candidate = this.byId.get(id) as unknown as SqlValue[] | undefined;
      if (candidate?.[1] !== key) return false;
      row = candidate;
      return true;
    });
    return row;
  }

  private opened(key: string): HeldRow {
    const held = this.find(key);
    if (held?.to !== null) throw new Error(`${this.layout.name} ${key} is not open`);
    return held;
  }

  /** What was valid from one position to a later one stays readable. */
  private keepVersion(held: HeldRow, to: number): void {
    if (held.from < to) this.past.add([held.id, held.from, to], held.values);
  }

  private touch(held: HeldRow): void {
    if (held.changed) return;
    held.changed = true;
    if (!this.index) this.changed.push(held);
  }

  private write(held: HeldRow): void {
    if (!held.changed) return;
    held.changed = false;
    if (held.stored) this.update.run(held.from, held.to, ...held.values, held.id);
    else this.latest.add([held.id, held.key, held.hash, held.from, held.to], held.values);
    held.stored = true;
  }

  private enterAll(held: HeldRow): void {
    held.numbers = [];
    for (const list of this.lists) {
      const number = list.number(held.values);
      held.numbers.push(number);
      if (number !== NONE) list.tree.enter(number, held.id, this.place.position);
    }
  }

  private listNumber(layout: ListLayout, values: readonly SqlValue[]): number {
    return layout.columns.length === 0 ? 0 : this.values.number(listText(layout, values));
  }
}
