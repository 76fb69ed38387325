// The EventLog port: one ordered log, appended to under exact expectations, read from a local copy, followed live.
// Adapters: sqlite/ (the local log file is the log) and eventstoredb/ (the cluster is; a local log file follows it).

/** Largest sum, in bytes, of the JSON of one append's events and metadata; the same in both adapters. */
export const APPEND_LIMIT = 900 * 1024;

/** Longest stream name in UTF-8 bytes. */
export const STREAM_NAME_LIMIT = 512;

export interface NewEvent {
  /** Wire name. */
  readonly type: string;
  /** Plain JSON. */
  readonly data: unknown;
}

/** The append holds iff, at its place in the order, the stream's last event in effect has this revision. */
export interface Guard {
  readonly stream: string;
  readonly revision: number | 'none';
}

/** What every event of one append says of its cause. Opaque ids and keyed hashes only. */
export interface EventMetadata {
  readonly actor: string;
  readonly onBehalfOf?: string;
  /** Keyed hash of the command's name and body: tells a resend from another body under the same key. */
  readonly body?: string;
  /** The recorded refusal (RejectionJson), where the events are the record of one. */
  readonly refusal?: unknown;
}

export interface AppendRequest {
  readonly stream: string;
  /** Revision of the stream's last event (void ones included: revisions are the log's), or 'none'. Never 'any'. */
  readonly expected: number | 'none';
  /** At least one. */
  readonly events: readonly NewEvent[];
  readonly guards: readonly Guard[];
  /** UUID. Event ids derive from it: `eventIdOf(commandId, attempt, index)`. */
  readonly commandId: string;
  /** Number of void attempts of this command in the log. */
  readonly attempt: number;
  readonly metadata: EventMetadata;
}

export interface Appended {
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** Revision of the append's last event. */
  readonly revision: number;
  /** Log time of the append's last event, ms. */
  readonly time: number;
}

/** An event as it stands in the log. */
export interface StoredEvent {
  /** 1, 2, 3, … without gaps, equal on every replica. */
  readonly position: number;
  readonly stream: string;
  /** From 0, without gaps. */
  readonly revision: number;
  /** Wire name. */
  readonly type: string;
  readonly data: unknown;
  readonly metadata: EventMetadata;
  readonly commandId: string;
  readonly attempt: number;
  /** Index within its append. */
  readonly index: number;
  /** When the log took it, ms. */
  readonly recordedAt: number;
  /** Log time: running maximum of `recordedAt`, ms. */
  readonly time: number;
  /** Keeps its number, but is not in effect: a guard was broken at its place, or its event id came before. */
  readonly void: boolean;
}

/** A place in this very history: checkpoint of views, followers and cursors. */
export interface Checkpoint {
  /** 0 = before the first event. */
  readonly position: number;
  /** Chain hash at that position, lower-case hexadecimal. */
  readonly chain: string;
}

export interface Head extends Checkpoint {
  /** Log time at the head, ms; 0 for an empty log. */
  readonly time: number;
}

/** All events one command left in the log, in log order: per attempt one append. */
export interface CommandTrace {
  readonly events: readonly StoredEvent[];
}

export interface ReadStreamOptions {
  /** First revision to read; default 0. */
  readonly from?: number;
  /** At most this many; default and maximum 4096. */
  readonly limit?: number;
  /** Only events at or before this position. */
  readonly upTo?: number;
}

export interface Subscription {
  /** Position of the last event handed over. */
  readonly position: number;
  /** Settles when the handler threw: a subscription never ends silently. */
  readonly failed: Promise<Error>;
  close(): void;
}

export interface LogStatus {
  /** 'catching-up': the local copy is behind; 'unavailable': nothing can be appended now. */
  readonly state: 'ok' | 'catching-up' | 'unavailable' | 'diverged';
  readonly reason?: string;
  /** How far the local copy may be behind the log, ms; 0 on the local log. */
  readonly lag: number;
}

/** Where the log's bytes are, for workers that open their own reader. */
export interface LogLocation {
  readonly file: string;
}

/**
 * Reads are synchronous: they read the local log file, in microseconds. No statement is left open between calls.
 * They see every event that an acknowledged append of this process wrote.
 */
export interface LogReader {
  head(): Head;
  /** Revision and position of the stream's last event; undefined where the stream does not exist. */
  streamHead(stream: string): { revision: number; position: number; inEffect: number | 'none' } | undefined;
  /** In revision order; [] beyond the end or where the stream does not exist. Void events included, marked. */
  readStream(stream: string, options?: ReadStreamOptions): StoredEvent[];
  /**
   * Events with position > `after`, in order, at most `limit` (default and maximum 4096). 'proven': held against their chain
   * hashes, at some two microseconds each: for what is handed out.
   * @throws LogFileRejected the file is damaged
   */
  readAll(after: number, limit?: number, proof?: 'proven'): StoredEvent[];
  /** Events of these wire names with `after` < position <= `upTo`, in order: what is of no concern is neither read nor parsed. */
  readOf(types: readonly string[], after: number, upTo: number): StoredEvent[];
  /** undefined when the log never saw the command. */
  findCommand(commandId: string): CommandTrace | undefined;
  /** Last position whose log time is not later than `time` (ms); 0 when there is none. */
  positionAt(time: number): number;
  /** Chain hash at a position as hexadecimal; undefined beyond the head. Position 0 gives the genesis hash. */
  chainAt(position: number): string | undefined;
  close(): void;
}

export interface EventLog extends Omit<LogReader, 'close' | 'readOf'> {
  readonly location: LogLocation;
  /** Namespace of the log, fixed in its first event; stream names are given and returned without it. */
  readonly namespace: string;
  /**
   * Appends all events or none. Settles when they are durable, numbered and in effect.
   * Resending the same command, attempt and expectation gives the first result again.
   * @throws RevisionConflict expected revision or a guard does not hold: nothing is in effect
   * @throws CommandAlreadyAppended the command (another attempt, stream or expectation) is in the log already, in effect
   * @throws AppendTooLarge, InvalidAppend the request cannot be stored in either adapter
   * @throws LogUnavailable `outcome: 'none'` nothing was written; `'unknown'` resend the very same request, or read
   */
  append(request: AppendRequest): Promise<Appended>;
  /**
   * Settles when reads see every event that was acknowledged before the call, by whichever replica. At once on the local log.
   * @throws LogUnavailable 'none' this cannot be found out now
   */
  catchUp(): Promise<void>;
  /**
   * Hands over all events after `after` in order, then live ones, without gap or repeat. Void events included.
   * The next batch comes when the handler's promise settles; a slow handler pins nothing. A throwing handler ends it.
   */
  subscribe(after: number, handler: (events: readonly StoredEvent[]) => void | Promise<void>): Subscription;
  status(): LogStatus;
  /** Finishes what was accepted, then closes. Idempotent. */
  shutdown(): Promise<void>;
}
