// Opens the event log on EventStoreDB.
import type { Clock } from '../../kernel/index.ts';
import { LogFileRejected, LogUnavailable } from '../errors.ts';
import type { LogReader } from '../event-log.ts';
import { logOpening } from '../log-opened.ts';
import type { LogOpened } from '../log-opened.ts';
import { openLocalCopy } from '../sqlite/local-copy.ts';
import { connect, disconnect } from './connection.ts';
import { compare, type Comparison } from './history.ts';
import { reasonOf } from './appender.ts';
import { EventStoreDbLog } from './log.ts';
import { Naming } from './wire.ts';

export { EventStoreDbLog } from './log.ts';

export interface EventStoreDbOptions {
  /** `esdb://[user:password@]host:port[,host:port]?tls=true…`: credentials and TLS are taken from it. */
  readonly connectionString: string;
  /** Of the local copy; made when missing. It may be deleted while the log is closed, and is then taken again. */
  readonly directory: string;
  /** Prefix of the product's streams in the cluster, without the dot. */
  readonly namespace: string;
  readonly clock: Clock;
  /** Appends are refused while the copy may be further behind than this, ms; default 10,000. */
  readonly maxLag?: number;
  /** Told of every commit of the local copy: how many batches of followed events it held. */
  readonly onCommit?: (size: number) => void;
  /** How long an append may take until its outcome counts as unknown, ms; default 10,000. */
  readonly patience?: number;
}

const LIMIT = 10_000;

/**
 * Opens this replica's log. With a copy that was taken before, the cluster need not answer yet: `status()` tells.
 * Without one, waits until the log's first event is there, and writes it where no replica has.
 * @throws LogError for a malformed connection string or namespace; LogLocked, LogFileRejected for the copy, or for a log of another
 *   namespace or kind of clock; LogUnavailable when the cluster does not answer and nothing was copied yet; LogDiverged
 */
export async function openEventStoreDbLog(options: EventStoreDbOptions): Promise<EventStoreDbLog> {
  const { connectionString, directory, namespace, clock, maxLag = LIMIT, patience = LIMIT, onCommit } = options;
  const naming = new Naming(namespace);
  const client = connect(connectionString);
  const copy = await openLocalCopy({ directory, namespace, ...(onCommit ? { onCommit } : {}) }).catch(async (error: unknown) => {
    await disconnect(client);
    throw error;
  });
  const log = new EventStoreDbLog(client, naming, copy, clock, { maxLag, patience });
  try {
    // For every replica but the first, and every copy but the first, this is a resend.
    if (log.head().position === 0) await log.begin(logOpening(namespace, clock.kind));
    assertOpened(log, clock);
    return log;
  } catch (error) {
    await log.shutdown();
    throw error;
  }
}

/**
 * Compares a local copy, also one that a service is writing, with the cluster that it was taken from.
 * @param onProgress told now and then how many events of how many were found equal
 * @throws LogError for a malformed connection string; LogUnavailable when the cluster does not answer
 */
export async function compareWithCluster(
  connectionString: string,
  copy: Pick<LogReader, 'head' | 'readAll'> & { readonly namespace: string },
  onProgress: (compared: number, total: number) => void = () => {},
): Promise<Comparison> {
  const client = connect(connectionString);
  try {
    return await compare(client, new Naming(copy.namespace), copy, onProgress);
  } catch (cause) {
    throw new LogUnavailable(`the cluster cannot be read: ${reasonOf(cause)}`, 'none', { cause });
  } finally {
    await disconnect(client);
  }
}

function assertOpened(log: EventStoreDbLog, clock: Clock): void {
  const opened = log.readAll(0, 1)[0]?.data as LogOpened | undefined;
  if (opened?.clock === clock.kind) return;
  throw new LogFileRejected(log.location.file, 'foreign', `the log was opened with a ${opened?.clock} clock, not a ${clock.kind} one`);
}
