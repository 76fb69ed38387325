// The event log on EventStoreDB: the cluster orders and keeps, this replica's local copy numbers and is read.
import type { EventStoreDBClient } from '@eventstore/db-client';
import type { Clock } from '../../kernel/index.ts';
import { encodeAppend } from '../append-encoding.ts';
import { LogError, LogUnavailable } from '../errors.ts';
import type {
  Appended,
  AppendRequest,
  CommandTrace,
  EventLog,
  Head,
  LogLocation,
  LogStatus,
  ReadStreamOptions,
  StoredEvent,
  Subscription,
} from '../event-log.ts';
import type { LocalCopy } from '../sqlite/local-copy.ts';
import { Acknowledger } from './acknowledging.ts';
import { AppendStream } from './append-stream.ts';
import { Appender, reasonOf } from './appender.ts';
import { disconnect } from './connection.ts';
import { Follower } from './follower.ts';
import { Lag } from './lag.ts';
import { Progress } from './progress.ts';
import type { Naming } from './wire.ts';

export interface EventStoreDbLimits {
  /** Appends are refused while the copy may be further behind than this, ms. */
  readonly maxLag: number;
  /** How long an append may take until its outcome counts as unknown, ms. */
  readonly patience: number;
}

/** How long the cluster may be out of reach before that is the log's state, ms. */
const BLIP = 1_000;

export class EventStoreDbLog implements EventLog {
  readonly namespace: string;
  readonly location: LogLocation;
  private readonly client: EventStoreDBClient;
  private readonly copy: LocalCopy;
  private readonly clock: Clock;
  private readonly limits: EventStoreDbLimits;
  private readonly follower: Follower;
  private readonly lag: Lag;
  private readonly progress: Progress;
  private readonly acknowledger: Acknowledger;
  private readonly appends = new Set<Promise<Appended>>();
  private closing: Promise<void> | undefined;

  constructor(client: EventStoreDBClient, naming: Naming, copy: LocalCopy, clock: Clock, limits: EventStoreDbLimits) {
    this.client = client;
    this.copy = copy;
    this.clock = clock;
    this.limits = limits;
    this.namespace = naming.namespace;
    this.location = copy.location;
    this.progress = new Progress(clock);
    this.follower = new Follower(client, naming, copy, clock, () => this.followed());
    this.lag = new Lag(client, naming, copy, this.follower, clock, () => this.progress.made());
    const shorter = (): void => this.follower.resubscribe(new LogUnavailable('the cluster is behind the local copy', 'none'));
    const appender = new Appender(client, new AppendStream(client), naming, clock);
    this.acknowledger = new Acknowledger(copy, appender, this.progress, clock, shorter, (at) => this.lag.confirm(at));
    this.follower.start();
    this.lag.start();
  }

  append(request: AppendRequest): Promise<Appended> {
    const appended = this.appendChecked(request);
    this.appends.add(appended);
    const forget = (): void => void this.appends.delete(appended);
    appended.then(forget, forget);
    return appended;
  }

  /**
   * Writes the log's own first event, where no replica has, and waits until the copy has it.
   * @throws LogDiverged; LogUnavailable when the cluster does not answer
   */
  async begin(opening: AppendRequest): Promise<void> {
    const until = this.clock.monotonic() + this.limits.patience;
    await this.acknowledger.append(opening, encodeAppend(opening), until).catch((error: unknown) => {
      // The first event may be there all the same, written by another replica; not so where the cluster will not have us.
      if (!(error instanceof LogError) || (error instanceof LogUnavailable && error.outcome === 'none')) throw error;
    });
    if (await this.progress.when(() => this.head().position > 0, until)) return;
    if (this.follower.diverged) throw this.follower.diverged;
    throw new LogUnavailable(`the log cannot be opened: ${this.status().reason ?? 'no answer'}`, 'none');
  }

  async catchUp(): Promise<void> {
    const until = this.clock.monotonic() + this.limits.patience;
    const sight = await this.lag.sight().catch((error: unknown) => {
      throw new LogUnavailable(`the cluster's end cannot be seen: ${reasonOf(error)}`, 'none');
    });
    if (!(await this.progress.when(sight.reached, until))) throw new LogUnavailable('the local copy does not reach the cluster’s end', 'none');
  }

  status(): LogStatus {
    const lag = Math.round(this.lag.age);
    const { diverged, interruption } = this.follower;
    if (diverged) return { state: 'diverged', reason: diverged.message, lag };
    const copied = this.copy.status();
    if (copied.state !== 'ok') return { ...copied, lag };
    if (interruption && this.clock.monotonic() - interruption.since > BLIP) {
      return { state: 'unavailable', reason: `the cluster is out of reach: ${reasonOf(interruption.reason)}`, lag };
    }
    if (!this.lag.caughtUp) return { state: 'catching-up', reason: 'the local copy has not reached the head seen at start', lag };
    if (lag > this.limits.maxLag) return { state: 'catching-up', reason: `the local copy may be ${lag} ms behind`, lag };
    return { state: 'ok', lag };
  }

  head(): Head {
    return this.copy.reader.head();
  }

  streamHead(stream: string): { revision: number; position: number; inEffect: number | 'none' } | undefined {
    return this.copy.reader.streamHead(stream);
  }

  readStream(stream: string, options?: ReadStreamOptions): StoredEvent[] {
    return this.copy.reader.readStream(stream, options);
  }

  readAll(after: number, limit?: number, proof?: 'proven'): StoredEvent[] {
    return this.copy.reader.readAll(after, limit, proof);
  }

  findCommand(commandId: string): CommandTrace | undefined {
    return this.copy.reader.findCommand(commandId);
  }

  positionAt(time: number): number {
    return this.copy.reader.positionAt(time);
  }

  chainAt(position: number): string | undefined {
    return this.copy.reader.chainAt(position);
  }

  subscribe(after: number, handler: (events: readonly StoredEvent[]) => void | Promise<void>): Subscription {
    return this.copy.subscribe(after, handler);
  }

  shutdown(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await Promise.allSettled(this.appends);
    await Promise.all([this.lag.stop(), this.follower.stop()]);
    this.stopFollowing('the log is closed');
    await this.copy.shutdown();
    await disconnect(this.client);
  }

  private async appendChecked(request: AppendRequest): Promise<Appended> {
    const encoded = encodeAppend(request);
    if (this.closing) throw new LogUnavailable('the log is closed', 'none');
    const until = this.clock.monotonic() + this.limits.patience;
    if (!this.lag.caughtUp) await this.progress.when(() => this.lag.caughtUp, until);
    this.refuseUnfit();
    return this.acknowledger.append(request, encoded, until);
  }

  /** @throws LogUnavailable 'none' */
  private refuseUnfit(): void {
    const { state, reason = '', lag } = this.status();
    const behind = !this.lag.caughtUp || lag > this.limits.maxLag;
    if (behind || state === 'diverged' || this.copy.status().state !== 'ok') throw new LogUnavailable(reason, 'none');
  }

  private followed(): void {
    this.lag.check();
    if (this.follower.diverged) this.stopFollowing(this.follower.diverged.message);
    else this.progress.made();
  }

  private stopFollowing(reason: string): void {
    this.progress.end();
    this.acknowledger.abandon(reason);
  }
}
