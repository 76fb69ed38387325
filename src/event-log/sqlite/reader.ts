// Reads a log file: synchronous, in pages, no statement open between calls, so that no reader pins the write-ahead log.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { LogFileRejected } from '../errors.ts';
import { assertChained, genesisOf, type StoredRow } from './chain.ts';
import { damageOf } from './failure.ts';
import { hashOfCommand, hashOfName, openForReading, type LogFileKind } from './schema.ts';
import type { CommandTrace, Head, LogReader, ReadStreamOptions, StoredEvent } from '../event-log.ts';

const PAGE = 4096;
/** Most appends have a few events; longer ones are read on. */
const APPEND_PAGE = 8;
const CACHED_STREAMS = 10_000;

type Cell = number | string | Uint8Array;
type Cells = Cell[];

const EVENT = 'e.position, e.revision, e.type, e.command, e.attempt, e.idx, e.recorded_at, e.time, e.void, e.data, e.metadata';

/** A log file opened for reading; several may be open in one process, also in worker threads. */
export class SqliteLogReader implements LogReader {
  readonly file: string;
  readonly namespace: string;
  readonly kind: LogFileKind;
  /** Told why, when what is read turns out to be damaged. */
  onDamage: (reason: string) => void = () => {};
  private readonly db: DatabaseSync;
  private readonly genesis: string;
  private readonly streamIds = new Map<string, number>();
  private readonly types = new Map<number, string>();
  private readonly statements: ReturnType<typeof prepareReads>;

  /** The file must have passed the checks of `openCheckedReader` or of its writer. */
  constructor(file: string) {
    this.file = file;
    this.db = openForReading(file);
    this.statements = prepareReads(this.db);
    this.namespace = this.setting('namespace') ?? '';
    this.kind = this.setting('kind') === 'copy' ? 'copy' : 'log';
    this.genesis = genesisOf(this.namespace).toString('hex');
  }

  head(): Head {
    const row = this.sound(() => rows(this.statements.head.all())[0]);
    if (!row) return { position: 0, time: 0, chain: this.genesis };
    return { position: row[0] as number, time: row[1] as number, chain: hex(row[2]) };
  }

  streamHead(stream: string): { revision: number; position: number; inEffect: number | 'none' } | undefined {
    return this.sound(() => {
      const id = this.streamId(stream);
      const last = id === undefined ? undefined : rows(this.statements.streamHead.all(id))[0];
      if (id === undefined || !last) return undefined;
      const revision = last[0] as number;
      const inEffect = last[2] === 0 ? revision : rows(this.statements.streamInEffect.all(id))[0]?.[0];
      return { revision, position: last[1] as number, inEffect: typeof inEffect === 'number' ? inEffect : 'none' };
    });
  }

  readStream(stream: string, options: ReadStreamOptions = {}): StoredEvent[] {
    return this.sound(() => {
      const id = this.streamId(stream);
      if (id === undefined) return [];
      const from = options.from ?? 0;
      const limit = pageSize(options.limit);
      const to = options.upTo === undefined ? Number.MAX_SAFE_INTEGER : this.revisionUpTo(id, options.upTo);
      const found = rows(this.statements.stream.all(id, from, to, limit));
      return found.map((cells) => this.eventOf(cells, stream));
    });
  }

  readAll(after: number, limit?: number, proof?: 'proven'): StoredEvent[] {
    return this.sound(() => {
      const found = rows((proof ? this.statements.rows : this.statements.all).all(after, pageSize(limit)));
      const before = proof && found.length > 0 ? this.chainAt(after) : undefined;
      if (before !== undefined) assertChained(this.file, Buffer.from(before, 'hex'), after, found.map((cells) => this.rowOf(cells)));
      return found.map((cells) => this.eventOf(cells, cells[11] as string));
    });
  }

  readOf(types: readonly string[], after: number, upTo: number): StoredEvent[] {
    return this.sound(() => rows(this.statements.ofTypes.all(after, upTo, JSON.stringify(types))).map((cells) => this.eventOf(cells, cells[11] as string)));
  }

  /** Rows as they are stored, with their chain hashes: what verification reads. */
  readRows(after: number, limit?: number): StoredRow[] {
    return this.sound(() => rows(this.statements.rows.all(after, pageSize(limit))).map((cells) => this.rowOf(cells)));
  }

  /** Whether the lookups by stream and by command lead to this row. */
  isIndexed(row: StoredRow): boolean {
    const id = this.streamId(row.stream);
    if (id === undefined || rows(this.statements.place.all(id, row.revision))[0]?.[0] !== row.position) return false;
    return row.index > 0 || rows(this.statements.command.all(hashOfCommand(row.commandId))).some(([at]) => at === row.position);
  }

  findCommand(commandId: string): CommandTrace | undefined {
    return this.sound(() => {
      const events: StoredEvent[] = [];
      for (const [first] of rows(this.statements.command.all(hashOfCommand(commandId)))) {
        events.push(...this.appendAt(first as number, commandId));
      }
      return events.length === 0 ? undefined : { events };
    });
  }

  positionAt(time: number): number {
    return this.sound(() => {
      let low = 0;
      let high = this.head().position;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        const at = rows(this.statements.time.all(middle))[0]?.[0] as number;
        if (at <= time) low = middle;
        else high = middle - 1;
      }
      return low;
    });
  }

  chainAt(position: number): string | undefined {
    if (position === 0) return this.genesis;
    const row = this.sound(() => rows(this.statements.chain.all(position))[0]);
    return row && hex(row[0]);
  }

  setting(key: 'namespace' | 'kind' | 'source-position'): string | undefined {
    return rows(this.statements.setting.all(key))[0]?.[0] as string | undefined;
  }

  close(): void {
    if (this.db.isOpen) this.db.close();
  }

  /** Damage is told by name, whoever comes upon it: SQLite's, and rows that make no sense. @throws LogFileRejected */
  private sound<R>(read: () => R): R {
    try {
      return read();
    } catch (error) {
      const damage = damageOf(this.file, error);
      if (!damage) throw error;
      this.onDamage(damage.message);
      throw damage;
    }
  }

  /** The rows of one append from its first position on: same command and attempt, index after index. */
  private appendAt(first: number, commandId: string): StoredEvent[] {
    const events: StoredEvent[] = [];
    for (;;) {
      const page = rows(this.statements.all.all(first + events.length - 1, APPEND_PAGE));
      for (const cells of page) {
        if (cells[3] !== commandId) return events;
        const event = this.eventOf(cells, cells[11] as string);
        const before = events.at(-1);
        if (before && (event.attempt !== before.attempt || event.index !== before.index + 1)) return events;
        events.push(event);
      }
      if (page.length < APPEND_PAGE) return events;
    }
  }

  /** Last revision at or before a position: revisions of a stream rise with positions. */
  private revisionUpTo(id: number, position: number): number {
    const last = rows(this.statements.streamHead.all(id))[0];
    if (!last || (last[1] as number) <= position) return Number.MAX_SAFE_INTEGER;
    let low = -1;
    let high = (last[0] as number) - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const at = rows(this.statements.place.all(id, middle))[0]?.[0] as number;
      if (at <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private streamId(name: string): number | undefined {
    const known = this.streamIds.get(name);
    if (known !== undefined) return known;
    const row = rows(this.statements.streamId.all(hashOfName(name), name))[0];
    if (!row) return undefined;
    if (this.streamIds.size >= CACHED_STREAMS) this.streamIds.clear();
    this.streamIds.set(name, row[0] as number);
    return row[0] as number;
  }

  private eventOf(cells: Cells, stream: string): StoredEvent {
    return {
      position: cells[0] as number,
      stream,
      revision: cells[1] as number,
      type: this.typeOf(cells[2] as number),
      data: JSON.parse(cells[9] as string),
      metadata: JSON.parse(cells[10] as string),
      commandId: cells[3] as string,
      attempt: cells[4] as number,
      index: cells[5] as number,
      recordedAt: cells[6] as number,
      time: cells[7] as number,
      void: cells[8] !== 0,
    };
  }

  private rowOf(cells: Cells): StoredRow {
    return {
      position: cells[0] as number,
      stream: cells[11] as string,
      revision: cells[1] as number,
      type: this.typeOf(cells[2] as number),
      commandId: cells[3] as string,
      attempt: cells[4] as number,
      index: cells[5] as number,
      recordedAt: cells[6] as number,
      time: cells[7] as number,
      void: cells[8] !== 0,
      data: cells[9] as string,
      metadata: cells[10] as string,
      chain: cells[12] as Uint8Array,
    };
  }

  private typeOf(id: number): string {
    let name = this.types.get(id);
    if (name === undefined) {
      for (const [known, text] of rows(this.statements.types.all())) this.types.set(known as number, text as string);
      name = this.types.get(id);
      if (name === undefined) throw new LogFileRejected(this.file, 'damaged', `event type ${id} is missing`);
    }
    return name;
  }
}

function prepareReads(db: DatabaseSync) {
  const prepare = (sql: string): StatementSync => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  const inOrder = 'FROM event e JOIN stream s ON s.id = e.stream WHERE e.position > ? ORDER BY e.position LIMIT ?';
  return {
    head: prepare('SELECT position, time, chain FROM event ORDER BY position DESC LIMIT 1'),
    streamId: prepare('SELECT id FROM stream WHERE hash = ? AND name = ?'),
    streamHead: prepare('SELECT revision, position, void FROM event WHERE stream = ? ORDER BY revision DESC LIMIT 1'),
    streamInEffect: prepare('SELECT revision FROM event WHERE stream = ? AND void = 0 ORDER BY revision DESC LIMIT 1'),
    stream: prepare(`SELECT ${EVENT} FROM event e WHERE e.stream = ? AND e.revision BETWEEN ? AND ? ORDER BY e.revision LIMIT ?`),
    place: prepare('SELECT position FROM event WHERE stream = ? AND revision = ?'),
    all: prepare(`SELECT ${EVENT}, s.name ${inOrder}`),
    rows: prepare(`SELECT ${EVENT}, s.name, e.chain ${inOrder}`),
    // The + keeps the planner on positions: a page is a range of them.
    ofTypes: prepare(
      `SELECT ${EVENT}, s.name FROM event e JOIN stream s ON s.id = e.stream WHERE e.position > ? AND e.position <= ?
       AND +e.type IN (SELECT id FROM type WHERE name IN (SELECT value FROM json_each(?))) ORDER BY e.position`,
    ),
    command: prepare('SELECT position FROM command WHERE hash = ? ORDER BY position'),
    time: prepare('SELECT time FROM event WHERE position = ?'),
    chain: prepare('SELECT chain FROM event WHERE position = ?'),
    types: prepare('SELECT id, name FROM type'),
    setting: prepare('SELECT value FROM log WHERE key = ?'),
  };
}

// node:sqlite types rows as objects; with setReturnArrays they are arrays of cells.
const rows = (result: unknown): Cells[] => result as Cells[];

const pageSize = (limit = PAGE): number => Math.min(limit, PAGE);

const hex = (cell: Cell | undefined): string => Buffer.from(cell as Uint8Array).toString('hex');
