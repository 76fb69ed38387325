// BatchAppend of the test server: many appends over one call, answered by correlation id.
import type { ServerDuplexStream } from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import code from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type * as Shared from '@eventstore/db-client/generated/shared_pb.js';
import statusMessages from '@eventstore/db-client/generated/status_pb.js';
import type * as StatusMessages from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import { settle } from './services.ts';
import type { Host } from './services.ts';
import { MAX_APPEND_SIZE } from './store.ts';
import type { AppendOutcome, Expected, Proposed } from './store.ts';
import * as wire from './wire.ts';

interface Open {
  readonly options: Streams.BatchAppendReq.Options;
  readonly proposed: Proposed[];
}

type BatchCall = ServerDuplexStream<Streams.BatchAppendReq, Streams.BatchAppendResp>;

export function batchAppend(host: Host, call: BatchCall): void {
  const open = new Map<string, Open>();
  call.on('error', () => {});
  call.on('end', () => call.end());
  call.on('data', (request: Streams.BatchAppendReq) => {
    if (host.faults.hang) return;
    host.counts.batchAppend++;
    const refused = host.refuse(call);
    try {
      if (refused) throw refused;
      const correlation = request.getCorrelationId()!;
      const started = open.get(correlation.getString()) ?? { options: request.getOptions()!, proposed: [] };
      open.set(correlation.getString(), started);
      started.proposed.push(...request.getProposedMessagesList().map(wire.proposedOf));
      if (!request.getIsFinal()) return;
      open.delete(correlation.getString());
      finish(host, call, correlation, started);
    } catch (error) {
      call.emit('error', error);
    }
  });
}

function finish(host: Host, call: BatchCall, correlation: Shared.UUID, { options, proposed }: Open): void {
  if (host.faults.dropBeforeCommit > 0) {
    host.faults.dropBeforeCommit--;
    return host.dropPeer(call.getPeer());
  }
  const stream = wire.streamNameOf(options.getStreamIdentifier());
  const expected = wire.expectedOf(options, options.getStreamPosition());
  const outcome = host.store.append(stream, expected, proposed);
  const answer = new streams.BatchAppendResp().setCorrelationId(correlation);
  answer.setStreamIdentifier(options.getStreamIdentifier());
  if (outcome.kind === 'ok') answer.setSuccess(successOf(outcome));
  else answer.setError(errorOf(outcome, expected));
  settle(host, call.getPeer(), () => call.write(answer));
}

function successOf(outcome: Extract<AppendOutcome, { kind: 'ok' }>): Streams.BatchAppendResp.Success {
  const place = new shared.AllStreamPosition().setCommitPosition(String(outcome.position));
  place.setPreparePosition(String(outcome.position));
  const success = new streams.BatchAppendResp.Success();
  return success.setCurrentRevision(String(outcome.revision)).setPosition(place);
}

function errorOf(outcome: Exclude<AppendOutcome, { kind: 'ok' }>, expected: Expected): StatusMessages.Status {
  const error = new statusMessages.Status().setCode(code.Code.FAILED_PRECONDITION).setMessage(outcome.kind);
  const details = new any.Any();
  if (outcome.kind === 'stream-deleted') {
    details.pack(new shared.StreamDeleted().serializeBinary(), 'event_store.client.StreamDeleted');
  } else if (outcome.kind === 'too-large') {
    const exceeded = new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_SIZE);
    details.pack(exceeded.serializeBinary(), 'event_store.client.MaximumAppendSizeExceeded');
  } else {
    const wrong = new shared.WrongExpectedVersion();
    if (outcome.actual === 'no_stream') wrong.setCurrentNoStream(new empty.Empty());
    else wrong.setCurrentStreamRevision(String(outcome.actual));
    if (expected === 'no_stream') wrong.setExpectedNoStream(new empty.Empty());
    else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new empty.Empty());
    else if (expected === 'any') wrong.setExpectedAny(new empty.Empty());
    else wrong.setExpectedStreamPosition(String(expected));
    details.pack(wrong.serializeBinary(), 'event_store.client.WrongExpectedVersion');
  }
  return error.setDetails(details);
}
