// How far the copy may be behind the cluster: the age of the last moment whose whole log it is known to hold.
import type { AllStreamResolvedEvent, EventStoreDBClient } from '@eventstore/db-client';
import type { Clock } from '../../kernel/index.ts';
import { LogUnavailable } from '../errors.ts';
import type { LocalCopy } from '../sqlite/local-copy.ts';
import { collect } from './connection.ts';
import type { Follower } from './follower.ts';
import { BACKWARDS, END } from './wire.ts';
import type { Naming } from './wire.ts';

/** Between two looks at the cluster's end, ms. */
const INTERVAL = 500;
/** Longest time for a look, ms. */
const LOOK_LIMIT = 3_000;
/** How many events back are looked at where other applications write too: more than a filtered subscription passes silently. */
const BACK = 64;
/** A subscription that has not delivered what the cluster has for this long is taken anew, ms. */
const STALLED = 5_000;

/** The cluster's end as it was at a moment. */
export interface Sight {
  /** Clock's monotonic time before the look. */
  readonly at: number;
  /** Position of the last event of all. */
  readonly end: bigint;
  readonly reached: () => boolean;
}

export class Lag {
  private readonly client: EventStoreDBClient;
  private readonly naming: Naming;
  private readonly copy: LocalCopy;
  private readonly follower: Follower;
  private readonly clock: Clock;
  private readonly onConfirmed: () => void;
  private readonly openedAt: number;
  private confirmedAt: number | undefined;
  private confirmedEnd: bigint | undefined;
  private awaited: Sight | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;
  private seeing: Promise<unknown> = Promise.resolve();
  private next: Promise<Sight> | undefined;

  /** @param onConfirmed called whenever the copy was found to hold everything that the cluster held at a moment */
  constructor(
    client: EventStoreDBClient,
    naming: Naming,
    copy: LocalCopy,
    follower: Follower,
    clock: Clock,
    onConfirmed: () => void,
  ) {
    this.client = client;
    this.naming = naming;
    this.copy = copy;
    this.follower = follower;
    this.clock = clock;
    this.onConfirmed = onConfirmed;
    this.openedAt = clock.monotonic();
  }

  start(): void {
    this.looking = this.look();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  /** The copy has held everything that the log held at some moment since it was opened. */
  get caughtUp(): boolean {
    return this.confirmedAt !== undefined;
  }

  /** ms: everything the log held this long ago is in the copy. Before the first confirmation, the age of the copy's last event. */
  get age(): number {
    if (this.confirmedAt !== undefined) return Math.max(0, this.clock.monotonic() - this.confirmedAt);
    const { position, time } = this.copy.reader.head();
    return position > 0 ? Math.max(0, this.clock.now() - time) : this.clock.monotonic() - this.openedAt;
  }

  /** The copy holds everything up to an event that was appended after `at` (the clock's monotonic time). */
  confirm(at: number): void {
    if (this.confirmedAt !== undefined && at > this.confirmedAt) this.confirmedAt = at;
  }

  /** The cluster's end at some moment after this call: calls that come while it is being looked at share the next look. */
  sight(): Promise<Sight> {
    this.next ??= this.seeing.then(() => {
      this.next = undefined;
      const seen = this.see();
      this.seeing = seen.catch(() => {});
      return seen;
    });
    return this.next;
  }

  /** Looks whether what was in sight is reached; called whenever the follower has got further. */
  check(): void {
    const { awaited } = this;
    if (!awaited?.reached()) return;
    this.awaited = undefined;
    this.confirmedAt = Math.max(awaited.at, this.confirmedAt ?? awaited.at);
    this.confirmedEnd = awaited.end;
    this.onConfirmed();
  }

  private async look(): Promise<void> {
    try {
      this.awaited ??= await this.see();
      this.check();
      this.restartStalled();
    } catch {
      // No answer: the age grows, which is what it is for.
    }
    if (!this.stopped && !this.follower.diverged) {
      this.timer = setTimeout(() => {
        this.looking = this.look();
      }, INTERVAL);
    }
  }

  private async see(): Promise<Sight> {
    const at = this.clock.monotonic();
    const [last] = await this.back(1);
    const end = positionIn(last) ?? -1n;
    if (end === this.confirmedEnd || end <= this.follower.progress) return { at, end, reached: () => true };
    const event = last?.event;
    if (event && this.naming.streamOf(event.streamId) !== undefined) return { at, end, reached: this.copied(end) };
    // Another application's event: the subscription passes it without a word. Up to where must the copy be?
    const recent = await this.back(BACK);
    const mine = recent.find((resolved) => resolved.event && this.naming.streamOf(resolved.event.streamId) !== undefined);
    if (mine) return { at, end, reached: this.copied(positionIn(mine)!) };
    const oldest = recent.length < BACK ? -1n : positionIn(recent.at(-1))!;
    return { at, end, reached: () => this.follower.progress >= oldest };
  }

  private copied(position: bigint): () => boolean {
    return () => BigInt(this.copy.sourcePosition() ?? -1) >= position;
  }

  private back(maxCount: number): Promise<AllStreamResolvedEvent[]> {
    return collect(this.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount }), LOOK_LIMIT);
  }

  private restartStalled(): void {
    if (!this.awaited || this.follower.interruption || this.clock.monotonic() - this.awaited.at < STALLED) return;
    this.follower.resubscribe(new LogUnavailable('the subscription delivers nothing', 'none'));
    this.awaited = undefined;
  }
}

const positionIn = (resolved: AllStreamResolvedEvent | undefined): bigint | undefined =>
  resolved?.event?.position?.commit ?? resolved?.commitPosition;
