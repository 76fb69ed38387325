// List values: numbers for the values by which a view's lists are asked for, in order of first appearance.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { hash53 } from './columns.ts';
import { Generations } from './generations.ts';
import { HashIndex } from './hash-index.ts';
import { Inserter } from './inserter.ts';

export class ListValues {
  private readonly cache = new Generations<string, number>();
  private readonly index: HashIndex | undefined;
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
    return this.cache.size >> 2;
  }

  /** The value's number, from 1; a new one gets the next. */
  number(text: string): number {
    const held = this.cache.get(text);
    if (held !== undefined) return held;
    const hash = hash53(text);
    let n = this.lookUp(text, hash);
    if (n === undefined) {
      n = ++this.last;
      this.inserter.add([n, hash, text], []);
      this.index?.add(hash, n);
    }
    this.cache.set(text, n);
    return n;
  }

  flush(): void {
    this.inserter.flush();
  }

  retire(): void {
    this.flush();
    this.cache.retire();
  }

  reload(): void {
    this.cache.clear();
    this.inserter.forget();
    this.last = (this.lastNumber.get() as { n: number | null }).n ?? 0;
  }

  private lookUp(text: string, hash: number): number | undefined {
    if (!this.index) return (this.byHash.get(hash, text) as { n: number } | undefined)?.n;
    return this.index.find(hash, (n) => {
      this.flush();
      return (this.byNumber.get(n) as { value: string }).value === text;
    });
  }
}
