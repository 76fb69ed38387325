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
import { quoted, secondOf, type TableLayout } from './layout.ts';
import type { ListValues, NumberOf } from './list-values.ts';
import { TextRowsWriter } from './text-rows.ts';

interface HeldRow {
  readonly id: number;
  readonly key: string;
  readonly hash: number;
  from: number;
  /** null = open. */
  to: number | null;
  values: SqlValue[];
  /** What `current` says of `values`, once it was asked. */
  row: Record<string, unknown> | undefined;
  /** Has a row in the file. */
  stored: boolean;
  /** The file's is another. */
  changed: boolean;
}

/** A list that rows come into and leave: its tree, and the list's number for a row's values. */
interface List {
  readonly columns: readonly number[];
  readonly number: NumberOf;
  readonly nodes: FileNodes;
  readonly tree: HistoryTree;
}

/** Of a row that is in none of the lists. */
const NONE = -1;

/** Whether one of the first `count` columns is the list's. */
function concerns({ columns }: List, changed: readonly number[], count: number): boolean {
  for (let n = 0; n < count; n++) if (columns.includes(changed[n] as number)) return true;
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
  /** Rebuild only: what was let go, in place of the index on hashes. */
  private readonly index: HashIndex | undefined;
  /** Projections ask for a row and then change it: the last one asked for. */
  private lastKey: string | undefined;
  private last: HeldRow | undefined;
  private lists: readonly List[];
  private readonly text: TextRowsWriter | undefined;
  /** What a change changes: held here, so that no change makes arrays of its own. */
  private readonly differing: { readonly columns: number[]; readonly encoded: SqlValue[] } = { columns: [], encoded: [] };
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
    this.text = layout.text && new TextRowsWriter(db, layout.text);
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
      held.row = undefined;
      this.touch(held);
      this.enterAll(held);
      return;
    }
    const wellFormed = key.toWellFormed();
    const hash = hash53(wellFormed);
    const made: HeldRow = { id: ++this.lastId, key: wellFormed, hash, from: position, to: null, values, row: undefined, stored: false, changed: false };
    this.held.set(wellFormed, made);
    this.remember(key, made);
    this.touch(made);
    this.enterAll(made);
  }

  /** A change that changes nothing makes no version. */
  change(key: string, patch: object): void {
    const { layout } = this;
    const { position } = this.place;
    const held = this.opened(key);
    const { values } = held;
    const { columns, encoded } = this.differing;
    let count = 0;
    for (const name in patch) {
      const i = layout.columnIndex.get(name);
      if (i === undefined) throw new TypeError(`${layout.name} has no column ${name}`);
      const value = (layout.forms[i] as ColumnForm).encode((patch as Record<string, unknown>)[name]);
      if (value === values[i]) continue;
      columns[count] = i;
      encoded[count++] = value;
    }
    if (count === 0) return;
    this.keepVersion(held, position);
    held.from = position;
    const moving: List[] = [];
    const left: number[] = [];
    for (const list of this.lists) {
      if (!concerns(list, columns, count)) continue;
      moving.push(list);
      left.push(list.number(values));
    }
    for (let n = 0; n < count; n++) {
      const i = columns[n] as number;
      const value = (values[i] = encoded[n] as SqlValue);
      if (!held.row) continue;
      const form = layout.forms[i] as ColumnForm;
      held.row[form.name] = value === null ? null : form.decode(value);
    }
    this.touch(held);
    if (this.text?.concerns(columns, count)) {
      this.text.end(held.id, position);
      this.text.begin(held.id, values, position);
    }
    for (let n = 0; n < moving.length; n++) {
      const { number, tree } = moving[n] as List;
      const entered = number(values);
      if (left[n] === entered) continue;
      if (left[n] !== NONE) tree.leave(left[n] as number, held.id, position);
      if (entered !== NONE) tree.enter(entered, held.id, position);
    }
  }

  close(key: string): void {
    const { position } = this.place;
    const held = this.opened(key);
    held.to = position;
    this.touch(held);
    this.text?.end(held.id, position);
    for (const list of this.lists) {
      const number = list.number(held.values);
      if (number !== NONE) list.tree.leave(number, held.id, position);
    }
  }

  current(key: string): Record<string, unknown> | undefined {
    const held = this.find(key);
    if (held?.to !== null) return undefined;
    held.row ??= decodeRow(this.layout.forms, held.values, 0);
    return { ...held.row };
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
    this.remember(undefined, undefined);
    const retired = [...this.held.retire()];
    if (this.index) retired.sort((a, b) => a.id - b.id);
    for (const held of retired) {
      if (!held.stored) this.index?.add(held.hash, held.id);
      this.write(held);
    }
    this.latest.flush();
    for (const { nodes } of this.lists) nodes.retire();
  }

  /** Forgets what was not written: the file is as it was. */
  reload(): void {
    this.held.clear();
    this.remember(undefined, undefined);
    this.changed = [];
    this.latest.forget();
    this.past.forget();
    this.text?.reload();
    this.lastId = (this.greatestId.get() as { id: number | null }).id ?? 0;
    const { lists, ordered } = this.layout;
    this.lists = [
      ...lists.map((list) => this.list(list.at, list.columns, this.values.numbersOf(list))),
      ...ordered.map(({ at, column }) =>
        this.list(at, [column], (values) => (values[column] === null ? NONE : secondOf(values[column] as number))),
      ),
    ];
  }

  private list(at: string, columns: readonly number[], number: NumberOf): List {
    const nodes = new FileNodes(this.db, at);
    return { columns, number, nodes, tree: new HistoryTree(nodes) };
  }

  private find(key: string): HeldRow | undefined {
    if (key === this.lastKey) return this.last;
    if (typeof key !== 'string') throw new TypeError(`${this.layout.name}: a key is text, not ${typeof key}`);
    const wellFormed = key.toWellFormed();
    const held = this.held.get(wellFormed) ?? this.read(wellFormed);
    this.remember(key, held);
    return held;
  }

  private remember(key: string | undefined, held: HeldRow | undefined): void {
    this.lastKey = key;
    this.last = held;
  }

  private read(key: string): HeldRow | undefined {
    if (this.index?.isEmpty) return undefined;
    const row = this.stored(key, hash53(key));
    if (!row) return undefined;
    const [id, , hash, from, to, ...values] = row as [number, string, number, number, number | null, ...SqlValue[]];
    const found = { id, key, hash, from, to, values, row: undefined, stored: true, changed: false };
    this.held.set(key, found);
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
    this.text?.begin(held.id, held.values, this.place.position);
    for (const list of this.lists) {
      const number = list.number(held.values);
      if (number !== NONE) list.tree.enter(number, held.id, this.place.position);
    }
  }
}
