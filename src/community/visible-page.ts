// Lists filtered by who asks.
import type { Audience } from '../kernel/index.ts';
import type { Page } from '../runtime/index.ts';
import { maySee, type Viewer } from './viewer.ts';

/** How many pages without a single visible row are passed over before an empty one is shown. */
const MOST_PASSED_OVER = 20;

/**
 * The rows of a page that the viewer may see: fewer than asked for where others are in between. Pages on which nothing is
 * visible are passed over; a page may still be empty and have a `next`.
 */
export function visiblePage<R>(viewer: Viewer, audienceOf: (row: R) => readonly Audience[], read: (after?: string) => Page<R>): Page<R> {
  let page = read();
  for (let passed = 0; ; passed += 1) {
    const rows = page.rows.filter((row) => maySee(viewer, audienceOf(row)));
    const { next } = page;
    if (rows.length > 0 || next === undefined || passed === MOST_PASSED_OVER) return next === undefined ? { rows } : { rows, next };
    page = read(next);
  }
}

/** A page with each of its rows as it is shown. */
export const eachShown = <R, S>({ rows, next }: Page<R>, show: (row: R) => S): Page<S> => ({ rows: rows.map(show), ...(next === undefined ? {} : { next }) });

/** What part of a list is asked for: after a cursor, at most so many rows. */
export interface PageOf {
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** As table readers take it; `later` is the cursor that `visiblePage` has got to. */
export function paging({ after, limit }: PageOf, later = after): { readonly after?: string; readonly limit?: number } {
  return { ...(limit === undefined ? {} : { limit }), ...(later === undefined ? {} : { after: later }) };
}
