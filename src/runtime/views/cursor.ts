// Cursors: where a page of a list ended. Opaque to whoever holds one, and good for that very list alone.
import { defineRejections } from '../../kernel/index.ts';
import { hash53 } from './columns.ts';

export const cursorRejections = defineRejections({
  InvalidCursor: [400, 'the cursor is not one of this list', 'A cursor continues the list that gave it: same view, filter and order.'],
});

/** What must be the same for a cursor to go on. */
export interface CursorScope {
  readonly view: string;
  readonly version: number;
  readonly table: string;
  /** List and the values that it is filtered by. */
  readonly list: string;
  readonly order: string;
}

const mark = (scope: CursorScope, id: number): string =>
  hash53(JSON.stringify([scope.view, scope.version, scope.table, scope.list, scope.order, id])).toString(36);

export const cursorOf = (scope: CursorScope, id: number): string =>
  Buffer.from(`${id.toString(36)}.${mark(scope, id)}`).toString('base64url');

const CURSOR = /^([0-9a-z]{1,11})\.([0-9a-z]{1,11})$/;

/** The id that the page ended with. @throws InvalidCursor */
export function idOfCursor(scope: CursorScope, cursor: string): number {
  const [, digits = '', marked] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const id = Number.parseInt(digits, 36);
  if (marked === undefined || marked !== mark(scope, id) || cursorOf(scope, id) !== cursor) throw cursorRejections.InvalidCursor();
  return id;
}
