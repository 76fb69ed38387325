// Appends over one call that stays open, as the cluster takes them fastest: each settled by itself, or unknown when the call ends.
//
// The client has such a call too, but keeps what is pending in state of its module: one server's death settles, or hangs, the
// appends of every client in the process, and a server that hangs is never timed out. Here both are this log's own.
import type { EventStoreDBClient } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { WrongExpectedVersion } from '@eventstore/db-client/generated/shared_pb.js';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { randomUUID } from 'node:crypto';
import { LogError } from '../errors.ts';
import { openBatchAppend, within } from './connection.ts';
import type { BatchAppendCall } from './connection.ts';
import type { WireEvent } from './wire.ts';

export interface StreamedAppend {
  /** As the cluster names it. */
  readonly stream: string;
  readonly expected: number | 'none';
  readonly events: readonly WireEvent[];
}

export type Answer =
  | { readonly kind: 'written' }
  | { readonly kind: 'conflict'; readonly actual: number | 'none' }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'too-large' };

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** One call and what waits for its answers. */
interface Open {
  readonly call: BatchAppendCall;
  readonly pending: Map<string, Pending>;
}

const utf8 = new TextEncoder();

export class AppendStream {
  private readonly client: EventStoreDBClient;
  private opening: Promise<Open> | undefined;

  constructor(client: EventStoreDBClient) {
    this.client = client;
  }

  /** @throws anything when the outcome is unknown, after `ms` at the latest */
  async append(append: StreamedAppend, ms: number): Promise<Answer> {
    const { call, pending } = await within(ms, (this.opening ??= this.open()));
    const correlation = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => {
      reject(new LogError(`no answer within ${ms} ms`));
      // Whatever holds it up will hold up what comes after.
      call.cancel();
    }, ms);
    pending.set(correlation, { resolve, reject });
    try {
      call.write(requestOf(append, correlation, ms));
      return await promise;
    } finally {
      clearTimeout(timer);
      pending.delete(correlation);
    }
  }

  private open(): Promise<Open> {
    const pending = new Map<string, Pending>();
    const ended = (error: Error): void => {
      // An old call may end when a newer one is open already.
      if (this.opening === opening) this.opening = undefined;
      for (const { reject } of pending.values()) reject(error);
    };
    const opening = openBatchAppend(this.client).then((call) => {
      call.on('data', (answer: BatchAppendResp) => settle(pending, answer));
      call.on('error', ended);
      call.on('end', () => ended(new LogError('the cluster ended the call')));
      return { call, pending };
    });
    opening.catch(ended);
    return opening;
  }
}

function requestOf({ stream, expected, events }: StreamedAppend, correlation: string, ms: number): BatchAppendReq {
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(utf8.encode(stream)));
  options.setDeadline(timestamp.Timestamp.fromDate(new Date(Date.now() + ms)));
  if (expected === 'none') options.setNoStream(new shared.Empty());
  else options.setStreamPosition(String(expected));
  const request = new streams.BatchAppendReq().setOptions(options).setIsFinal(true);
  request.setCorrelationId(new shared.UUID().setString(correlation));
  for (const { id, type, data, metadata } of events) {
    const message = request.addProposedMessages();
    message.setId(new shared.UUID().setString(id)).setData(utf8.encode(data)).setCustomMetadata(utf8.encode(metadata));
    message.getMetadataMap().set('type', type).set('content-type', 'application/json');
  }
  return request;
}

function settle(pending: Map<string, Pending>, answer: BatchAppendResp): void {
  // Not there: it was given up, and sent again by another way.
  const waiting = pending.get(answer.getCorrelationId()?.getString() ?? '');
  if (!waiting) return;
  const error = answer.getError();
  if (!error) return waiting.resolve({ kind: 'written' });
  const details = error.getDetails();
  switch (details?.getTypeName()) {
    case 'event_store.client.WrongExpectedVersion': {
      const wrong = details.unpack(shared.WrongExpectedVersion.deserializeBinary, 'event_store.client.WrongExpectedVersion');
      return waiting.resolve({ kind: 'conflict', actual: actualOf(wrong) });
    }
    case 'event_store.client.StreamDeleted':
      return waiting.resolve({ kind: 'deleted' });
    case 'event_store.client.MaximumAppendSizeExceeded':
      return waiting.resolve({ kind: 'too-large' });
    default:
      return waiting.reject(new LogError(`the cluster answers ${details?.getTypeName() ?? 'an error'}: ${error.getMessage()}`));
  }
}

const actualOf = (wrong: WrongExpectedVersion | null): number | 'none' =>
  wrong?.hasCurrentStreamRevision() ? Number(wrong.getCurrentStreamRevision()) : 'none';
