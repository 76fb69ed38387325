// Verification: a view's file compared, row by row, with what a build from the log makes of the same events.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openLogReader, type LogReader } from '../../event-log/index.ts';
import type { View } from '../view.ts';
import type { BuildProgress } from './build.ts';
import { startBuild } from './build-thread.ts';
import type { SqlValue } from './columns.ts';
import { FACTS_PER_EVENT, layoutOf, quoted, type TableLayout } from './layout.ts';
import type { OfflineParts } from './offline.ts';
import { viewNamed, viewsOf } from './registry.ts';
import { ViewDirectory } from './view-directory.ts';
import { openViewFile, ViewFileUnusable } from './view-file.ts';
import { ViewReader } from './view-reader.ts';

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
  try {
    const found = chosen.map((view) => openedFile(parts.directory, view, log));
    const opened = found.filter((one): one is Opened => 'path' in one);
    const built = new Map<string, string>();
    const failed = new Map<string, string>();
    if (opened.length > 0) {
      mkdirSync(scratch, { recursive: true, mode: 0o700 });
      const requests = opened.map(({ view: { name } }) => ({ view: name, path: join(scratch, `${name}.sqlite`) }));
      const upTo = Math.max(...opened.map(({ position }) => position));
      for (const outcome of await startBuild({ logFile: parts.logFile, registryUrl: parts.registryUrl, requests, upTo }, onProgress).outcomes) {
        if ('path' in outcome) built.set(outcome.view, outcome.path);
        else failed.set(outcome.view, outcome.reason);
      }
    }
    return found.map((one): VerifiedView => {
      if (!('path' in one)) return one;
      const path = built.get(one.view.name);
      if (path !== undefined) return compared(one, path, log);
      const { name, version } = one.view;
      return { view: name, version, position: one.position, rows: 0, problem: `it cannot be built: ${failed.get(name)}` };
    });
  } finally {
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
    db.close();
    return { view, path: file.path, position: checkpoint.position };
  } catch (error) {
    if (!(error instanceof ViewFileUnusable)) throw error;
    return { ...nothing, problem: error.message };
  }
}

function compared({ view, path, position }: Opened, built: string, log: LogReader): VerifiedView {
  const kept = openViewFile(path, view, log, 'read').db;
  const fresh = openViewFile(built, view, log, 'read').db;
  const lists = new ViewReader(path, view, log);
  let rows = 0;
  const verdict = (problem?: string): VerifiedView => ({ view: view.name, version: view.version, position, rows, ...(problem === undefined ? {} : { problem }) });
  try {
    for (const table of layoutOf(view)) {
      const [a, b] = [rowsOf(kept, table, position), rowsOf(fresh, table, position)];
      let current = 0;
      for (;;) {
        const [one, other] = [a.next(), b.next()];
        if (one.done && other.done) break;
        if (one.done || other.done || !isSame(one.value, other.value)) return verdict(`${table.name}: ${told(one.value)} in the file, ${told(other.value)} by the log`);
        rows += 1;
        if (table.kind === 'facts' || one.value[3] === null) current += 1;
      }
      let listed = 0;
      for (const _ of lists.table(table.name).scan(position, undefined)) listed += 1;
      if (listed !== current) return verdict(`${table.name}: ${current} rows are valid, ${listed} are listed`);
    }
    return verdict();
  } finally {
    for (const one of [kept, fresh]) one.close();
    lists.close();
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

function* factsOf(db: DatabaseSync, { name, forms }: TableLayout, position: number): Generator<Cells, void> {
  const cells = ['_id', ...forms.map((form) => quoted(form.name))].join(', ');
  const page = arrays(db, `SELECT ${cells} FROM ${quoted(name)} WHERE _id > ? AND _id < ? ORDER BY _id LIMIT ${PAGE}`);
  const end = (position + 1) * FACTS_PER_EVENT;
  for (let after = -1; ; ) {
    const found = page(after, end);
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
