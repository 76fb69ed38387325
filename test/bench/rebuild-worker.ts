// One contender of the rebuild benchmark in a worker thread of its own: a build of views, or the floor. Gets `Task`, posts 'ready', begins
// when it is told to, and posts what it took, or that it is done.
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { openLogReader } from '../../src/event-log/index.ts';
import { catalogue, processes, views } from '../../src/registry.ts';
import { viewsOf, type View } from '../../src/runtime/index.ts';
import { buildViews } from '../../src/runtime/views/build.ts';
import { viewNamed } from '../../src/runtime/views/registry.ts';

export interface NamedFile {
  readonly view: string;
  readonly path: string;
}

export type Task =
  /** Builds views in one pass over the log, with so many kilobytes for rows in use. */
  | { readonly kind: 'build'; readonly logFile: string; readonly requests: readonly NamedFile[]; readonly memory: number }
  /** Reads and parses the log once, and writes every row of the views built before into a fresh file. */
  | { readonly kind: 'floor'; readonly logFile: string; readonly built: readonly NamedFile[]; readonly path: string };

/** Milliseconds by the clock, and of CPU in all threads of the process, which collect garbage too. */
export interface Took {
  readonly clock: number;
  readonly cpu: number;
}

export interface FloorTook {
  readonly reading: Took;
  /** Of each view's rows. */
  readonly inserting: Readonly<Record<string, Took>>;
}

const PAGE = 4096;

const all = viewsOf({ views, processes });

const sumOf = (a: Took, b: Took): Took => ({ clock: a.clock + b.clock, cpu: a.cpu + b.cpu });

function timed(work: () => void): Took {
  const [began, before] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(before);
  return { clock: performance.now() - began, cpu: (user + system) / 1000 };
}

function build({ logFile, requests, memory }: Extract<Task, { kind: 'build' }>): void {
  const log = openLogReader(logFile);
  const wanted = requests.map(({ view, path }) => ({ view: viewNamed(all, view), path }));
  for (const outcome of buildViews(log, catalogue, wanted, { memory })) if ('error' in outcome) throw outcome.error;
  log.close();
}

type Row = SQLInputValue[];

/** Pages of rows; rowids come first. */
function* pagesOf(db: DatabaseSync, select: (where: string) => string): Generator<Row[]> {
  const statement = db.prepare(`${select('rowid > ?')} ORDER BY rowid LIMIT ${PAGE}`);
  statement.setReturnArrays(true);
  for (let last = 0; ; ) {
    const page = statement.all(last) as unknown as Row[];
    if (page.length === 0) return;
    last = page.at(-1)?.[0] as number;
    yield page;
  }
}

/** What a projection needs of each event, by one statement on the tables themselves. */
function readAndParse(logFile: string): Took {
  const db = new DatabaseSync(logFile, { readOnly: true });
  db.exec('PRAGMA cache_size = -8000');
  const statement = db.prepare(
    `SELECT e.position, s.name, e.type, e.time, e.data, e.metadata FROM event e JOIN stream s ON s.id = e.stream WHERE e.position > ? ORDER BY e.position LIMIT ${PAGE}`,
  );
  statement.setReturnArrays(true);
  let parsed = 0;
  const took = timed(() => {
    for (let page = statement.all(0) as unknown as Row[]; page.length > 0; page = statement.all(page.at(-1)?.[0] as number) as unknown as Row[]) {
      for (const row of page) if (JSON.parse(row[4] as string) && JSON.parse(row[5] as string)) parsed += 1;
    }
  });
  db.close();
  if (parsed === 0) throw new Error('the log is empty');
  return took;
}

/** A view's rows as they lie in its file, without what only our indexes need. */
function* rowsOf(view: View, path: string): Generator<Row[]> {
  const db = new DatabaseSync(path, { readOnly: true });
  for (const [name, { kind }] of Object.entries(view.tables)) {
    for (const table of kind === 'temporal' ? [name, `${name}~past`] : [name]) {
      const columns = db.prepare(`SELECT name FROM pragma_table_info(?)`).all(table).map(({ name: column }) => column as string);
      const own = columns.filter((column) => column !== '_hash' && !column.startsWith('_by_'));
      yield* pagesOf(db, (where) => `SELECT rowid, ${own.map((column) => `"${column}"`).join(', ')} FROM "${table}" WHERE ${where}`);
    }
  }
  db.close();
}

/** Rows come from the files page by page, and only the inserting of them counts. */
function floor({ logFile, built, path }: Extract<Task, { kind: 'floor' }>): FloorTook {
  const reading = readAndParse(logFile);
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -131072');
  const widest = Math.max(...all.flatMap(({ tables }) => Object.values(tables).map(({ columns }) => Object.keys(columns).length))) + 4;
  const names = Array.from({ length: widest }, (_, n) => `c${n}`);
  db.exec(`CREATE TABLE t (${names.join(', ')})`);
  const inserts = names.map((_, n) => db.prepare(`INSERT INTO t (${names.slice(0, n + 1).join(', ')}) VALUES (${Array(n + 1).fill('?').join(', ')})`));
  const inserting: Record<string, Took> = {};
  for (const { view, path: from } of built) {
    let took = timed(() => db.exec('BEGIN'));
    for (const page of rowsOf(viewNamed(all, view), from)) {
      for (const row of page) row.shift();
      const insert = inserts[(page[0] as Row).length - 1];
      took = sumOf(
        took,
        timed(() => {
          for (const row of page) insert?.run(...row);
        }),
      );
    }
    inserting[view] = sumOf(took, timed(() => db.exec('COMMIT')));
  }
  db.close();
  return { reading, inserting };
}

const port = parentPort as MessagePort;
const task = workerData as Task;
port.once('message', () => port.postMessage(task.kind === 'build' ? build(task) : floor(task)));
port.postMessage('ready');
