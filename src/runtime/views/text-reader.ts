// Text reader: ids of the rows of a temporal table that had certain words at a position.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { quoted, type TextLayout } from './layout.ts';
import { matchOf } from './words.ts';

const PAGE = 500;

export class TextReader {
  private readonly oldest: StatementSync;
  private readonly newest: StatementSync;

  constructor(db: DatabaseSync, { at }: TextLayout) {
    const page = (order: string): StatementSync => {
      const statement = db.prepare(
        `SELECT v._id FROM ${quoted(at)} CROSS JOIN ${quoted(`${at}~versions`)} v ON v.doc = ${quoted(at)}.rowid ` +
          `WHERE ${quoted(at)} MATCH ? AND v._from <= ? AND (v._to IS NULL OR v._to > ?) AND v._id BETWEEN ? AND ? ORDER BY v._id ${order} LIMIT ${PAGE}`,
      );
      statement.setReturnArrays(true);
      return statement;
    };
    this.oldest = page('ASC');
    this.newest = page('DESC');
  }

  /** Ids from `low` to `high`, in order; what was found stays the same however far the file moves on between two pages. */
  *idsWith(text: string, position: number, low: number, high: number, descending: boolean): Generator<number, void> {
    const match = matchOf(text);
    while (match !== undefined) {
      const page = (descending ? this.newest : this.oldest).all(match, position, position, low, high) as unknown as [number][];
      for (const [id] of page) yield id;
      const last = page.at(-1)?.[0];
      if (last === undefined || page.length < PAGE) return;
      if (descending) high = last - 1;
      else low = last + 1;
    }
  }
}
