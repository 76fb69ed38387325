// The client of one EventStoreDB log: how appends travel, how reads end, how it is closed.
import { EventStoreDBClient } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import grpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { LogError } from '../errors.ts';

/** Credentials and TLS are the connection string's; it is never part of an error, for it may hold a password. */
export function connect(connectionString: string): EventStoreDBClient {
  try {
    return OwnClient.configured(EventStoreDBClient.connectionString(connectionString));
  } catch {
    throw new LogError('the connection string is not of the form esdb://[user:password@]host:port[,host:port][?key=value]');
  }
}

/** Cancels what is open and closes the connection. */
export const disconnect = (client: EventStoreDBClient): Promise<void> => OwnClient.close(client);

/** A call that appends and stays open, to the leader. */
export const openBatchAppend = (client: EventStoreDBClient): Promise<BatchAppendCall> => OwnClient.batchAppend(client);

export type BatchAppendCall = ReturnType<InstanceType<typeof grpc.StreamsClient>['batchAppend']>;

/** How long closing waits for a connection that is just being made. */
const CLOSING = 1_000;

/** Reaches what the package keeps for subclasses of its client. */
class OwnClient extends EventStoreDBClient {
  /** Makes every append of the client's own a call of its own, without the module's state (see append-stream.ts). */
  static configured(client: EventStoreDBClient): EventStoreDBClient {
    (client as OwnClient).supports = () => Promise.resolve(false);
    return client;
  }

  static batchAppend(client: EventStoreDBClient): Promise<BatchAppendCall> {
    const own = client as OwnClient;
    const open = own.GRPCStreamCreator(grpc.StreamsClient, 'batchAppend', (service) =>
      service.batchAppend(...own.callArguments({ requiresLeader: true }, { deadline: Infinity })),
    );
    return open();
  }

  static async close(client: EventStoreDBClient): Promise<void> {
    await client.dispose();
    // `dispose` leaves the channel open, with its socket and its keep-alive timer.
    const closed = (client as OwnClient).getChannel().then((channel) => channel.close());
    await within(CLOSING, closed).catch(() => {});
  }
}

/** Rejected when `ms` pass first; what comes later is dropped. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LogError(`no answer within ${ms} ms`)), ms);
  });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Everything a read gives. Reads have no deadline of their own: one that takes longer than `ms` is cancelled.
 * @throws the client's errors; LogError when `ms` pass
 */
export async function collect<E extends ResolvedEvent | AllStreamResolvedEvent>(read: StreamingRead<E>, ms: number): Promise<E[]> {
  const events: E[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    read.on('data', (event: E) => events.push(event));
    read.on('end', resolve);
    read.on('error', reject);
  });
  try {
    await within(ms, ended);
  } catch (error) {
    await within(CLOSING, read.cancel()).catch(() => {});
    throw error;
  }
  return events;
}
