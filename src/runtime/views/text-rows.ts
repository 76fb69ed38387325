// Text rows: the words of a temporal table's rows, in an FTS5 index that knows from which position to which they were the row's.
//
// Every wording of a row is a document of its own, numbered in order of appearance, and stays in the index: what was found once is found
// again as of then. Words are folded before they are indexed, so the tokenizer has nothing to decide.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SqlValue } from './columns.ts';
import { quoted, type TextLayout } from './layout.ts';
import { wordsOf } from './words.ts';

export class TextRowsWriter {
  private readonly columns: readonly number[];
  private readonly index: StatementSync;
  private readonly open: StatementSync;
  private readonly close: StatementSync;
  private readonly greatest: StatementSync;
  private last = 0;

  constructor(db: DatabaseSync, { columns, at }: TextLayout) {
    this.columns = columns;
    const versions = quoted(`${at}~versions`);
    this.index = db.prepare(`INSERT INTO ${quoted(at)} (rowid, words) VALUES (?, ?)`);
    this.open = db.prepare(`INSERT INTO ${versions} (doc, _id, _from, _to) VALUES (?, ?, ?, NULL)`);
    this.close = db.prepare(`UPDATE ${versions} SET _to = ? WHERE _id = ? AND _to IS NULL`);
    this.greatest = db.prepare(`SELECT max(doc) AS doc FROM ${versions}`);
    this.reload();
  }

  /** Whether one of the first `count` columns is searched. */
  concerns(changed: readonly number[], count: number): boolean {
    for (let n = 0; n < count; n++) if (this.columns.includes(changed[n] as number)) return true;
    return false;
  }

  begin(id: number, values: readonly SqlValue[], position: number): void {
    const words = this.columns.flatMap((i) => (values[i] === null ? [] : wordsOf(values[i] as string)));
    const doc = ++this.last;
    this.index.run(doc, [...new Set(words)].join(' '));
    this.open.run(doc, id, position);
  }

  end(id: number, position: number): void {
    this.close.run(position, id);
  }

  /** After a rollback: the file is as it was. */
  reload(): void {
    this.last = (this.greatest.get() as { doc: number | null }).doc ?? 0;
  }
}
