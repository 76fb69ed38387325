// Cursors: where a page of a list ended. Opaque to whoever holds one, and good for that very list alone.
import { defineRejections } from '../../kernel/index.ts';
import { hash53 } from './columns.ts';

export const cursorRejections = defineRejections({
  InvalidCursor: [400, 'the cursor is not one of this list', 'A cursor continues the list that gave it: same view, filter, order and history.'],
});

/** The view whose lists are read, and the history that it is of. */
export interface ListSource {
  readonly name: string;
  readonly version: number;
  /** Chain hash of the log at a position; undefined beyond its head. */
  readonly chainAt: (position: number) => string | undefined;
}

/** What must be the same for a cursor to go on. */
export interface CursorScope {
  readonly source: ListSource;
  readonly table: string;
  /** List and the values that it is filtered by. */
  readonly list: string;
  readonly order: string;
}

function mark({ source, table, list, order }: CursorScope, position: number, id: number): string {
  const { name, version, chainAt } = source;
  return hash53(JSON.stringify([name, version, table, list, order, position, chainAt(position) ?? '', id])).toString(36);
}

/** `position`: as of which the page was read. Its chain hash is part of the mark, so a log put back to an older state is noticed. */
export const cursorOf = (scope: CursorScope, position: number, id: number): string =>
  Buffer.from(`${id.toString(36)}.${position.toString(36)}.${mark(scope, position, id)}`).toString('base64url');

const CURSOR = /^([0-9a-z]{1,11})\.([0-9a-z]{1,11})\.([0-9a-z]{1,11})$/;

/** The id that the page ended with. @throws InvalidCursor */
export function idOfCursor(scope: CursorScope, cursor: string): number {
  const [, ...parts] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const [id = Number.NaN, position = Number.NaN] = parts.map((digits) => Number.parseInt(digits, 36));
  if (!Number.isSafeInteger(id) || !Number.isSafeInteger(position) || cursorOf(scope, position, id) !== cursor) throw cursorRejections.InvalidCursor();
  return id;
}
