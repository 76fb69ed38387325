// The live feed: one subscription to the log, handed on to any number of readers, each at its own pace.
import { followSurely, type EventLog, type Following, type StoredEvent } from '../event-log/index.ts';
import { instantOf, type Audience, type EventCatalogue, type Instant } from '../kernel/index.ts';

/** An event as the outside sees it. Sealed texts stay sealed. */
export interface PublishedEvent {
  readonly position: number;
  /** Wire name. */
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly time: Instant;
  readonly actor: string;
  readonly onBehalfOf?: string;
  readonly commandId: string;
  readonly data: unknown;
}

export interface FeedEntry {
  readonly position: number;
  readonly type: string;
  readonly audience: readonly Audience[];
  /** The published event as one line of JSON. */
  readonly json: string;
}

/** Positions of the log up to `upTo`, with what is published among them: void and unknown events are not. */
export interface FeedBatch {
  readonly entries: readonly FeedEntry[];
  readonly upTo: number;
}

/** Events, and characters of them, kept in memory for readers that keep up; who falls behind reads the log. */
const RECENT = 2_048;
const RECENT_LENGTH = 4 * 1024 * 1024;
/** Events read from the log at a time. */
const PAGE = 256;

type LogOfFeed = Pick<EventLog, 'head' | 'readAll' | 'subscribe'>;

export class Feed {
  /** Counts events that may have changed what somebody may see. */
  standingChanges = 0;
  private readonly log: LogOfFeed;
  private readonly catalogue: EventCatalogue;
  private readonly onFailure: (error: Error) => void;
  private readonly listeners = new Set<() => void>();
  /** Only while somebody listens. */
  private following: Following | undefined;
  private recent: FeedEntry[] = [];
  private length = 0;
  /** `recent` holds everything published after this position … */
  private from: number;
  /** … up to this one. */
  private head: number;
  private closed = false;

  constructor(log: LogOfFeed, catalogue: EventCatalogue, onFailure: (error: Error) => void) {
    this.log = log;
    this.catalogue = catalogue;
    this.onFailure = onFailure;
    this.head = log.head().position;
    this.from = this.head;
  }

  get position(): number {
    return this.following ? this.head : this.log.head().position;
  }

  /** What comes after a position; `upTo` equals `after` when nothing does. */
  after(position: number): FeedBatch {
    if (this.following && position >= this.from) {
      if (position >= this.head) return { entries: [], upTo: position };
      return { entries: this.recent.slice(this.firstAfter(position)), upTo: this.head };
    }
    const events = this.log.readAll(position, PAGE);
    return { entries: this.publish(events), upTo: events.at(-1)?.position ?? position };
  }

  /** Calls back after every arrival until the returned function is called. */
  listen(arrived: () => void): () => void {
    this.listeners.add(arrived);
    if (!this.following && !this.closed) this.open();
    return () => {
      if (this.listeners.delete(arrived) && this.listeners.size === 0) this.rest();
    };
  }

  close(): void {
    this.closed = true;
    this.listeners.clear();
    this.rest();
  }

  publish(events: readonly StoredEvent[]): FeedEntry[] {
    const entries: FeedEntry[] = [];
    for (const stored of events) {
      const entry = stored.void ? undefined : this.entryOf(stored);
      if (entry) entries.push(entry);
    }
    return entries;
  }

  private entryOf(stored: StoredEvent): FeedEntry | undefined {
    const event = this.catalogue.decode(stored.type, stored.data);
    if (!event) return undefined;
    const { actor, onBehalfOf } = stored.metadata;
    const type = this.catalogue.describe(event.type).wire;
    const published: PublishedEvent = {
      position: stored.position,
      type,
      stream: stored.stream,
      revision: stored.revision,
      time: instantOf(stored.time),
      actor,
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      commandId: stored.commandId,
      data: event.data,
    };
    return { position: stored.position, type, audience: this.catalogue.audienceOf(event), json: JSON.stringify(published) };
  }

  /** Begins where the log is now; what came before is read from it. */
  private open(): void {
    this.head = this.log.head().position;
    this.from = this.head;
    this.recent = [];
    this.length = 0;
    // Standing may have changed while nobody listened.
    this.standingChanges += 1;
    this.following = followSurely(this.log, this.head, (events) => this.arrive(events), this.onFailure);
  }

  private rest(): void {
    this.following?.close();
    this.following = undefined;
    this.recent = [];
    this.length = 0;
  }

  private arrive(events: readonly StoredEvent[]): void {
    const last = events.at(-1);
    if (!last) return;
    const entries = this.publish(events);
    this.recent.push(...entries);
    for (const { json } of entries) this.length += json.length;
    if (this.recent.length > RECENT || this.length > RECENT_LENGTH) this.drop();
    this.head = last.position;
    if (events.some(({ stream }) => changesStanding(stream))) this.standingChanges += 1;
    for (const arrived of this.listeners) arrived();
  }

  /** Keeps the newer half of what may be kept. */
  private drop(): void {
    let kept = 0;
    let first = this.recent.length;
    while (first > 0 && this.recent.length - first < RECENT / 2) {
      const { length } = (this.recent[first - 1] as FeedEntry).json;
      if (kept + length > RECENT_LENGTH / 2) break;
      kept += length;
      first -= 1;
    }
    const dropped = this.recent.splice(0, first);
    this.from = dropped.at(-1)?.position ?? this.from;
    this.length = kept;
  }

  private firstAfter(position: number): number {
    let [low, high] = [0, this.recent.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.recent[middle] as FeedEntry).position > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Persons, memberships, parties' representatives: what folds of standing are made of. */
const changesStanding = (stream: string): boolean => /^(person|member|party|charter)-/.test(stream);
