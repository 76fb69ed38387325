// Writes rows: numbers them, chains them, and knows the heads of streams. All within a transaction that its caller holds.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { chainOf, genesisOf } from './chain.ts';
import { hashOfCommand, hashOfName } from './schema.ts';

/** Revisions of a stream's last event, and of its last one in effect; -1 = none. */
export interface StreamHead {
  id: number;
  revision: number;
  inEffect: number;
}

/** Where the log ends: what the next row builds on. */
export interface LogEnd {
  position: number;
  time: number;
  chain: Uint8Array;
}

export interface NewRow {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly commandId: string;
  readonly attempt: number;
  readonly index: number;
  readonly recordedAt: number;
  readonly void: boolean;
  readonly data: string;
  readonly metadata: string;
}

/** An append that the log has: its rows are those from `firstPosition` on. */
export interface FoundAppend {
  readonly stream: string;
  readonly attempt: number;
  readonly void: boolean;
  readonly firstPosition: number;
  readonly firstRevision: number;
  readonly lastPosition: number;
  readonly revision: number;
  readonly time: number;
}

const CACHED_STREAMS = 20_000;

type Cells = (number | string | Uint8Array)[];

export class LogRows {
  end: LogEnd;
  private readonly statements: ReturnType<typeof prepareWrites>;
  private readonly heads = new Map<string, StreamHead>();
  private readonly types = new Map<string, number>();
  private readonly genesis: Uint8Array;

  constructor(db: DatabaseSync, namespace: string) {
    this.statements = prepareWrites(db);
    this.genesis = genesisOf(namespace);
    this.end = this.readEnd();
  }

  /** undefined where the stream does not exist. */
  headOf(stream: string): StreamHead | undefined {
    const known = this.heads.get(stream);
    if (known) return known;
    const id = cells(this.statements.streamId.all(hashOfName(stream), stream))[0]?.[0] as number | undefined;
    if (id === undefined) return undefined;
    const [revision = -1, isVoid] = (cells(this.statements.streamHead.all(id))[0] ?? []) as number[];
    const inEffect = isVoid === 0 ? revision : ((cells(this.statements.streamInEffect.all(id))[0]?.[0] as number) ?? -1);
    return this.keep(stream, { id, revision, inEffect });
  }

  /** The appends that a command left, in log order. */
  appendsOf(commandId: string): FoundAppend[] {
    const positions = cells(this.statements.command.all(hashOfCommand(commandId)));
    return positions.flatMap(([position]) => this.appendAt(position as number, commandId) ?? []);
  }

  /** Where an event of this index would go on the append that ends the log; undefined where it would not. */
  openAppend(row: Pick<NewRow, 'stream' | 'revision' | 'commandId' | 'attempt' | 'index'>): { void: boolean } | undefined {
    const last = cells(this.statements.row.all(this.end.position))[0];
    if (!last) return undefined;
    const [stream, revision, commandId, attempt, index, isVoid] = last;
    const goesOn =
      stream === row.stream && revision === row.revision - 1 && commandId === row.commandId && attempt === row.attempt && index === row.index - 1;
    return goesOn ? { void: isVoid !== 0 } : undefined;
  }

  /** Adds the row at the end of the log. `begins`: it is the first row of an append. Gives its log time. */
  add(row: NewRow, begins: boolean): number {
    const head = this.headOf(row.stream) ?? this.addStream(row.stream);
    const position = this.end.position + 1;
    const time = Math.max(this.end.time, row.recordedAt);
    const chain = chainOf(this.end.chain, { ...row, position, time });
    this.statements.addEvent.run(
      position, head.id, row.revision, this.typeId(row.type), row.commandId, row.attempt, row.index, row.recordedAt,
      time, row.void ? 1 : 0, row.data, row.metadata, chain,
    );
    if (begins) this.statements.addCommand.run(hashOfCommand(row.commandId), position);
    head.revision = row.revision;
    if (!row.void) head.inEffect = row.revision;
    this.end = { position, time, chain };
    return time;
  }

  setting(key: 'source-position'): string | undefined {
    return cells(this.statements.setting.all(key))[0]?.[0] as string | undefined;
  }

  set(key: 'source-position' | 'written-again', value: string): void {
    this.statements.set.run(key, value);
  }

  private appendAt(first: number, commandId: string): FoundAppend | undefined {
    const [row] = cells(this.statements.row.all(first));
    if (!row || row[2] !== commandId) return undefined;
    let last = row;
    let position = first;
    for (;;) {
      const [next] = cells(this.statements.row.all(position + 1));
      if (!next || next[2] !== commandId || next[3] !== row[3] || next[4] !== (last[4] as number) + 1) break;
      last = next;
      position += 1;
    }
    return {
      stream: row[0] as string,
      attempt: row[3] as number,
      void: row[5] !== 0,
      firstPosition: first,
      firstRevision: row[1] as number,
      lastPosition: position,
      revision: last[1] as number,
      time: last[6] as number,
    };
  }

  private addStream(name: string): StreamHead {
    const { lastInsertRowid } = this.statements.addStream.run(hashOfName(name), name);
    return this.keep(name, { id: Number(lastInsertRowid), revision: -1, inEffect: -1 });
  }

  private keep(name: string, head: StreamHead): StreamHead {
    if (this.heads.size >= CACHED_STREAMS) this.heads.clear();
    this.heads.set(name, head);
    return head;
  }

  private typeId(name: string): number {
    let id = this.types.get(name) ?? (cells(this.statements.typeId.all(name))[0]?.[0] as number | undefined);
    id ??= Number(this.statements.addType.run(name).lastInsertRowid);
    this.types.set(name, id);
    return id;
  }

  private readEnd(): LogEnd {
    const row = cells(this.statements.end.all())[0];
    if (!row) return { position: 0, time: 0, chain: this.genesis };
    return { position: row[0] as number, time: row[1] as number, chain: row[2] as Uint8Array };
  }
}

function prepareWrites(db: DatabaseSync) {
  const read = (sql: string): StatementSync => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  return {
    end: read('SELECT position, time, chain FROM event ORDER BY position DESC LIMIT 1'),
    row: read(`SELECT s.name, e.revision, e.command, e.attempt, e.idx, e.void, e.time
      FROM event e JOIN stream s ON s.id = e.stream WHERE e.position = ?`),
    streamId: read('SELECT id FROM stream WHERE hash = ? AND name = ?'),
    streamHead: read('SELECT revision, void FROM event WHERE stream = ? ORDER BY revision DESC LIMIT 1'),
    streamInEffect: read('SELECT revision FROM event WHERE stream = ? AND void = 0 ORDER BY revision DESC LIMIT 1'),
    typeId: read('SELECT id FROM type WHERE name = ?'),
    command: read('SELECT position FROM command WHERE hash = ? ORDER BY position'),
    setting: read('SELECT value FROM log WHERE key = ?'),
    addEvent: db.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    addStream: db.prepare('INSERT INTO stream (hash, name) VALUES (?, ?)'),
    addType: db.prepare('INSERT INTO type (name) VALUES (?)'),
    addCommand: db.prepare('INSERT INTO command VALUES (?, ?)'),
    set: db.prepare('INSERT INTO log VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'),
  };
}

// node:sqlite types rows as objects; with setReturnArrays they are arrays of cells.
const cells = (result: unknown): Cells[] => result as Cells[];
