// What one decision rests on: the streams it was folded from, each with its revision, which the append is guarded on.
import type { Guard, LogReader } from '../event-log/index.ts';
import { msOf, type Event, type Fold, type Instant } from '../kernel/index.ts';
import type { Load } from './handling.ts';
import type { Inquire } from './inquiries/index.ts';
import type { Secrets } from './secrets.ts';
import type { Folded, StreamCache } from './stream-cache.ts';
import type { Views } from './view.ts';

/** Two looks at one stream differ: decide again. */
export class StreamMoved extends Error {}

interface Means {
  readonly log: Pick<LogReader, 'positionAt'>;
  readonly cache: StreamCache;
  readonly views: Views;
  readonly secrets: Pick<Secrets, 'key'>;
  readonly inquire: Inquire;
}

export class Moment {
  readonly guards: Guard[] = [];
  readonly load: Load;
  private readonly cache: StreamCache;
  private readonly stream: string;
  private readonly fresh: boolean;
  private revision: number | 'none' = 'none';
  private inEffect: number | 'none' = 'none';

  /** `fresh`: read the log even for streams that are cached. */
  constructor({ log, cache, views, secrets, inquire }: Means, stream: string, fresh: boolean) {
    this.cache = cache;
    this.stream = stream;
    this.fresh = fresh;
    const load = <E extends Event, S>(fold: Fold<E, S>, of: string): S => this.context(fold, of);
    this.load = Object.assign(load, {
      closedSet: (async (view, position, read) =>
        read((await views.read(view, { asOf: position, waitFor: position })).tables)) satisfies Load['closedSet'],
      inquire,
      positionAt: (instant: Instant) => log.positionAt(msOf(instant)),
      key: (purpose: string) => secrets.key(purpose),
    });
  }

  /** The stream that the command is decided on. */
  target<E extends Event, S>(fold: Fold<E, S>): Folded<S> {
    const folded = this.cache.load(fold, this.stream, this.fresh);
    this.revision = folded.revision;
    this.inEffect = folded.inEffect;
    return folded;
  }

  /** Revision that the append expects of the command's stream. */
  get expected(): number | 'none' {
    return this.revision;
  }

  /** What a record on another stream rests on: the command's own stream, too. */
  get guardsOfRecord(): readonly Guard[] {
    return [...this.guards, { stream: this.stream, revision: this.inEffect }];
  }

  /** Nothing of what was loaded has changed in the log. */
  stands(log: Pick<LogReader, 'streamHead'>): boolean {
    if ((log.streamHead(this.stream)?.revision ?? 'none') !== this.revision) return false;
    return this.guards.every(({ stream, revision }) => (log.streamHead(stream)?.inEffect ?? 'none') === revision);
  }

  private context<E extends Event, S>(fold: Fold<E, S>, stream: string): S {
    const { state, revision, inEffect } = this.cache.load(fold, stream, this.fresh);
    if (stream === this.stream) {
      if (revision !== this.revision) throw new StreamMoved(stream);
      return state;
    }
    const guard = this.guards.find((one) => one.stream === stream);
    if (!guard) this.guards.push({ stream, revision: inEffect });
    else if (guard.revision !== inEffect) throw new StreamMoved(stream);
    return state;
  }
}
