// Layout: where a view's tables lie in its SQLite file.
//
// A temporal table T has `T` with the latest version of every key, `T~past` with the earlier ones, and per list (and for the
// table as a whole, and per ordered column) a history tree `T~by~columns` that says which ids were in which list when. `_id` numbers keys in order of first
// appearance. Columns declared as text have an FTS5 index `T~text`, whose documents `T~text~versions` dates. A fact table has `T` alone, its id made of the event's position and the fact's number within the event.
// Values of lists are numbered in `~values`, so that trees and indexes hold small integers.
import type { FactTable, TemporalTable, View } from '../view.ts';
import { SQL_TYPE, baseTypeOf, formsOf, type ColumnForm, type SqlValue } from './columns.ts';

export interface ListLayout {
  /** Indices of its columns in the table's; [] = the table as a whole. */
  readonly columns: readonly number[];
  readonly names: readonly string[];
  /** Name of its tree (temporal) or its column (facts). */
  readonly at: string;
}

export interface TableLayout {
  readonly name: string;
  readonly kind: 'temporal' | 'facts';
  readonly forms: readonly ColumnForm[];
  readonly columnIndex: ReadonlyMap<string, number>;
  /** The table as a whole first. */
  readonly lists: readonly ListLayout[];
  readonly ordered: readonly OrderedLayout[];
  readonly text: TextLayout | undefined;
}

export interface TextLayout {
  /** Indices of its columns in the table's. */
  readonly columns: readonly number[];
  /** Name of its FTS5 table; its documents' rows and positions are in `<at>~versions`. */
  readonly at: string;
}

export interface OrderedLayout {
  /** Index of its column in the table's. */
  readonly column: number;
  readonly name: string;
  /** Name of its tree, whose lists are seconds. */
  readonly at: string;
}

/** Facts of one event in one table, at most. */
export const FACTS_PER_EVENT = 65_536;

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const VIEW_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export const quoted = (name: string): string => `"${name}"`;

/** @throws Error for a definition that no file could hold. */
export function layoutOf(view: View): readonly TableLayout[] {
  if (!VIEW_NAME.test(view.name)) throw new Error(`view name ${view.name} is not of the form words-with-hyphens`);
  if (!Number.isSafeInteger(view.version) || view.version < 1) throw new Error(`view ${view.name}: versions are 1, 2, 3, …`);
  return Object.entries(view.tables).map(([name, table]) => tableLayout(`view ${view.name}`, name, table));
}

function tableLayout(where: string, name: string, table: TemporalTable | FactTable): TableLayout {
  const names = Object.keys(table.columns);
  for (const one of [name, ...names]) {
    if (!NAME.test(one) || one === 'key' || one === 'since') throw new Error(`${where}: ${name} cannot have the name ${one}`);
  }
  const columnIndex = new Map(names.map((column, i) => [column, i]));
  const indexOf = (column: string): number => {
    const index = columnIndex.get(column);
    if (index === undefined) throw new Error(`${where}: ${name} has no column ${column}`);
    return index;
  };
  const lists = [[], ...table.lists].map((columns) => {
    const sorted = columns.map(indexOf).sort((a, b) => a - b);
    const own = sorted.map((i) => names[i] as string);
    return { columns: sorted, names: own, at: table.kind === 'temporal' ? `${name}~by~${own.join('~')}` : `_by_${own.join('~')}` };
  });
  if (new Set(lists.map(({ at }) => at)).size < lists.length) throw new Error(`${where}: ${name} declares a list twice`);
  const ordered = table.kind === 'temporal' ? table.ordered : [];
  for (const column of ordered) {
    if (baseTypeOf(table.columns[column] ?? '') !== 'instant') throw new Error(`${where}: ${name}.${column} is no instant and cannot be ordered`);
  }
  const text = table.kind === 'temporal' ? (table.text ?? []) : [];
  for (const column of text) {
    if (baseTypeOf(table.columns[column] ?? '') !== 'text') throw new Error(`${where}: ${name}.${column} is no text and cannot be searched`);
  }
  return {
    name,
    kind: table.kind,
    forms: formsOf(name, table.columns),
    columnIndex,
    lists,
    ordered: ordered.map((column) => ({ column: indexOf(column), name: column, at: `${name}~in-order-of~${column}` })),
    text: text.length === 0 ? undefined : { columns: text.map(indexOf), at: `${name}~text` },
  };
}

export interface DefinitionTexts {
  /** Tables and what must be there before the first row. */
  readonly tables: readonly string[];
  /** Indexes, made last by a rebuild. */
  readonly indexes: readonly string[];
}

/** SQL that makes an empty file of the view. */
export function definitionOf(view: View, layout: readonly TableLayout[]): DefinitionTexts {
  const tables = [
    `CREATE TABLE "~checkpoint" (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, chain TEXT NOT NULL) STRICT`,
    `CREATE TABLE "~values" (n INTEGER PRIMARY KEY, hash INTEGER NOT NULL, value TEXT NOT NULL) STRICT`,
  ];
  const indexes = [`CREATE INDEX "~values~hash" ON "~values" (hash)`];
  for (const { name, kind, lists, ordered, text } of layout) {
    const columns = Object.entries(view.tables[name]?.columns ?? {}).map(
      ([column, type]) => `${quoted(column)} ${SQL_TYPE[baseTypeOf(type)]}${type.endsWith('?') ? '' : ' NOT NULL'}`,
    );
    if (kind === 'facts') {
      const listed = lists.slice(1).map(({ at }) => `${quoted(at)} INTEGER NOT NULL`);
      tables.push(`CREATE TABLE ${quoted(name)} (${['_id INTEGER PRIMARY KEY', ...columns, ...listed].join(', ')}) STRICT`);
      for (const { at } of lists.slice(1)) indexes.push(`CREATE INDEX ${quoted(name + at)} ON ${quoted(name)} (${quoted(at)})`);
      continue;
    }
    const life = ['_from INTEGER NOT NULL', '_to INTEGER'];
    tables.push(
      `CREATE TABLE ${quoted(name)} (${['_id INTEGER PRIMARY KEY', '_key TEXT NOT NULL', '_hash INTEGER NOT NULL', ...life, ...columns].join(', ')}) STRICT`,
      `CREATE TABLE ${quoted(`${name}~past`)} (${['_id INTEGER NOT NULL', ...life, ...columns].join(', ')}) STRICT`,
    );
    indexes.push(
      `CREATE INDEX ${quoted(`${name}~hash`)} ON ${quoted(name)} (_hash)`,
      `CREATE INDEX ${quoted(`${name}~past~id`)} ON ${quoted(`${name}~past`)} (_id, _from)`,
    );
    if (text) {
      const versions = quoted(`${text.at}~versions`);
      tables.push(
        // No text is kept twice, and words alone are asked for: neither where they stand nor how many there are.
        `CREATE VIRTUAL TABLE ${quoted(text.at)} USING fts5 (words, content = '', detail = none, columnsize = 0, tokenize = 'ascii')`,
        `CREATE TABLE ${versions} (doc INTEGER PRIMARY KEY, _id INTEGER NOT NULL, _from INTEGER NOT NULL, _to INTEGER) STRICT`,
        // From the first row on: a row that is worded anew looks its last wording up.
        `CREATE INDEX ${quoted(`${text.at}~versions~id`)} ON ${versions} (_id) WHERE _to IS NULL`,
      );
    }
    for (const { at } of [...lists, ...ordered]) {
      tables.push(
        `CREATE TABLE ${quoted(at)} (node INTEGER PRIMARY KEY, words BLOB NOT NULL) STRICT`,
        `CREATE TABLE ${quoted(`${at}~roots`)} ("from" INTEGER PRIMARY KEY, node INTEGER NOT NULL) STRICT`,
      );
    }
  }
  return { tables, indexes };
}

/** One text per combination of values in a list: length-prefixed, so that no two combinations share one. */
export function listText(list: ListLayout, values: readonly SqlValue[]): string {
  let text = '';
  for (const i of list.columns) {
    const value = values[i] as SqlValue;
    if (typeof value === 'string') text += `s${value.length}:${value}`;
    else text += value === null ? 'n' : `i${value};`;
  }
  return text;
}

/** Second of an ordered value as a tree has it: instants out of its range share its ends, and are told apart by their rows. */
export const secondOf = (ms: number): number => Math.min(Math.max(Math.floor(ms / 1000), 0), LAST_SECOND);

const LAST_SECOND = 0xffff_fffe;

/** What the file remembers of the view's definition: a file with another one is built anew. */
export const tablesText = (view: View): string => JSON.stringify(view.tables);
