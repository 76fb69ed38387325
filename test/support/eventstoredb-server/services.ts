// The gRPC services of the test server: what each call of the protocol does to the store, with the faults asked for.
import { status } from '@grpc/grpc-js';
import type {
  sendUnaryData,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type * as Features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type * as Gossip from '@eventstore/db-client/generated/gossip_pb.js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { batchAppend } from './batch-append.ts';
import type { Faults } from './faults.ts';
import { fail, read, Subscription } from './reads.ts';
import type { ReadCall, ServerVersion } from './reads.ts';
import { MAX_APPEND_SIZE } from './store.ts';
import type { AppendOutcome, Proposed, Store } from './store.ts';
import * as wire from './wire.ts';

/** What the services see of the server they run in. */
export interface Host {
  readonly store: Store;
  readonly version: ServerVersion;
  readonly faults: Faults;
  readonly subscriptions: Set<Subscription>;
  readonly counts: Counts;
  /** Cuts the connection a call came on. */
  dropPeer(peer: string): void;
  /** undefined when the call may go on. */
  refuse(call: { readonly metadata: { get(key: string): unknown[] } }): wire.CallError | undefined;
  readonly port: number;
}

/** How often each method was called. */
export type Counts = Record<'append' | 'batchAppend' | 'read' | 'subscribe', number>;

type AppendCall = ServerReadableStream<Streams.AppendReq, Streams.AppendResp>;

function append(host: Host, call: AppendCall, answer: sendUnaryData<Streams.AppendResp>): void {
  host.counts.append++;
  let options: Streams.AppendReq.Options | undefined;
  const proposed: Proposed[] = [];
  let refused = host.refuse(call);
  call.on('data', (request: Streams.AppendReq) => {
    try {
      if (request.hasOptions()) options = request.getOptions();
      else proposed.push(wire.proposedOf(request.getProposedMessage()!));
    } catch (error) {
      refused ??= error as wire.CallError;
    }
  });
  call.on('error', () => {});
  call.on('end', () => {
    if (host.faults.hang) return;
    if (refused || !options) return answer(refused ?? wire.callError(status.INVALID_ARGUMENT, 'no options'));
    const stream = wire.streamNameOf(options.getStreamIdentifier());
    if (takeOne(host.faults, 'dropBeforeCommit')) return host.dropPeer(call.getPeer());
    const expected = wire.expectedOf(options, options.getRevision());
    const outcome = host.store.append(stream, expected, proposed);
    settle(host, call.getPeer(), () => {
      if (outcome.kind === 'ok') answer(null, wire.appended(outcome.revision, outcome.position));
      else if (outcome.kind === 'wrong-expected-version') answer(null, wire.wrongExpectedVersion(expected, outcome.actual));
      else answer(outcome.kind === 'too-large' ? wire.tooLarge(MAX_APPEND_SIZE) : wire.streamDeleted(stream));
    });
  });
}

/** Lets the faults have their way with the reply to a committed append. */
export function settle(host: Host, peer: string, reply: () => void): void {
  const { faults } = host;
  if (faults.hangAfterCommit) return;
  const often = faults.loseRepliesOften > 0 && Math.random() < faults.loseRepliesOften;
  if (often || takeOne(faults, 'loseReplies')) return host.dropPeer(peer);
  if (faults.delay > 0) setTimeout(reply, faults.delay);
  else reply();
}

function takeOne(faults: Faults, which: 'loseReplies' | 'dropBeforeCommit'): boolean {
  if (faults[which] <= 0) return false;
  faults[which]--;
  return true;
}

function readOrSubscribe(host: Host, call: ReadCall): void {
  call.on('error', () => {});
  const subscribes = call.request.getOptions()!.hasSubscription();
  host.counts[subscribes ? 'subscribe' : 'read']++;
  if (host.faults.hang) return;
  const refused = host.refuse(call);
  if (refused) return fail(call, refused);
  if (!subscribes) return read(host.store, call);
  const subscription: Subscription = new Subscription(host.store, call, host.version, host.faults, () =>
    host.subscriptions.delete(subscription),
  );
  host.subscriptions.add(subscription);
}

type DeleteCall = ServerUnaryCall<Streams.DeleteReq | Streams.TombstoneReq, Streams.DeleteResp | Streams.TombstoneResp>;

function remove(host: Host, hard: boolean) {
  return (call: DeleteCall, answer: sendUnaryData<Streams.DeleteResp | Streams.TombstoneResp>): void => {
    const refused = host.refuse(call);
    if (host.faults.hang) return;
    if (refused) return answer(refused);
    const options = call.request.getOptions()!;
    const stream = wire.streamNameOf(options.getStreamIdentifier());
    const expected = wire.expectedOf(options, options.getRevision());
    const outcome: AppendOutcome = hard ? host.store.tombstone(stream, expected) : host.store.delete(stream, expected);
    if (outcome.kind === 'stream-deleted' || outcome.kind === 'too-large') return answer(wire.streamDeleted(stream));
    if (outcome.kind === 'wrong-expected-version') {
      const actual = outcome.actual === 'no_stream' ? {} : { 'actual-version': String(outcome.actual) };
      const exception = { exception: 'wrong-expected-version', 'stream-name': stream, 'expected-version': options.getRevision() };
      return answer(wire.callError(status.FAILED_PRECONDITION, 'wrong expected version', { ...exception, ...actual }));
    }
    const answered = hard ? new streams.TombstoneResp() : new streams.DeleteResp();
    const position = hard ? new streams.TombstoneResp.Position() : new streams.DeleteResp.Position();
    position.setCommitPosition(String(outcome.position)).setPreparePosition(String(outcome.position));
    answer(null, answered.setPosition(position as never));
  };
}

const METHODS = ['append', 'batchappend', 'read', 'delete', 'tombstone'];

function supportedMethods(host: Host): Features.SupportedMethods {
  const answer = new features.SupportedMethods();
  answer.setEventStoreServerVersion(host.version === '23.10' ? '23.10.8.0' : '24.2.0.0');
  for (const method of METHODS) {
    const supported = new features.SupportedMethod().setMethodName(method);
    answer.addMethods(supported.setServiceName('event_store.client.streams.streams'));
  }
  return answer;
}

const LEADER = 8;

function clusterInfo(host: Host): Gossip.ClusterInfo {
  const member = new gossip.MemberInfo().setState(LEADER).setIsAlive(true).setTimeStamp('0');
  member.setInstanceId(new shared.UUID().setString(crypto.randomUUID()));
  member.setHttpEndPoint(new gossip.EndPoint().setAddress('127.0.0.1').setPort(host.port));
  return new gossip.ClusterInfo().setMembersList([member]);
}

type Unary<A> = (call: ServerUnaryCall<unknown, A>, answer: sendUnaryData<A>) => void;

const unary =
  <A>(host: Host, answerOf: () => A): Unary<A> =>
  (call, answer) => {
    if (host.faults.hang) return;
    const refused = host.refuse(call);
    if (refused) answer(refused);
    else answer(null, answerOf());
  };

/** Every service with its implementation. */
export function servicesOf(host: Host): [ServiceDefinition, UntypedServiceImplementation][] {
  const { read: reading } = streamsService.StreamsService as unknown as { read: { responseSerialize: (a: Streams.ReadResp) => Buffer } };
  const serialize = (answer: Buffer | Streams.ReadResp): Buffer =>
    Buffer.isBuffer(answer) ? answer : reading.responseSerialize(answer);
  const definition = { ...streamsService.StreamsService, read: { ...reading, responseSerialize: serialize } };
  return [
    [
      definition as unknown as ServiceDefinition,
      {
        read: (call: ReadCall) => readOrSubscribe(host, call),
        append: (call: AppendCall, answer: sendUnaryData<Streams.AppendResp>) => append(host, call, answer),
        batchAppend: (call: ServerDuplexStream<Streams.BatchAppendReq, Streams.BatchAppendResp>) => batchAppend(host, call),
        delete: remove(host, false),
        tombstone: remove(host, true),
      },
    ],
    [
      featuresService.ServerFeaturesService as unknown as ServiceDefinition,
      { getSupportedMethods: unary(host, () => supportedMethods(host)) },
    ],
    [gossipService.GossipService as unknown as ServiceDefinition, { read: unary(host, () => clusterInfo(host)) }],
  ];
}
