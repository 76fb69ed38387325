// Folds of streams kept in memory, bounded by bytes; brought up to date by reading only what is new.
import type { LogReader } from '../event-log/index.ts';
import type { Event, EventCatalogue, Fold } from '../kernel/index.ts';
import { RecentlyUsed, type Sized } from './recently-used.ts';
import { recordedOf } from './recorded.ts';

/** A stream as folded up to a revision. */
export interface Folded<S> {
  readonly state: S;
  /** Of the last event, void ones included: what an append expects. */
  readonly revision: number | 'none';
  /** Of the last event in effect: what a guard compares with. */
  readonly inEffect: number | 'none';
  /** Position of the last event in effect; 0 when there is none. */
  readonly position: number;
}

interface Held {
  readonly fold: Fold<Event, unknown>;
  folded: Folded<unknown>;
  /** The stream may have changed since: the next load reads on. */
  stale: boolean;
  /** Bytes of the state when it was last measured, and of the events folded since. */
  measured: number;
  since: number;
}

interface Entry extends Sized {
  readonly held: Held[];
}

/** What an entry costs besides the states: map slots, strings, objects. */
const ENTRY_BYTES = 400;
/** A state is measured again when the events since have as many bytes as it had, and at least this many. */
const MEASURE_AFTER = 4096;
const PAGE = 4096;

export class StreamCache {
  private readonly log: Pick<LogReader, 'readStream'>;
  private readonly catalogue: EventCatalogue;
  private readonly entries: RecentlyUsed<Entry>;

  /** `limit`: how many bytes the folds may take, by estimate. */
  constructor(log: Pick<LogReader, 'readStream'>, catalogue: EventCatalogue, limit: number) {
    this.log = log;
    this.catalogue = catalogue;
    this.entries = new RecentlyUsed(limit);
  }

  /**
   * Folds a stream. With `fresh` the log is always asked for what is new; without, only after `changed`: such a state may be
   * out of date, so it may be relied on only where an append under its revisions is what follows.
   */
  load<E extends Event, S>(fold: Fold<E, S>, stream: string, fresh: boolean): Folded<S> {
    const entry = this.entries.get(stream);
    const held = entry?.held.find((one) => one.fold.name === fold.name);
    if (held && held.fold !== (fold as Fold<Event, unknown>) && held.fold.evolve !== (fold.evolve as unknown)) {
      throw new Error(`two folds are named ${fold.name}`);
    }
    if (held && !fresh && !held.stale) return held.folded as Folded<S>;
    const before = held?.folded as Folded<S> | undefined;
    const { folded, bytes } = this.readOn(fold, stream, before);
    if (folded.revision !== 'none') this.keep(stream, fold as unknown as Fold<Event, unknown>, folded, bytes);
    return folded;
  }

  /** Says that a stream may have new events. */
  changed(stream: string): void {
    for (const held of this.entries.get(stream)?.held ?? []) held.stale = true;
  }

  /** Estimated bytes held. */
  get size(): number {
    return this.entries.bytes;
  }

  private readOn<E extends Event, S>(fold: Fold<E, S>, stream: string, before?: Folded<S>): { folded: Folded<S>; bytes: number } {
    let { state, revision, inEffect, position } = before ?? {
      state: fold.initial,
      revision: 'none' as number | 'none',
      inEffect: 'none' as number | 'none',
      position: 0,
    };
    let bytes = 0;
    for (;;) {
      const events = this.log.readStream(stream, { from: revision === 'none' ? 0 : revision + 1, limit: PAGE });
      for (const stored of events) {
        revision = stored.revision;
        if (stored.void) continue;
        const event = recordedOf(this.catalogue, stored);
        // Deciding on half a past would be worse than not deciding.
        if (!event) throw new Error(`event type ${stored.type} at position ${stored.position} is not known to this version`);
        state = fold.evolve(state, event as never);
        inEffect = stored.revision;
        position = stored.position;
        bytes += bytesOf(stored.data);
      }
      if (events.length < PAGE) return { folded: { state, revision, inEffect, position }, bytes };
    }
  }

  private keep(stream: string, fold: Fold<Event, unknown>, folded: Folded<unknown>, bytes: number): void {
    let entry = this.entries.get(stream);
    if (!entry) {
      entry = { held: [], bytes: ENTRY_BYTES };
      this.entries.put(stream, entry);
    }
    let held = entry.held.find((one) => one.fold.name === fold.name);
    if (held) {
      held.folded = folded;
      held.stale = false;
    } else {
      held = { fold, folded, stale: false, measured: 0, since: 0 };
      entry.held.push(held);
    }
    const before = held.measured + held.since;
    held.since += bytes;
    if (held.since > Math.max(MEASURE_AFTER, held.measured)) {
      held.measured = bytesOf(folded.state);
      held.since = 0;
    }
    const grown = held.measured + held.since - before;
    if (grown !== 0) this.entries.resize(stream, entry, entry.bytes + grown);
  }
}

/** Bytes that plain data, maps and sets take in memory: an estimate. */
function bytesOf(data: unknown): number {
  if (typeof data === 'string') return 24 + data.length * 2;
  if (typeof data !== 'object' || data === null) return 16;
  let bytes = 64;
  if (data instanceof Map) for (const [key, value] of data) bytes += 16 + bytesOf(key) + bytesOf(value);
  else if (data instanceof Set) for (const value of data) bytes += 16 + bytesOf(value);
  else for (const value of Object.values(data)) bytes += 16 + bytesOf(value);
  return bytes;
}
