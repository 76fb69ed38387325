// Verification: a view's file compared, row by row, with what a build from the log makes of the same events.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openLogReader, type LogReader } from '../../event-log/index.ts';
import type { View } from '../view.ts';
import type { BuildProgress } from './build.ts';
import { startBuild } from './build-thread.ts';
import type { SqlValue } from './columns.ts';
import { LAST_ID, membersAt } from './history-query.ts';
import { FOREVER } from './history-tree.ts';
import { FACTS_PER_EVENT, layoutOf, quoted, type TableLayout } from './layout.ts';
import type { OfflineParts } from './offline.ts';
import { viewNamed, viewsOf } from './registry.ts';
import { RowsDamaged } from './rows-damaged.ts';
import { treeOf } from './temporal-reader.ts';
import { ViewDirectory } from './view-directory.ts';
import { isDamage, openViewFile, ViewFileUnusable } from './view-file.ts';

export interface VerifiedView {
  readonly view: string;
  readonly version: number;
  /** Position up to which file and build were compared: the file's own. */
  readonly position: number;
  /** Rows compared: every version of every key, and every fact. */
  readonly rows: number;
  /** The first difference, or why nothing could be compared; absent: equal. */
  readonly problem?: string;
}

interface Opened {
  readonly view: View;
  readonly path: string;
  /** Held open: a running service may swap the file meanwhile. */
  readonly db: DatabaseSync;
  readonly position: number;
}

const PAGE = 1_000;

/**
 * Compares view files (default: all) with a fresh build, also beside a running service. Files are only read; the build goes to a
 * directory of its own that is removed.
 * @throws Error for a view that there is not
 */
export async function verifyViews(parts: OfflineParts, names?: readonly string[], onProgress?: (progress: BuildProgress) => void): Promise<readonly VerifiedView[]> {
  const all = viewsOf(parts.registry);
  const chosen = names ? names.map((name) => viewNamed(all, name)) : all;
  const log = openLogReader(parts.logFile);
  // Cleared away by the next service if this process dies.
  const scratch = join(parts.directory, 'views', `verify.building-${process.pid}`);
  const opened: Opened[] = [];
  try {
    const found = chosen.map((view) => {
      const one = openedFile(parts.directory, view, log);
      if ('db' in one) opened.push(one);
      return one;
    });
    const built = new Map<string, string>();
    const failed = new Map<string, string>();
    if (opened.length > 0) {
      mkdirSync(scratch, { recursive: true, mode: 0o700 });
      const requests = opened.map(({ view: { name } }) => ({ view: name, path: join(scratch, `${name}.sqlite`) }));
      const upTo = Math.max(...opened.map(({ position }) => position));
      for (const outcome of await startBuild({ ...parts, log, coresLeft: 1, requests, upTo }, onProgress).outcomes) {
        if ('path' in outcome) built.set(outcome.view, outcome.path);
        else failed.set(outcome.view, outcome.reason);
      }
    }
    return found.map((one): VerifiedView => {
      if (!('db' in one)) return one;
      const path = built.get(one.view.name);
      const { name, version } = one.view;
      const nothing = { view: name, version, position: one.position, rows: 0 };
      if (path === undefined) return { ...nothing, problem: `it cannot be built: ${failed.get(name)}` };
      try {
        return compared(one, path, log);
      } catch (error) {
        if (isDamage(error) || error instanceof RowsDamaged) return { ...nothing, problem: `${one.path} is damaged: ${error.message}` };
        throw error;
      }
    });
  } finally {
    for (const { db } of opened) db.close();
    log.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function openedFile(directory: string, view: View, log: LogReader): Opened | VerifiedView {
  const nothing = { view: view.name, version: view.version, position: 0, rows: 0 };
  const file = ViewDirectory.filesIn(directory, view.name).find(({ version }) => version === view.version);
  if (!file) return { ...nothing, problem: 'there is no file of this version yet' };
  try {
    const { db, checkpoint } = openViewFile(file.path, view, log, 'read');
    return { view, path: file.path, db, position: checkpoint.position };
  } catch (error) {
    if (!(error instanceof ViewFileUnusable)) throw error;
    return { ...nothing, problem: error.message };
  }
}

function compared({ view, path, db: kept, position }: Opened, built: string, log: LogReader): VerifiedView {
  const fresh = openViewFile(built, view, log, 'read').db;
  let rows = 0;
  let lastValue = 0;
  const verdict = (problem?: string): VerifiedView => ({ view: view.name, version: view.version, position, rows, ...(problem === undefined ? {} : { problem }) });
  try {
    const { integrity_check: soundness } = kept.prepare('PRAGMA integrity_check(1)').get() as { integrity_check: string };
    if (soundness !== 'ok') return verdict(`${path} is damaged: ${soundness}`);
    for (const table of layoutOf(view)) {
      const different = difference(rowsOf(kept, table, position), rowsOf(fresh, table, position), () => (rows += 1));
      if (different) return verdict(`${table.name}: ${different}`);
      for (const { at } of table.kind === 'facts' ? [] : [...table.lists, ...table.ordered]) {
        const isOfValues = table.lists.some((list) => list.at === at);
        const listed = difference(membersOf(kept, at, position), membersOf(fresh, at, position), ([list]) => {
          if (isOfValues) lastValue = Math.max(lastValue, list as number);
        });
        if (listed) return verdict(`${at}: list and id ${listed}`);
      }
    }
    for (const { text } of layoutOf(view)) {
      if (!text) continue;
      const dated = difference(wordingsOf(kept, text.at, position), wordingsOf(fresh, text.at, position));
      if (dated) return verdict(`${text.at}: document, id, from and to ${dated}`);
      const words = difference(wordsIn(kept, text.at, position), wordsIn(fresh, text.at, position));
      if (words) return verdict(`${text.at}: word and document ${words}`);
    }
    const different = difference(valuesOf(kept, lastValue), valuesOf(fresh, lastValue));
    return verdict(different && `values of lists: ${different}`);
  } finally {
    fresh.close();
  }
}

/** The first place where two differ, in words. */
function difference(a: Iterator<Cells, void>, b: Iterator<Cells, void>, onSame: (cells: Cells) => void = () => {}): string | undefined {
  for (;;) {
    const [one, other] = [a.next(), b.next()];
    if (one.done && other.done) return undefined;
    if (one.done || other.done || !isSame(one.value, other.value)) return `${told(one.value)} in the file, ${told(other.value)} by the log`;
    onSame(one.value);
  }
}

type Cells = readonly SqlValue[];

const isSame = (a: Cells, b: Cells): boolean => a.length === b.length && a.every((cell, i) => cell === b[i]);

const told = (row: Cells | void): string => {
  const text = row === undefined ? 'no row' : JSON.stringify(row);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

const rowsOf = (db: DatabaseSync, table: TableLayout, position: number): Generator<Cells, void> =>
  table.kind === 'facts' ? factsOf(db, table, position) : versionsOf(db, table, position);

function* factsOf(db: DatabaseSync, { name, forms, lists }: TableLayout, position: number): Generator<Cells, void> {
  const cells = ['_id', ...forms.map((form) => form.name), ...lists.slice(1).map(({ at }) => at)].map(quoted).join(', ');
  const page = arrays(db, `SELECT ${cells} FROM ${quoted(name)} WHERE _id > ? AND _id < ? ORDER BY _id LIMIT ${PAGE}`);
  const end = (position + 1) * FACTS_PER_EVENT;
  for (let after = -1; ; ) {
    const found = page(after, end);
    yield* found;
    if (found.length < PAGE) return;
    after = found.at(-1)?.[0] as number;
  }
}

/** Who is in which of a tree's lists at the position. */
function* membersOf(db: DatabaseSync, tree: string, position: number): Generator<Cells, void> {
  const source = treeOf(db, tree);
  const high = { list: FOREVER, id: LAST_ID };
  for (let low = { list: 0, id: 0 }; ; ) {
    const members = membersAt(source, { position, low, high }, PAGE);
    for (const { list, id } of members) yield [list, id];
    const last = members.at(-1);
    if (members.length < PAGE || !last) return;
    low = { list: last.list, id: last.id + 1 };
  }
}

/** Which row had which document from when to when. */
function* wordingsOf(db: DatabaseSync, at: string, position: number): Generator<Cells, void> {
  const page = arrays(db, `SELECT doc, _id, _from, _to FROM ${quoted(`${at}~versions`)} WHERE doc > ? AND _from <= ? ORDER BY doc LIMIT ${PAGE}`);
  for (let after = 0; ; ) {
    const found = page(after, position);
    for (const [doc = null, id = null, from = null, to = null] of found) yield [doc, id, from, to !== null && (to as number) > position ? null : to];
    if (found.length < PAGE) return;
    after = found.at(-1)?.[0] as number;
  }
}

/** Every word of the index with the documents that have it, in order. */
function* wordsIn(db: DatabaseSync, at: string, position: number): Generator<Cells, void> {
  const name = quoted(`${at}~words`);
  db.exec(`CREATE VIRTUAL TABLE IF NOT EXISTS temp.${name} USING fts5vocab (main, ${quoted(at)}, instance)`);
  // The table gives words in order and their documents in order, and begins where it is told to.
  const page = db.prepare(
    `SELECT term, doc, _from FROM temp.${name} JOIN ${quoted(`${at}~versions`)} USING (doc) WHERE term >= ? AND (term > ? OR doc > ?) LIMIT ${PAGE}`,
  );
  page.setReturnArrays(true);
  for (let [word, doc] = ['', 0]; ; ) {
    const found = page.all(word, word, doc) as unknown as [string, number, number][];
    for (const [term, document, from] of found) if (from <= position) yield [term, document];
    const last = found.at(-1);
    if (!last || found.length < PAGE) return;
    [word, doc] = last;
  }
}

/** The values that lists are numbered by. */
function* valuesOf(db: DatabaseSync, last: number): Generator<Cells, void> {
  const page = arrays(db, `SELECT n, value FROM "~values" WHERE n > ? AND n <= ? ORDER BY n LIMIT ${PAGE}`);
  for (let after = 0; after < last; ) {
    const found = page(after, last);
    yield* found;
    if (found.length < PAGE) return;
    after = found.at(-1)?.[0] as number;
  }
}

/** Every version up to the position as `[id, key, from, to, …]`, by key in order of appearance, as the file had it there. */
function* versionsOf(db: DatabaseSync, { name, forms }: TableLayout, position: number): Generator<Cells, void> {
  const columns = forms.map((form) => `, ${quoted(form.name)}`).join('');
  const latest = arrays(db, `SELECT _id, _key, _from, _to${columns} FROM ${quoted(name)} WHERE _id > ? ORDER BY _id LIMIT ${PAGE}`);
  const past = arrays(db, `SELECT _id, NULL, _from, _to${columns} FROM ${quoted(`${name}~past`)} WHERE _id BETWEEN ? AND ? ORDER BY _id, _from`);
  for (let after = -1; ; ) {
    // A version that is passing from one table to the other is in exactly one of them.
    db.exec('BEGIN');
    const page = latest(after);
    const [first, last] = [page[0]?.[0], page.at(-1)?.[0]] as [number | undefined, number | undefined];
    const earlier = first === undefined || last === undefined ? [] : past(first, last);
    db.exec('COMMIT');
    let at = 0;
    for (const row of page) {
      for (; at < earlier.length && earlier[at]?.[0] === row[0]; at++) yield* asOf(earlier[at] as Cells, row[1] as string, position);
      yield* asOf(row, row[1] as string, position);
    }
    if (page.length < PAGE) return;
    after = last as number;
  }
}

function* asOf([id = null, , from = null, to = null, ...cells]: Cells, key: string, position: number): Generator<Cells, void> {
  if ((from as number) <= position) yield [id, key, from, to !== null && (to as number) > position ? null : to, ...cells];
}

function arrays(db: DatabaseSync, sql: string): (...of: number[]) => SqlValue[][] {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return (...of) => statement.all(...of) as unknown as SqlValue[][];
}
