// Follows the cluster's $all into the local copy: takes events off at once, reconnects by itself, neither skips nor repeats.
import { streamNameFilter } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, AllStreamSubscription, EventStoreDBClient } from '@eventstore/db-client';
import type { Clock } from '../../kernel/index.ts';
import { LogDiverged, LogUnavailable } from '../errors.ts';
import type { LocalCopy } from '../sqlite/local-copy.ts';
import { within } from './connection.ts';
import { Handover } from './handover.ts';
import { verifyLastCopied } from './history.ts';
import { positionOf, START } from './wire.ts';
import type { Naming } from './wire.ts';

/** Pause before the next connection, ms: doubled from the first to the longest, with jitter. */
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 1_000;
/** How long a subscription that is not wanted any more may take to end, ms. */
const ENDING = 1_000;

/** The subscription gives an event at or before the last one: the log went back, or starts beyond its own end. */
class WentBack extends Error {}
/** The copy does not keep up: let it. */
class BufferFull extends Error {}

export class Follower {
  /** Set once the copy holds another history than the cluster: nothing is followed any more. */
  diverged: LogDiverged | undefined;
  /** Why the cluster is not followed right now, and since when (the clock's monotonic time); undefined while it is. */
  interruption: { readonly reason: Error; readonly since: number } | undefined;
  private readonly client: EventStoreDBClient;
  private readonly naming: Naming;
  private readonly copy: LocalCopy;
  private readonly clock: Clock;
  private readonly onProgress: () => void;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private endSubscription: ((reason?: Error) => void) | undefined;
  /** Position up to which the subscription has delivered or passed over everything. */
  private passed = -1n;

  /** @param onProgress called whenever the copy has numbered more, or the follower knows more */
  constructor(client: EventStoreDBClient, naming: Naming, copy: LocalCopy, clock: Clock, onProgress: () => void) {
    this.client = client;
    this.naming = naming;
    this.copy = copy;
    this.clock = clock;
    this.onProgress = onProgress;
    this.interrupted(new LogUnavailable('not connected yet', 'none'));
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.endSubscription?.();
    await this.running;
  }

  /** Ends the subscription and takes another: for one that delivers nothing. */
  resubscribe(reason: Error): void {
    this.endSubscription?.(reason);
  }

  /** Everything up to this position in $all was handed over or is none of ours. */
  get progress(): bigint {
    const copied = BigInt(this.copy.sourcePosition() ?? -1);
    return copied > this.passed ? copied : this.passed;
  }

  private async run(): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!this.stopping.signal.aborted) {
      try {
        await verifyLastCopied(this.client, this.naming, this.copy);
        await this.followOnce(() => {
          pause = FIRST_PAUSE;
        });
      } catch (error) {
        this.interrupted(error as Error);
        if (error instanceof LogDiverged) {
          this.diverged = error;
          this.onProgress();
          return;
        }
        if (error instanceof BufferFull) continue;
      }
      await this.rest(pause * (0.5 + Math.random()));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  /** One subscription, to its end. What it delivered is numbered when this settles. */
  private async followOnce(onConfirmed: () => void): Promise<void> {
    const from = this.copy.sourcePosition();
    const handing = new Handover(this.client, this.naming, this.copy, this.onProgress, (position) => this.pass(position));
    const subscription = this.client.subscribeToAll({
      fromPosition: from === undefined ? START : positionOf(from),
      filter: streamNameFilter({
        prefixes: [this.naming.prefix, this.naming.metadataPrefix],
        checkpointReached: async (_, { commit }) => handing.pass(commit),
      }),
    });
    let last = from === undefined ? -1n : BigInt(from);
    this.passed = -1n;
    const ended = new Promise<void>((resolve, reject) => {
      this.endSubscription = (reason) => (reason ? reject(reason) : resolve());
      subscription.on('confirmation', () => {
        this.interruption = undefined;
        onConfirmed();
      });
      subscription.on('data', (resolved: AllStreamResolvedEvent) => {
        try {
          last = takeAfter(last, resolved);
          if (!handing.take(resolved)) reject(new BufferFull('the local copy does not keep up'));
        } catch (error) {
          reject(error as Error);
        }
      });
      subscription.on('error', reject);
      subscription.on('end', () => reject(new LogUnavailable('the cluster ended the subscription', 'none')));
      handing.failed.catch(reject);
    });
    if (this.stopping.signal.aborted) this.endSubscription?.();
    try {
      await ended;
    } finally {
      this.endSubscription = undefined;
      await endOf(subscription);
      await handing.finish();
    }
  }

  private interrupted(reason: Error): void {
    this.interruption = { reason, since: this.interruption?.since ?? this.clock.monotonic() };
  }

  private pass(position: bigint): void {
    if (position > this.passed) this.passed = position;
    this.onProgress();
  }

  private async rest(ms: number): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }
}

/** @throws WentBack */
function takeAfter(last: bigint, { event, commitPosition }: AllStreamResolvedEvent): bigint {
  const position = event?.position?.commit ?? commitPosition ?? last;
  if (position <= last) throw new WentBack(`an event at ${position} came after the one at ${last}`);
  return position;
}

async function endOf(subscription: AllStreamSubscription): Promise<void> {
  subscription.removeAllListeners('data');
  subscription.on('error', () => {});
  await within(ENDING, subscription.unsubscribe()).catch(() => {});
  subscription.destroy();
}
