// Views: what anybody sees. A view declares temporal tables and how events change their rows; it can be thrown away and rebuilt.
import type { Event, Instant, Recorded } from '../kernel/index.ts';

/** Column types; `?` = may be null. 'instant' is an RFC 3339 instant in rows and ms in the file; 'json' is any JSON value. */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'instant' | 'json';
export type Column = ColumnType | `${ColumnType}?`;
export type Columns = Readonly<Record<string, Column>>;

type ValueOf<C extends string> = C extends 'text' | 'instant'
  ? string
  : C extends 'integer'
    ? number
    : C extends 'boolean'
      ? boolean
      : unknown;

export type Row<C extends Columns> = {
  readonly [K in keyof C]: C[K] extends `${infer T}?` ? ValueOf<T> | null : ValueOf<C[K]>;
};

/** Rows with a key, each valid from one position to another; the past stays readable. */
export interface TemporalTable<C extends Columns = Columns> {
  readonly kind: 'temporal';
  /** Names other than `key` and `since`, which come with every row. */
  readonly columns: C;
  /** Column groups by which the table may be filtered, now and in the past. */
  readonly lists: readonly (readonly (keyof C & string)[])[];
  /** Columns of type 'instant' by which `first` finds the earliest. */
  readonly ordered: readonly (keyof C & string)[];
  /** Columns of type 'text' whose words `find` looks for; absent = none. */
  readonly text?: readonly (keyof C & string)[];
}

/** Rows that are only ever added, each valid from its event's position on. */
export interface FactTable<C extends Columns = Columns> {
  readonly kind: 'facts';
  readonly columns: C;
  readonly lists: readonly (readonly (keyof C & string)[])[];
}

export type Tables = Readonly<Record<string, TemporalTable | FactTable>>;

/** `temporal({ owner: 'text', due: 'instant?', note: 'text' }, [['owner']], { ordered: ['due'], text: ['note'] })`. */
export const temporal = <const C extends Columns>(
  columns: C,
  lists: readonly (readonly (keyof C & string)[])[] = [],
  { ordered = [], text = [] }: { readonly ordered?: readonly (keyof C & string)[]; readonly text?: readonly (keyof C & string)[] } = {},
): TemporalTable<C> => ({ kind: 'temporal', columns, lists, ordered, ...(text.length > 0 ? { text } : {}) });

export const facts = <const C extends Columns>(
  columns: C,
  lists: readonly (readonly (keyof C & string)[])[] = [],
): FactTable<C> => ({ kind: 'facts', columns, lists });

/** What `project` may do to a temporal table's rows. Keys are text; a closed key may be opened again. */
export interface TemporalRows<C extends Columns> {
  /** @throws Error when the key is open: a bug in `project`. */
  open(key: string, row: Row<C>): void;
  /** @throws Error when the key is not open. */
  change(key: string, patch: Partial<Row<C>>): void;
  /** @throws Error when the key is not open. */
  close(key: string): void;
  current(key: string): Row<C> | undefined;
}

export interface FactRows<C extends Columns> {
  add(row: Row<C>): void;
}

export type RowsOf<T extends Tables> = {
  readonly [K in keyof T]: T[K] extends TemporalTable<infer C>
    ? TemporalRows<C>
    : T[K] extends FactTable<infer C>
      ? FactRows<C>
      : never;
};

export type Projection<E extends Event, T extends Tables> = {
  readonly [Type in E['type']]?: (event: Recorded<Extract<E, { type: Type }>>, rows: RowsOf<T>) => void;
} & {
  /** Runs for every event of any type, before the handler of its type. */
  readonly '*'?: (event: Recorded<Event>, rows: RowsOf<T>) => void;
};

export interface View<T extends Tables = Tables> {
  /** Unique in the service: file name, metrics label, command-line argument. */
  readonly name: string;
  /** Raise it with every change of tables or projection: the new version is built beside the old one. */
  readonly version: number;
  readonly tables: T;
  /** Deterministic; reads no clock, no random numbers and nothing but its arguments. */
  readonly project: Readonly<Record<string, (event: never, rows: never) => void>>;
}

/** `view<LotEvent>()({ name, version, tables, project })`. */
export function view<E extends Event>() {
  return <const T extends Tables>(definition: {
    readonly name: string;
    readonly version: number;
    readonly tables: T;
    readonly project: Projection<E, T>;
  }): View<T> => definition as View<T>;
}

/**
 * A row as it was valid at the position read. `key` and `since` (position) come with every row;
 * a fact's key is `<position>.<n>`, the n-th fact (from 0) that its event added to the table.
 */
export type Read<C extends Columns> = Row<C> & { readonly key: string; readonly since: number };

export interface Page<R> {
  readonly rows: readonly R[];
  /** Cursor of the next page; absent on the last. Opaque, stable while the view moves on. */
  readonly next?: string;
}

export interface ListOptions<C extends Columns> {
  /** Equality on one of the table's declared lists. */
  readonly where?: Partial<Row<C>>;
  readonly after?: string;
  /** 1 to 500; default 50. */
  readonly limit?: number;
  /** Order in which keys first appeared. Default 'oldest'. */
  readonly order?: 'oldest' | 'newest';
}

export interface FindOptions<C extends Columns> extends Omit<ListOptions<C>, 'where'> {
  /**
   * What people look for: each of its words must be one of the row's, the last one the beginning of one, without regard to case and
   * diacritics. Without any word, it finds nothing. Absent = all rows. Only for tables with columns declared as text.
   */
  readonly text?: string;
  /** Equality on any columns. Those of a declared list are looked up, the others looked at row by row. */
  readonly where?: Partial<Row<C>>;
}

export interface TableReader<C extends Columns> {
  get(key: string): Read<C> | undefined;
  /** @throws Rejection `InvalidCursor` (400) for a cursor that is not of this list. */
  list(options?: ListOptions<C>): Page<Read<C>>;
  /**
   * Rows by words and by any columns. A page is full or the last one, and its cursor that of its last row: nothing tells of rows that
   * the filter leaves out. @throws Rejection `InvalidCursor` (400) for a cursor that is not of this search.
   */
  find(options: FindOptions<C>): Page<Read<C>>;
  count(where?: Partial<Row<C>>): number;
  /** All rows in pages, bounded memory; no statement stays open between pages. */
  scan(where?: Partial<Row<C>>): Iterable<Read<C>>;
  /**
   * The rows with the earliest instants in a column declared as ordered, earliest first, then by first appearance; rows without
   * one are left out. `upTo` bounds the instant, inclusive; at most `limit` rows (default 50).
   */
  first(column: keyof C & string, upTo?: Instant, limit?: number): readonly Read<C>[];
}

/** A view's tables as of one position. */
export type ReaderOf<T extends Tables> = {
  readonly [K in keyof T]: T[K] extends TemporalTable<infer C> | FactTable<infer C> ? TableReader<C> : never;
};

export interface Snapshot<T extends Tables> {
  /** The position that the rows are as of. */
  readonly position: number;
  readonly tables: ReaderOf<T>;
}

export interface ReadAt {
  /** Position to read as of; default: the view's own. */
  readonly asOf?: number;
  /** Wait until the view has applied this position. */
  readonly waitFor?: number;
}

/** Reads views. */
export interface Views {
  /**
   * @throws Rejection `PositionBeyondHead` (422) when asOf or waitFor lies beyond the log's head after a bounded wait,
   *   `ViewLagging` (503) when the view does not get there in time
   */
  read<T extends Tables>(view: View<T>, at?: ReadAt): Promise<Snapshot<T>>;
}
