// Between one subscription and the local copy: a bounded buffer of what was taken off and is not numbered yet.
import type { AllStreamResolvedEvent, EventStoreDBClient } from '@eventstore/db-client';
import type { FollowedEvent, LocalCopy } from '../sqlite/local-copy.ts';
import { refuseRetention, refuseTombstone } from './history.ts';
import { followedOf } from './wire.ts';
import type { Naming } from './wire.ts';

/** Beyond this many events, the subscription must end until the copy has numbered them. */
const BUFFER_LIMIT = 20_000;
/** Events handed to the copy at once, and how many such calls may overlap. */
const BATCH = 1_024;
const OVERLAP = 3;

/** A stream of the product's whose metadata were changed: nothing behind it is handed over before that was looked at. */
interface MetadataChange {
  readonly changed: string;
}

const isChange = (item: FollowedEvent | MetadataChange): item is MetadataChange => 'changed' in item;

export class Handover {
  /** Rejects when the copy or the history refuses an event. Never resolves. */
  readonly failed: Promise<never>;
  private readonly client: EventStoreDBClient;
  private readonly naming: Naming;
  private readonly copy: LocalCopy;
  private readonly onNumbered: () => void;
  private readonly fail: (error: Error) => void;
  private waiting: (FollowedEvent | MetadataChange)[] = [];
  private readonly running = new Set<Promise<void>>();
  private checking = false;
  private scheduled = false;
  private over = false;
  /** How many items were taken, and are done with. */
  private taken = 0;
  private done = 0;
  /** The last checkpoint, and how many items were taken before it. */
  private checkpoint: { readonly position: bigint; readonly after: number } | undefined;
  private readonly onPassed: (position: bigint) => void;

  /**
   * @param onNumbered called whenever the copy has numbered more
   * @param onPassed called when everything up to a checkpoint is numbered or none of ours
   */
  constructor(
    client: EventStoreDBClient,
    naming: Naming,
    copy: LocalCopy,
    onNumbered: () => void,
    onPassed: (position: bigint) => void,
  ) {
    this.client = client;
    this.naming = naming;
    this.copy = copy;
    this.onNumbered = onNumbered;
    this.onPassed = onPassed;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.failed = promise;
    this.fail = (error) => {
      this.over = true;
      reject(error);
    };
  }

  /** @returns false when no more may be taken now; this one was. @throws LogDiverged */
  take({ event }: AllStreamResolvedEvent): boolean {
    if (!event || this.over) return true;
    const changed = this.naming.describedBy(event.streamId);
    const stream = this.naming.streamOf(event.streamId);
    if (changed !== undefined) this.put({ changed });
    else if (stream !== undefined) {
      refuseTombstone(event);
      this.put(followedOf(event, stream, event.position!));
    }
    return this.waiting.length < BUFFER_LIMIT;
  }

  /** The subscription has looked at everything up to here. */
  pass(position: bigint): void {
    this.checkpoint = { position, after: this.taken };
    this.tellPassed();
  }

  /** Waits until everything taken is numbered, or something failed. */
  async finish(): Promise<void> {
    while (!this.over && (this.waiting.length > 0 || this.running.size > 0)) {
      this.handOver();
      await Promise.race(this.running);
    }
    this.over = true;
    this.waiting = [];
    await Promise.all(this.running);
  }

  private put(item: FollowedEvent | MetadataChange): void {
    this.taken++;
    this.waiting.push(item);
    if (this.scheduled) return;
    this.scheduled = true;
    // What arrives in one turn goes to the copy together.
    setImmediate(() => {
      this.scheduled = false;
      this.handOver();
    });
  }

  private handOver(): void {
    while (!this.over && !this.checking && this.waiting.length > 0 && this.running.size < OVERLAP) {
      const first = this.waiting[0]!;
      if (isChange(first)) {
        if (this.running.size > 0) return;
        this.waiting.shift();
        this.checking = true;
        this.track(1, refuseRetention(this.client, first.changed));
      } else {
        const end = this.waiting.slice(0, BATCH).findIndex(isChange);
        const batch = this.waiting.splice(0, end < 0 ? BATCH : end) as FollowedEvent[];
        this.track(batch.length, this.copy.follow(batch));
      }
    }
  }

  private track(items: number, work: Promise<unknown>): void {
    const settled: Promise<void> = work.then(
      () => {
        this.running.delete(settled);
        this.checking = false;
        this.done += items;
        this.tellPassed();
        this.onNumbered();
        this.handOver();
      },
      (error: Error) => {
        this.running.delete(settled);
        this.fail(error);
      },
    );
    this.running.add(settled);
  }

  private tellPassed(): void {
    if (!this.checkpoint || this.done < this.checkpoint.after) return;
    const { position } = this.checkpoint;
    this.checkpoint = undefined;
    this.onPassed(position);
  }
}
