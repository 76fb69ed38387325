// What the wire-level test server keeps: records in the order of $all, streams over them, EventStoreDB's own rules for appends.
import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { decodeRecords, encodeRecord } from './record-file.ts';

/** Revision of the record that a tombstone leaves. */
export const TOMBSTONE = Number.POSITIVE_INFINITY;
/** Largest sum of one append, as configured by default (MaxAppendSize). */
export const MAX_APPEND_SIZE = 1024 * 1024;

export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface StoreRecord extends Proposed {
  /** Commit = prepare position. */
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  /** .NET ticks (100 ns since 1970), as the wire has them. */
  readonly created: string;
  /** The record as it goes over the wire, made when first read. */
  wire?: Buffer;
}

export type Expected = number | 'no_stream' | 'stream_exists' | 'any';

export type AppendOutcome =
  | { readonly kind: 'ok'; readonly revision: number; readonly position: number; readonly again: boolean }
  | { readonly kind: 'wrong-expected-version'; readonly actual: number | 'no_stream' }
  | { readonly kind: 'stream-deleted' }
  | { readonly kind: 'too-large' };

interface StreamMetadata {
  readonly $tb?: number;
  readonly $maxCount?: number;
  readonly $maxAge?: number;
}

interface StreamState {
  /** By revision; scavenged ones are holes. */
  readonly events: (StoreRecord | undefined)[];
  tombstoned: boolean;
  /** The store never saw an event of it (only its metadata). */
  metadata: StreamMetadata;
}

const SOFT_DELETED = Number.MAX_SAFE_INTEGER;
const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();

export class Store {
  records: StoreRecord[] = [];
  private readonly streams = new Map<string, StreamState>();
  /** Last record with an event id: appends that expect nothing exact are recognized by it. */
  private readonly byId = new Map<string, StoreRecord>();
  private readonly listeners = new Set<(appended: readonly StoreRecord[]) => void>();
  private readonly file: string | undefined;
  private descriptor: number | undefined;
  private next = 0;
  private lastTicks = 0n;

  /** @param file where records outlive the process; without it they live as long as this object. */
  constructor(file?: string) {
    this.file = file;
    if (file !== undefined && existsSync(file)) for (const record of decodeRecords(readFileSync(file))) this.take(record);
    if (file !== undefined) this.descriptor = openSync(file, 'a');
    if (this.records.length === 0) this.writeSystemEvents();
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  /** Position right behind the last record. */
  get end(): number {
    return this.next;
  }

  onAppended(listener: (appended: readonly StoreRecord[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  append(stream: string, expected: Expected, proposed: readonly Proposed[]): AppendOutcome {
    const size = proposed.reduce((sum, e) => sum + e.data.length + e.metadata.length + 2 * e.type.length, 0);
    if (size > MAX_APPEND_SIZE) return { kind: 'too-large' };
    const state = this.streams.get(stream);
    if (state?.tombstoned) return { kind: 'stream-deleted' };
    const current = state && state.events.length > 0 ? state.events.length - 1 : -1;
    const wrong: AppendOutcome = { kind: 'wrong-expected-version', actual: current < 0 ? 'no_stream' : current };
    if (expected === 'stream_exists' && current < 0) return wrong;

    const again = this.idempotent(state, current, expected, proposed);
    if (again === 'wrong') return wrong;
    if (again !== 'write') return again;
    if (proposed.length === 0) return { kind: 'ok', revision: Math.max(current, 0), position: 0, again: false };
    if (state && isSoftDeleted(state)) this.writeMetadata(stream, { ...state.metadata, $tb: current + 1 });
    return this.write(stream, current + 1, proposed);
  }

  /** Deletes softly: the stream reads as missing, its revisions go on. */
  delete(stream: string, expected: Expected): AppendOutcome {
    const refused = this.refuseDelete(stream, expected);
    if (refused) return refused;
    return this.writeMetadata(stream, { ...this.streams.get(stream)?.metadata, $tb: SOFT_DELETED });
  }

  /** Deletes for good: nothing can be appended to the stream any more. */
  tombstone(stream: string, expected: Expected): AppendOutcome {
    const refused = this.refuseDelete(stream, expected);
    if (refused) return refused;
    const id = crypto.randomUUID();
    return this.write(stream, TOMBSTONE, [
      { id, type: '$streamDeleted', contentType: 'application/octet-stream', data: EMPTY, metadata: EMPTY },
    ]);
  }

  /** 'deleted' tombstoned, 'missing' never written or softly deleted; else the first and last readable revision. */
  readable(stream: string): 'deleted' | 'missing' | { readonly first: number; readonly last: number } {
    const state = this.streams.get(stream);
    if (state?.tombstoned) return 'deleted';
    if (!state || state.events.length === 0 || isSoftDeleted(state)) return 'missing';
    const last = state.events.length - 1;
    const { $tb = 0, $maxCount = Number.MAX_SAFE_INTEGER } = state.metadata;
    return { first: Math.max($tb, last - $maxCount + 1, 0), last };
  }

  eventAt(stream: string, revision: number): StoreRecord | undefined {
    return this.streams.get(stream)?.events[revision];
  }

  /** Index in $all of the first record at or after a position. */
  indexOf(position: number): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.records[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Neither a record's position nor beyond the end. */
  isMidRecord(position: number): boolean {
    return position > 0 && position < this.next && this.records[this.indexOf(position)]?.position !== position;
  }

  /** Removes for good what deletions, truncations and retention have hidden. */
  scavenge(): void {
    const gone = (record: StoreRecord): boolean => {
      const state = this.streams.get(record.stream)!;
      if (record.revision === TOMBSTONE || record.stream.startsWith('$')) return false;
      const { $tb = 0, $maxCount = Number.MAX_SAFE_INTEGER } = state.metadata;
      return state.tombstoned || record.revision < Math.max($tb, state.events.length - $maxCount);
    };
    const removed = this.records.filter(gone);
    for (const record of removed) this.streams.get(record.stream)!.events[record.revision] = undefined;
    this.rewrite(this.records.filter((record) => !removed.includes(record)));
  }

  /** As after a restore from an older backup: everything from `position` on never happened. */
  rollBackTo(position: number): void {
    const kept = this.records.slice(0, this.indexOf(position));
    this.streams.clear();
    this.byId.clear();
    this.next = 0;
    this.records = [];
    for (const record of kept) this.take(record);
    this.rewrite(kept);
  }

  private idempotent(
    state: StreamState | undefined,
    current: number,
    expected: Expected,
    proposed: readonly Proposed[],
  ): 'write' | 'wrong' | AppendOutcome {
    if (expected === 'any' || expected === 'stream_exists') {
      const first = proposed[0] && this.byId.get(proposed[0].id);
      return first && this.eventAt(first.stream, first.revision) && state === this.streams.get(first.stream)
        ? this.repeated(state!, first.revision, proposed)
        : 'write';
    }
    const number = expected === 'no_stream' ? -1 : expected;
    if (number === current) return 'write';
    if (number > current || proposed.length === 0) return 'wrong';
    // Earlier than the head: only the same event ids at the same revisions are the same append. Their data is not looked at.
    if (state!.events[number + 1]?.id === proposed[0]!.id) return this.repeated(state!, number + 1, proposed);
    return expected === 'no_stream' && isSoftDeleted(state!) ? 'write' : 'wrong';
  }

  private repeated(state: StreamState, first: number, proposed: readonly Proposed[]): 'wrong' | AppendOutcome {
    if (proposed.some((event, index) => state.events[first + index]?.id !== event.id)) return 'wrong';
    const revision = first + proposed.length - 1;
    return { kind: 'ok', revision, position: state.events[revision]!.position, again: true };
  }

  private refuseDelete(stream: string, expected: Expected): AppendOutcome | undefined {
    const state = this.streams.get(stream);
    if (state?.tombstoned) return { kind: 'stream-deleted' };
    const current = state && state.events.length > 0 ? state.events.length - 1 : -1;
    const holds =
      expected === 'any' ||
      (expected === 'stream_exists' && current >= 0) ||
      (expected === 'no_stream' ? current < 0 : expected === current);
    return holds ? undefined : { kind: 'wrong-expected-version', actual: current < 0 ? 'no_stream' : current };
  }

  private writeMetadata(stream: string, metadata: StreamMetadata): AppendOutcome {
    const metastream = `$$${stream}`;
    // The wire has .NET's largest long there, which no JavaScript number can hold.
    const text = JSON.stringify(metadata).replace(String(SOFT_DELETED), '9223372036854775807');
    const proposed = { id: crypto.randomUUID(), type: '$metadata', contentType: 'application/json' };
    return this.write(metastream, this.streams.get(metastream)?.events.length ?? 0, [
      { ...proposed, data: encoder.encode(text), metadata: EMPTY },
    ]);
  }

  private writeSystemEvents(): void {
    const event = { contentType: 'application/json', data: encoder.encode('{}'), metadata: EMPTY };
    this.write('$users', 0, [{ ...event, id: crypto.randomUUID(), type: '$User' }]);
    this.write('$user-admin', 0, [{ ...event, id: crypto.randomUUID(), type: '$UserCreated' }]);
  }

  private write(stream: string, first: number, proposed: readonly Proposed[]): AppendOutcome {
    const created = this.ticks();
    const written: StoreRecord[] = [];
    let position = this.next;
    for (const [index, event] of proposed.entries()) {
      const record: StoreRecord = {
        position,
        stream,
        revision: first + index,
        created,
        id: event.id,
        type: event.type,
        contentType: event.contentType,
        data: event.data,
        metadata: event.metadata,
      };
      written.push(record);
      position += lengthOf(record);
    }
    if (this.descriptor !== undefined) writeSync(this.descriptor, Buffer.concat(written.map(encodeRecord)));
    for (const record of written) this.take(record);
    const last = written.at(-1)!;
    for (const listener of this.listeners) listener(written);
    return { kind: 'ok', revision: last.revision, position: last.position, again: false };
  }

  private take(record: StoreRecord): void {
    this.records.push(record);
    this.byId.set(record.id, record);
    this.next = record.position + lengthOf(record);
    const state = this.stateOf(record.stream);
    if (record.revision === TOMBSTONE) state.tombstoned = true;
    else state.events[record.revision] = record;
    if (record.stream.startsWith('$$')) {
      this.stateOf(record.stream.slice(2)).metadata = JSON.parse(Buffer.from(record.data).toString('utf8')) as StreamMetadata;
    }
  }

  private stateOf(stream: string): StreamState {
    let state = this.streams.get(stream);
    if (!state) this.streams.set(stream, (state = { events: [], tombstoned: false, metadata: {} }));
    return state;
  }

  private rewrite(kept: StoreRecord[]): void {
    this.records = kept;
    if (this.file === undefined) return;
    this.close();
    writeFileSync(this.file, Buffer.concat(kept.map(encodeRecord)));
    this.descriptor = openSync(this.file, 'a');
  }

  /** Never goes back, as the server's own clock may. */
  private ticks(): string {
    const now = BigInt(Date.now()) * 10_000n;
    this.lastTicks = now > this.lastTicks ? now : this.lastTicks + 1n;
    return this.lastTicks.toString();
  }
}

const isSoftDeleted = (state: StreamState): boolean => (state.metadata.$tb ?? 0) >= SOFT_DELETED;

/** A record's length decides the next one's position, as in the server's transaction file. */
const lengthOf = (record: StoreRecord): number =>
  120 + record.stream.length + record.type.length + record.data.length + record.metadata.length;
