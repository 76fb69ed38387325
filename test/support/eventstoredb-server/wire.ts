// The protocol's messages, from the definitions inside the client package: requests read, answers made.
import { Metadata, status } from '@grpc/grpc-js';
import type { StatusObject } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type * as Shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { TOMBSTONE } from './store.ts';
import type { Expected, Proposed, StoreRecord } from './store.ts';

export const LARGEST_LONG = '9223372036854775807';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A call's end with an error, as gRPC tells it. */
export interface CallError extends Partial<StatusObject> {
  readonly code: number;
  readonly details: string;
}

export function callError(code: number, details: string, exception?: Record<string, string>): CallError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(exception ?? {})) metadata.set(key, value);
  return { code, details, metadata };
}

export const notReady = (): CallError => callError(status.UNKNOWN, 'Could not recognize Server Is Not Ready');
export const consumerTooSlow = (): CallError => callError(status.ABORTED, 'Operation aborted: Consumer too slow');
export const streamDeleted = (stream: string): CallError =>
  callError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });
export const tooLarge = (limit: number): CallError =>
  callError(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  });

export const streamNameOf = (identifier: Shared.StreamIdentifier | undefined): string =>
  identifier ? Buffer.from(identifier.getStreamName_asU8()).toString('utf8') : '';

interface ProposedMessage {
  getId(): Shared.UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

/** @throws CallError for an event id that is no UUID */
export function proposedOf(message: ProposedMessage): Proposed {
  const id = message.getId()?.getString() ?? '';
  if (!UUID.test(id)) throw callError(status.UNKNOWN, 'Exception was thrown by handler.');
  const system = message.getMetadataMap();
  return {
    id: id.toLowerCase(),
    type: system.get('type') ?? '',
    contentType: system.get('content-type') ?? 'application/octet-stream',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

interface RevisionOptions {
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
  hasAny(): boolean;
}

export function expectedOf(options: RevisionOptions, revision: string): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return options.hasAny() ? 'any' : Number(revision);
}

export function appended(revision: number, position: number): Streams.AppendResp {
  const success = new streams.AppendResp.Success();
  success.setCurrentRevision(String(revision));
  const place = new streams.AppendResp.Position();
  place.setCommitPosition(String(position));
  place.setPreparePosition(String(position));
  success.setPosition(place);
  return new streams.AppendResp().setSuccess(success);
}

export function wrongExpectedVersion(expected: Expected, actual: number | 'no_stream'): Streams.AppendResp {
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (actual === 'no_stream') wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(actual));
  if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty());
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return new streams.AppendResp().setWrongExpectedVersion(wrong);
}

/** The record as one answer of a read, serialized once. */
export function eventMessage(record: StoreRecord): Buffer {
  return (record.wire ??= serializeEvent(record));
}

function serializeEvent(record: StoreRecord): Buffer {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent();
  event.setId(new shared.UUID().setString(record.id));
  event.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(record.stream, 'utf8'))));
  event.setStreamRevision(record.revision === TOMBSTONE ? LARGEST_LONG : String(record.revision));
  event.setPreparePosition(String(record.position));
  event.setCommitPosition(String(record.position));
  event.setData(Uint8Array.from(record.data));
  event.setCustomMetadata(Uint8Array.from(record.metadata));
  const system = event.getMetadataMap();
  system.set('type', record.type).set('content-type', record.contentType).set('created', record.created);
  const read = new streams.ReadResp.ReadEvent().setEvent(event).setCommitPosition(String(record.position));
  return Buffer.from(new streams.ReadResp().setEvent(read).serializeBinary());
}

const bytesOf = (answer: Streams.ReadResp): Buffer => Buffer.from(answer.serializeBinary());

export const confirmation = (id: string): Buffer =>
  bytesOf(new streams.ReadResp().setConfirmation(new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(id)));
export const caughtUp = (): Buffer => bytesOf(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
export const streamNotFound = (stream: string): Buffer => {
  const identifier = new shared.StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(stream, 'utf8')));
  return bytesOf(
    new streams.ReadResp().setStreamNotFound(new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifier)),
  );
};
export const checkpoint = (position: number): Buffer => {
  const place = new streams.ReadResp.Checkpoint().setCommitPosition(String(position));
  return bytesOf(new streams.ReadResp().setCheckpoint(place.setPreparePosition(String(position))));
};
