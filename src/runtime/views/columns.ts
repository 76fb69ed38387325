// Columns: what a value of each type is in rows and in the file, checked on the way in.
import { instantOf, readInstant } from '../../kernel/index.ts';
import type { Columns } from '../view.ts';

export type SqlValue = string | number | null;

/** One column's two forms. Encoding refuses what does not fit the declared type: that is a bug in `project`. */
export interface ColumnForm {
  readonly name: string;
  readonly encode: (value: unknown) => SqlValue;
  readonly decode: (value: SqlValue) => unknown;
}

type Encode = (value: unknown) => SqlValue | undefined;

/** undefined = does not fit. Lone surrogates become U+FFFD as they would in the file, so that no row depends on a cache. */
const ENCODE: Record<string, Encode> = {
  text: (value) => (typeof value === 'string' ? value.toWellFormed() : undefined),
  integer: (value) => (Number.isSafeInteger(value) ? (value as number) + 0 : undefined),
  boolean: (value) => (typeof value === 'boolean' ? Number(value) : undefined),
  instant: (value) => {
    const ms = typeof value === 'string' ? readInstant(value) : Number.NaN;
    return Number.isNaN(ms) ? undefined : ms;
  },
  json: (value) => JSON.stringify(value)?.toWellFormed(),
};

const same = (value: SqlValue) => value;

const DECODE: Record<string, (value: SqlValue) => unknown> = {
  text: same,
  integer: same,
  boolean: (value) => value === 1,
  instant: (value) => instantOf(value as number),
  json: (value) => JSON.parse(value as string),
};

export const SQL_TYPE: Record<string, string> = {
  text: 'TEXT',
  integer: 'INTEGER',
  boolean: 'INTEGER',
  instant: 'INTEGER',
  json: 'TEXT',
};

export const baseTypeOf = (column: string): string => (column.endsWith('?') ? column.slice(0, -1) : column);

export function formsOf(table: string, columns: Columns): readonly ColumnForm[] {
  return Object.entries(columns).map(([name, column]) => {
    const type = baseTypeOf(column);
    const nullable = column.endsWith('?');
    const [encode, decode] = [ENCODE[type], DECODE[type]];
    if (!encode || !decode) throw new Error(`${table}.${name}: no column type ${column}`);
    return {
      name,
      encode: (value) => {
        if (value === null && nullable) return null;
        const encoded = encode(value);
        if (encoded === undefined) throw new TypeError(`${table}.${name} takes ${column}, not ${told(value)}`);
        return encoded;
      },
      decode: (value) => (value === null ? null : decode(value)),
    };
  });
}

const told = (value: unknown): string => (value === undefined ? 'undefined' : `${JSON.stringify(value)?.slice(0, 60)}`);

/** Values in the columns' order. @throws TypeError for a missing column, one too many, or a value of another type. */
export function encodeRow(table: string, forms: readonly ColumnForm[], row: object): SqlValue[] {
  const values: SqlValue[] = [];
  values.length = forms.length;
  let given = 0;
  for (let i = 0; i < forms.length; i++) {
    const form = forms[i] as ColumnForm;
    values[i] = form.encode((row as Record<string, unknown>)[form.name]);
  }
  for (const _ in row) given++;
  if (given !== forms.length) throw new TypeError(`${table} has no column ${Object.keys(row).find((name) => !forms.some((form) => form.name === name))}`);
  return values;
}

/** The row's object; values of `offset` and on are its columns'. */
export function decodeRow(forms: readonly ColumnForm[], values: readonly SqlValue[], offset: number): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < forms.length; i++) {
    const form = forms[i] as ColumnForm;
    row[form.name] = form.decode(values[offset + i] as SqlValue);
  }
  return row;
}

/** 53 bits of a text, for indexes: equal texts have equal hashes, and what has an equal hash is still compared. */
export function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
