// List values: numbers for the values by which a view's lists are asked for, in order of first appearance.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { hash53, type SqlValue } from './columns.ts';
import { HashIndex } from './hash-index.ts';
import { Inserter } from './inserter.ts';
import { listText, type ListLayout } from './layout.ts';

/** The number of a row's values in one list. */
export type NumberOf = (values: readonly SqlValue[]) => number;

export class ListValues {
  private readonly lists = new Map<ListLayout, ListNumbers>();
  private readonly index: HashIndex | undefined;
  /** Numbers that the file may not have yet: two lists may have one text, and then they have one number. */
  private readonly unwritten = new Map<string, number>();
  private readonly inserter: Inserter;
  private readonly byHash: StatementSync;
  private readonly byNumber: StatementSync;
  private readonly lastNumber: StatementSync;
  private last = 0;

  /** `indexed`: the file has its indexes; else this keeps one of its own, from an empty file on. */
  constructor(db: DatabaseSync, indexed: boolean) {
    this.index = indexed ? undefined : new HashIndex();
    this.inserter = new Inserter(db, '"~values" (n, hash, value)', 3);
    this.byHash = db.prepare('SELECT n FROM "~values" WHERE hash = ? AND value = ?');
    this.byNumber = db.prepare('SELECT value FROM "~values" WHERE n = ?');
    this.lastNumber = db.prepare('SELECT max(n) AS n FROM "~values"');
    this.reload();
  }

  get weight(): number {
    let size = 0;
    for (const list of this.lists.values()) size += list.size;
    return size >> 2;
  }

  /** From 1, and 0 for the table as a whole; new values get the next number. */
  numbersOf(list: ListLayout): NumberOf {
    if (list.columns.length === 0) return () => 0;
    let numbers = this.lists.get(list);
    if (!numbers) this.lists.set(list, (numbers = new ListNumbers(list, (text) => this.number(text))));
    const known = numbers;
    return (values) => known.of(values);
  }

  flush(): void {
    this.inserter.flush();
    this.unwritten.clear();
  }

  retire(): void {
    this.flush();
    for (const list of this.lists.values()) list.retire();
  }

  reload(): void {
    for (const list of this.lists.values()) list.clear();
    this.inserter.forget();
    this.unwritten.clear();
    this.last = (this.lastNumber.get() as { n: number | null }).n ?? 0;
  }

  private number(text: string): number {
    const hash = hash53(text);
    let n = this.unwritten.get(text) ?? this.lookUp(text, hash);
    if (n === undefined) {
      n = ++this.last;
      this.inserter.add([n, hash, text], []);
      this.index?.add(hash, n);
      this.unwritten.set(text, n);
    }
    return n;
  }

  private lookUp(text: string, hash: number): number | undefined {
    if (!this.index) return (this.byHash.get(hash, text) as { n: number } | undefined)?.n;
    return this.index.find(hash, (n) => {
      this.flush();
      return (this.byNumber.get(n) as { value: string }).value === text;
    });
  }
}

type Branch = Map<SqlValue, Branch | number>;

/** Numbers of one list that were in use lately, by the values of its columns, so that no text has to be made of them. */
class ListNumbers {
  size = 0;
  private readonly list: ListLayout;
  private readonly number: (text: string) => number;
  private young: Branch = new Map();
  private old: Branch = new Map();

  constructor(list: ListLayout, number: (text: string) => number) {
    this.list = list;
    this.number = number;
  }

  of(values: readonly SqlValue[]): number {
    const { columns } = this.list;
    let at: Branch | number | undefined = this.young;
    for (let i = 0; i < columns.length && at !== undefined; i++) at = (at as Branch).get(values[columns[i] as number] as SqlValue);
    return at === undefined ? this.renew(values) : (at as number);
  }

  retire(): void {
    this.old = this.young;
    this.young = new Map();
    this.size = 0;
  }

  clear(): void {
    this.retire();
    this.old.clear();
  }

  private renew(values: readonly SqlValue[]): number {
    const { columns } = this.list;
    let old: Branch | number | undefined = this.old;
    for (let i = 0; i < columns.length && old !== undefined; i++) old = (old as Branch).get(values[columns[i] as number] as SqlValue);
    const n = (old as number | undefined) ?? this.number(listText(this.list, values));
    let at = this.young;
    for (const column of columns.slice(0, -1)) {
      const value = values[column] as SqlValue;
      let next = at.get(value) as Branch | undefined;
      if (!next) at.set(value, (next = new Map()));
      at = next;
    }
    at.set(values[columns.at(-1) as number] as SqlValue, n);
    this.size++;
    return n;
  }
}
