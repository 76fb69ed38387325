// The EventLog whose log is a file on this machine.
import type { Clock } from '../../kernel/index.ts';
import { encodeAppend } from '../append-encoding.ts';
import { CommandAlreadyAppended, LogFileRejected, RevisionConflict } from '../errors.ts';
import type {
  Appended, AppendRequest, CommandTrace, EventLog, Head, LogLocation, LogStatus, ReadStreamOptions, StoredEvent, Subscription,
} from '../event-log.ts';
import { LOG_FORMAT, LOG_OPENED_TYPE, logOpening, type LogOpened } from '../log-opened.ts';
import type { EventHandler } from '../tail.ts';
import { LogFile, type LogFileOptions } from './log-file.ts';
import { namedRevision, writeAppend, type Reply } from './protocol.ts';

export interface SqliteLogOptions extends LogFileOptions {
  /** Stamps the recorded time of events. A log is opened with the kind of clock that made it. */
  readonly clock: Clock;
}

/**
 * Opens the log file of a directory, or makes a new one with its first event.
 * @throws LogLocked another process writes it
 * @throws LogFileRejected it is no log of this program, namespace and clock, or is damaged; nothing was changed
 * @throws LogUnavailable a new log's first event cannot be written
 */
export async function openSqliteLog(options: SqliteLogOptions): Promise<SqliteEventLog> {
  const log = new SqliteEventLog(LogFile.open('log', options), options);
  try {
    await log.begin();
    return log;
  } catch (error) {
    await log.shutdown();
    throw error;
  }
}

export class SqliteEventLog implements EventLog {
  readonly location: LogLocation;
  readonly namespace: string;
  private readonly log: LogFile;
  private readonly clock: Clock;

  /** Use `openSqliteLog`. */
  constructor(log: LogFile, { namespace, clock }: SqliteLogOptions) {
    this.log = log;
    this.clock = clock;
    this.namespace = namespace;
    this.location = { file: log.file };
  }

  /** Writes the first event of a new log, or checks that of an old one. */
  async begin(): Promise<void> {
    const { kind } = this.clock;
    if (this.head().position === 0) await this.append(logOpening(this.namespace, kind));
    const [first] = this.readAll(0, 1);
    if (first?.type !== LOG_OPENED_TYPE) throw new LogFileRejected(this.location.file, 'damaged', 'the log has no opening');
    const { format, clock } = first.data as LogOpened;
    if (format > LOG_FORMAT) throw new LogFileRejected(this.location.file, 'newer', `the log has format ${format}`);
    if (clock !== kind) throw new LogFileRejected(this.location.file, 'other-clock', `the log is kept by a ${clock} clock, not a ${kind} one`);
  }

  async append(request: AppendRequest): Promise<Appended> {
    const encoded = encodeAppend(request);
    const recordedAt = this.clock.now();
    return appended(await this.log.write((to) => writeAppend(to, encoded, recordedAt)), request.commandId);
  }

  /** Its one writer is this process. */
  async catchUp(): Promise<void> {}

  subscribe(after: number, handler: EventHandler): Subscription {
    return this.log.tail.subscribe(after, handler);
  }

  status(): LogStatus {
    return this.log.status();
  }

  head(): Head {
    return this.log.reader.head();
  }

  streamHead(stream: string): { revision: number; position: number; inEffect: number | 'none' } | undefined {
    return this.log.reader.streamHead(stream);
  }

  readStream(stream: string, options?: ReadStreamOptions): StoredEvent[] {
    return this.log.reader.readStream(stream, options);
  }

  readAll(after: number, limit?: number, proof?: 'proven'): StoredEvent[] {
    return this.log.reader.readAll(after, limit, proof);
  }

  findCommand(commandId: string): CommandTrace | undefined {
    return this.log.reader.findCommand(commandId);
  }

  positionAt(time: number): number {
    return this.log.reader.positionAt(time);
  }

  chainAt(position: number): string | undefined {
    return this.log.reader.chainAt(position);
  }

  shutdown(): Promise<void> {
    return this.log.close();
  }
}

function appended(reply: Reply, commandId: string): Appended {
  switch (reply.kind) {
    case 'appended':
      return { firstPosition: reply.first, lastPosition: reply.last, revision: reply.revision, time: reply.time };
    case 'already':
      throw new CommandAlreadyAppended(commandId);
    case 'conflict':
      throw new RevisionConflict(reply.stream, namedRevision(reply.expected), namedRevision(reply.actual), reply.of);
    default:
      throw new Error(`the writer answered an append with '${reply.kind}'`);
  }
}
