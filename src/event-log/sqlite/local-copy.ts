// The local copy of a log that a cluster orders: numbers the events it is handed, and finds the void ones.
import { LogDiverged, LogUnavailable } from '../errors.ts';
import type { EventMetadata, Guard, LogLocation, LogReader, LogStatus, StoredEvent, Subscription } from '../event-log.ts';
import type { EventHandler } from '../tail.ts';
import { LogFile } from './log-file.ts';
import { isLater } from './following.ts';
import { writeFollow, type Reply } from './protocol.ts';

/** An event as the followed log has it. */
export interface FollowedEvent {
  /** Without the namespace. */
  readonly stream: string;
  readonly revision: number;
  /** Wire name. */
  readonly type: string;
  readonly data: unknown;
  readonly metadata: EventMetadata;
  readonly commandId: string;
  readonly attempt: number;
  readonly index: number;
  readonly eventId: string;
  /** When the followed log took it, ms. */
  readonly recordedAt: number;
  /** The append's guards, on its event of index 0; ignored on the others. */
  readonly guards: readonly Guard[];
  /** Place in the followed log, as decimal digits: strictly increasing. */
  readonly sourcePosition: string;
}

/** What numbering found about one append. */
export interface Verdict {
  readonly stream: string;
  readonly firstPosition: number;
  readonly lastPosition: number;
  /** Revision of the append's last event. */
  readonly revision: number;
  /** Log time of the append's last event, ms. */
  readonly time: number;
  /** The append kept its numbers but is not in effect: decide again, with the next attempt. */
  readonly void: boolean;
}

export interface LocalCopyOptions {
  /** Made when missing. */
  readonly directory: string;
  readonly namespace: string;
  /** Told of every commit: how many batches it held. */
  readonly onCommit?: (size: number) => void;
}

/**
 * A log file of the same format as the local log's, written by following.
 * Reads are those of any log; `reader.head().position` is 0 until the first event was followed.
 */
export interface LocalCopy {
  readonly location: LogLocation;
  readonly namespace: string;
  readonly reader: LogReader;
  /** Of the last event followed, whether it was followed now or before a restart; undefined for a new copy. */
  sourcePosition(): string | undefined;
  /**
   * Numbers events in the order given; durable and readable when it settles. Events at or before `sourcePosition()` are
   * skipped, so handing over the same events again changes nothing. Calls are done in order and may overlap; the void verdict
   * is a pure function of the log before the event, however the events are cut into calls. When one fails, those handed over
   * after it fail too.
   * @throws LogDiverged a revision is missing or repeated, or the first event does not open this namespace's log
   * @throws LogUnavailable the copy cannot be written now; hand over again what comes after `sourcePosition()`
   */
  follow(events: readonly FollowedEvent[]): Promise<{ readonly lastPosition: number }>;
  /**
   * Waits until the append of `count` events was numbered, which may be long before; its first occurrence counts.
   * `cancel` forgets the wait: the promise then never settles. After `shutdown` it rejects with LogUnavailable ('unknown').
   */
  whenNumbered(commandId: string, attempt: number, count: number): { readonly verdict: Promise<Verdict>; cancel(): void };
  /** As EventLog.subscribe. */
  subscribe(after: number, handler: (events: readonly StoredEvent[]) => void | Promise<void>): Subscription;
  /** 'ok', or 'unavailable' / 'diverged' with the reason; `lag` is the follower's to know, here 0. */
  status(): LogStatus;
  /** Finishes what was handed over, then closes. Idempotent. */
  shutdown(): Promise<void>;
}

/** @throws LogLocked, LogFileRejected */
export async function openLocalCopy(options: LocalCopyOptions): Promise<LocalCopy> {
  return new SqliteLocalCopy(LogFile.open('copy', options), options.namespace);
}

interface Waiting {
  readonly commandId: string;
  readonly attempt: number;
  readonly count: number;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: Error) => void;
}

class SqliteLocalCopy implements LocalCopy {
  readonly location: LogLocation;
  readonly namespace: string;
  readonly reader: LogReader;
  private readonly log: LogFile;
  private readonly waiting = new Map<string, Set<Waiting>>();
  private source: string | undefined;
  /** Source position of the last event handed over, '' when there is none. */
  private handed: string;
  private diverged: string | undefined;
  private closed = false;

  constructor(log: LogFile, namespace: string) {
    this.log = log;
    this.namespace = namespace;
    this.location = { file: log.file };
    this.reader = log.reader;
    this.source = log.reader.setting('source-position');
    this.handed = this.source ?? '';
  }

  sourcePosition(): string | undefined {
    return this.source;
  }

  async follow(events: readonly FollowedEvent[]): Promise<{ readonly lastPosition: number }> {
    if (this.diverged !== undefined) throw new LogDiverged(this.diverged);
    const rows = events.map((event) => ({ ...event, data: JSON.stringify(event.data), metadata: JSON.stringify(event.metadata) }));
    const reply = await this.handOver(rows);
    if (reply.kind === 'diverged') {
      this.diverged = reply.reason;
      throw new LogDiverged(reply.reason);
    }
    if (reply.kind !== 'followed') throw new Error(`the writer answered followed events with '${reply.kind}'`);
    if (reply.source !== '') this.source = reply.source;
    if (this.waiting.size > 0) for (const event of events) this.settle(keyOf(event.commandId, event.attempt), event.index + 1);
    return { lastPosition: reply.last };
  }

  private async handOver(rows: Parameters<typeof writeFollow>[2]): Promise<Reply> {
    const [first, last] = [rows[0]?.sourcePosition ?? this.handed, rows.at(-1)?.sourcePosition ?? this.handed];
    // Events that come again are no gap, whatever is on its way.
    const after = isLater(this.handed, first) ? (this.source ?? '') : this.handed;
    if (isLater(last, this.handed)) this.handed = last;
    try {
      return await this.log.write((to) => writeFollow(to, after, rows));
    } catch (error) {
      this.handed = this.source ?? '';
      throw error;
    }
  }

  whenNumbered(commandId: string, attempt: number, count: number): { readonly verdict: Promise<Verdict>; cancel(): void } {
    const key = keyOf(commandId, attempt);
    let cancel = (): void => {};
    const verdict = new Promise<Verdict>((resolve, reject) => {
      if (this.closed) return reject(CLOSED());
      const waiting = { commandId, attempt, count, resolve, reject };
      const others = this.waiting.get(key) ?? new Set();
      this.waiting.set(key, others.add(waiting));
      cancel = () => this.forget(key, waiting);
      this.settle(key);
    });
    return { verdict, cancel };
  }

  subscribe(after: number, handler: EventHandler): Subscription {
    return this.log.tail.subscribe(after, handler);
  }

  status(): LogStatus {
    return this.diverged === undefined ? this.log.status() : { state: 'diverged', reason: this.diverged, lag: 0 };
  }

  async shutdown(): Promise<void> {
    this.closed = true;
    await this.log.close();
    for (const waiters of this.waiting.values()) for (const { reject } of waiters) reject(CLOSED());
    this.waiting.clear();
  }

  /** @param reached how many events of the append were just followed: only the last one's arrival can settle a wait */
  private settle(key: string, reached?: number): void {
    for (const waiting of this.waiting.get(key) ?? []) {
      if (reached !== undefined && reached !== waiting.count) continue;
      const verdict = this.verdictOf(waiting);
      if (!verdict) continue;
      this.forget(key, waiting);
      waiting.resolve(verdict);
    }
  }

  private forget(key: string, waiting: Waiting): void {
    const others = this.waiting.get(key);
    if (others?.delete(waiting) && others.size === 0) this.waiting.delete(key);
  }

  /** undefined while the append is not there in full. */
  private verdictOf({ commandId, attempt, count }: Waiting): Verdict | undefined {
    const events = this.reader.findCommand(commandId)?.events.filter((event) => event.attempt === attempt) ?? [];
    const first = events[0];
    const last = events[count - 1];
    if (!first || !last) return undefined;
    const { position: lastPosition, revision, time, void: isVoid } = last;
    return { stream: first.stream, firstPosition: first.position, lastPosition, revision, time, void: isVoid };
  }
}

const CLOSED = (): LogUnavailable => new LogUnavailable('the log is closed', 'unknown');

const keyOf = (commandId: string, attempt: number): string => `${commandId}/${attempt}`;
