// Reads and subscriptions of the test server: positions, directions, filters, and what each version does with slow consumers.
import { status } from '@grpc/grpc-js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Faults } from './faults.ts';
import type { Store, StoreRecord } from './store.ts';
import * as wire from './wire.ts';

export type ReadCall = ServerWritableStream<Streams.ReadReq, Buffer | Streams.ReadResp>;
export type ServerVersion = '23.10' | '24.2';

/** How many live events 23.10 keeps for one subscription. */
const LIVE_BUFFER = 32;
/** How many events a filtered subscription looks at between two checkpoints. */
const CHECKPOINT_INTERVAL = 32;

const BACKWARDS = 1;

type Wanted = (record: StoreRecord) => boolean;
const everything: Wanted = () => true;

function wantedBy(options: Streams.ReadReq.Options): Wanted {
  const filter = options.getFilter();
  if (!filter) return everything;
  const byStream = filter.hasStreamIdentifier();
  const expression = byStream ? filter.getStreamIdentifier() : filter.getEventType();
  const prefixes = expression?.getPrefixList() ?? [];
  const regex = expression?.getRegex() ? new RegExp(expression.getRegex()) : undefined;
  return (record) => {
    const text = byStream ? record.stream : record.type;
    return regex ? regex.test(text) : prefixes.some((prefix) => text.startsWith(prefix));
  };
}

async function sendAll(call: ReadCall, records: Iterable<StoreRecord>): Promise<void> {
  for (const record of records) {
    if (call.cancelled) return;
    if (!call.write(wire.eventMessage(record))) await drained(call);
  }
  call.end();
}

function drained(call: ReadCall): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done).off('cancelled', done);
      resolve();
    };
    if (call.cancelled) resolve();
    else call.on('drain', done).on('cancelled', done);
  });
}

/** Reads a page of a stream or of $all. */
export function read(store: Store, call: ReadCall): void {
  const options = call.request.getOptions()!;
  const count = Number(options.getCount());
  if (count === 0) return fail(call, wire.callError(status.INVALID_ARGUMENT, 'count must be positive'));
  const backwards = Number(options.getReadDirection()) === BACKWARDS;
  if (options.hasAll()) return readAll(store, call, count, backwards);
  readStream(store, call, count, backwards);
}

function readAll(store: Store, call: ReadCall, count: number, backwards: boolean): void {
  const all = call.request.getOptions()!.getAll()!;
  let from = backwards ? store.end : 0;
  if (all.hasPosition()) from = Number(all.getPosition()!.getCommitPosition());
  else if (all.hasStart()) from = 0;
  else if (all.hasEnd()) from = store.end;
  if (store.isMidRecord(from)) return fail(call, wire.callError(status.UNKNOWN, 'Unexpected ReadAllResult.Error'));
  const index = store.indexOf(from);
  const records = backwards
    ? store.records.slice(Math.max(0, index - count), index).reverse()
    : store.records.slice(index, index + count);
  void sendAll(call, records);
}

function readStream(store: Store, call: ReadCall, count: number, backwards: boolean): void {
  const options = call.request.getOptions()!.getStream()!;
  const stream = wire.streamNameOf(options.getStreamIdentifier());
  const readable = store.readable(stream);
  if (readable === 'deleted') return fail(call, wire.streamDeleted(stream));
  if (readable === 'missing') {
    call.write(wire.streamNotFound(stream));
    call.end();
    return;
  }
  let from = backwards ? readable.last : readable.first;
  if (options.hasRevision()) from = Number(options.getRevision());
  else if (options.hasEnd()) from = backwards ? readable.last : readable.last + 1;
  else if (options.hasStart()) from = backwards ? 0 : readable.first;
  void sendAll(call, revisions(store, stream, readable, from, count, backwards));
}

function* revisions(
  store: Store,
  stream: string,
  { first, last }: { first: number; last: number },
  from: number,
  count: number,
  backwards: boolean,
): Iterable<StoreRecord> {
  let revision = backwards ? Math.min(from, last) : Math.max(from, first);
  for (let sent = 0; sent < count && revision >= first && revision <= last; revision += backwards ? -1 : 1) {
    const record = store.eventAt(stream, revision);
    if (!record) continue;
    sent++;
    yield record;
  }
}

export function fail(call: ReadCall, error: wire.CallError): void {
  call.emit('error', error);
}

/** One subscription, to $all or to a stream: reads up to the end, then follows. */
export class Subscription {
  private readonly store: Store;
  private readonly call: ReadCall;
  private readonly version: ServerVersion;
  private readonly faults: Faults;
  private readonly wanted: Wanted;
  private readonly filtered: boolean;
  /** Index in $all of the next record to look at. */
  private cursor: number;
  private readonly after: number;
  private live = false;
  private sending = false;
  private over = false;
  private lookedAt = 0;
  private delivered = 0;
  private readonly stopListening: () => void;
  private readonly ended: () => void;

  constructor(store: Store, call: ReadCall, version: ServerVersion, faults: Faults, ended: () => void) {
    this.store = store;
    this.call = call;
    this.version = version;
    this.faults = faults;
    this.ended = ended;
    const options = call.request.getOptions()!;
    this.filtered = options.hasFilter();
    const { after, wanted, midRecord } = start(store, options);
    this.after = after;
    this.wanted = wanted;
    this.cursor = store.indexOf(after + 1);
    this.stopListening = store.onAppended((records) => this.arrived(records.length));
    call.on('cancelled', () => this.close());
    if (midRecord) {
      this.drop(wire.callError(version === '23.10' ? status.UNKNOWN : status.INVALID_ARGUMENT, 'not a record boundary'));
      return;
    }
    call.write(wire.confirmation(crypto.randomUUID()));
    void this.send();
  }

  drop(error: wire.CallError): void {
    if (this.over) return;
    this.close();
    fail(this.call, error);
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.stopListening();
    this.ended();
  }

  private arrived(count: number): void {
    if (this.over) return;
    // 24.2 turns back to reading when the consumer does not keep up; 23.10 gives up.
    const waiting = this.store.records.length - this.cursor;
    if (this.live && this.version === '23.10' && waiting > LIVE_BUFFER && !this.faults.muteSubscriptions) {
      for (let left = LIVE_BUFFER - (waiting - count); left > 0; left--) this.write(this.store.records[this.cursor++]!);
      this.drop(wire.consumerTooSlow());
      return;
    }
    if (!this.sending) queueMicrotask(() => void this.send());
  }

  private async send(): Promise<void> {
    if (this.sending || this.over) return;
    this.sending = true;
    while (!this.over && !this.faults.muteSubscriptions && this.cursor < this.store.records.length) {
      if (!this.write(this.store.records[this.cursor++]!)) await drained(this.call);
      if (this.delivered >= this.faults.dropSubscriptionAfter) {
        this.faults.dropSubscriptionAfter = Number.MAX_SAFE_INTEGER;
        this.drop(wire.consumerTooSlow());
      }
    }
    this.sending = false;
    if (this.over || this.faults.muteSubscriptions) return;
    if (!this.live) {
      this.live = true;
      this.call.write(wire.caughtUp());
    }
  }

  /** @returns false when the consumer does not keep up. */
  private write(record: StoreRecord): boolean {
    let room = true;
    // 24.2 waits until the log reaches a start beyond its end; 23.10 delivers what comes.
    const early = this.version === '24.2' && record.position <= this.after;
    if (this.wanted(record) && !early) {
      this.delivered++;
      room = this.call.write(wire.eventMessage(record));
    }
    if (this.filtered && ++this.lookedAt % CHECKPOINT_INTERVAL === 0) this.call.write(wire.checkpoint(record.position));
    return room;
  }
}

function start(store: Store, options: Streams.ReadReq.Options): { after: number; wanted: Wanted; midRecord: boolean } {
  const all = options.getAll();
  if (all) {
    const after = all.hasPosition() ? Number(all.getPosition()!.getCommitPosition()) : all.hasEnd() ? store.end - 1 : -1;
    return { after, wanted: wantedBy(options), midRecord: all.hasPosition() && store.isMidRecord(after) };
  }
  const stream = options.getStream()!;
  const name = wire.streamNameOf(stream.getStreamIdentifier());
  const after = stream.hasEnd() ? store.end - 1 : -1;
  const revision = stream.hasRevision() ? Number(stream.getRevision()) : -1;
  return { after, wanted: (record) => record.stream === name && record.revision > revision, midRecord: false };
}
