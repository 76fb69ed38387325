// A log file in the hands of its one writer: checked or made, locked, read, written, followed, and checked again in the background.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LogUnavailable } from '../errors.ts';
import type { LogStatus } from '../event-log.ts';
import { Tail } from '../tail.ts';
import { checkHeader, openChecked } from './file-check.ts';
import { lockDirectory, type WriterLock } from './lock.ts';
import type { SqliteLogReader } from './reader.ts';
import type { Reply } from './protocol.ts';
import { createTables, type LogFileKind } from './schema.ts';
import { WriterThread } from './writer-thread.ts';

export interface LogFileOptions {
  /** Made (0700) when missing. */
  readonly directory: string;
  readonly namespace: string;
  /** Told of every commit: how many appends it held. */
  readonly onCommit?: (size: number) => void;
}

/** The whole file is checked when the service has had time to start. */
const CHECK_AFTER_MS = 1_000;
/** It goes slowly, and need not be large. */
const CHECK_LIMITS = { maxYoungGenerationSizeMb: 6 };

/** The log file of a data directory. */
export const logFileIn = (directory: string): string => join(directory, 'log.sqlite');

export class LogFile {
  readonly file: string;
  readonly reader: SqliteLogReader;
  readonly tail: Tail;
  private readonly lock: WriterLock;
  private readonly writer: WriterThread;
  private readonly checkLater: NodeJS.Timeout;
  private checker: Worker | undefined;
  private damage: string | undefined;
  private closing: Promise<void> | undefined;

  private constructor(file: string, lock: WriterLock, reader: SqliteLogReader, options: LogFileOptions) {
    this.file = file;
    this.lock = lock;
    this.reader = reader;
    reader.onDamage = (reason) => {
      this.damage ??= reason;
    };
    this.tail = new Tail(reader);
    this.writer = new WriterThread(file, options.namespace, (size) => {
      this.tail.announce();
      options.onCommit?.(size);
    });
    this.checkLater = setTimeout(() => {
      this.checker = this.check();
    }, CHECK_AFTER_MS).unref();
  }

  /** @throws LogLocked, LogFileRejected */
  static open(kind: LogFileKind, options: LogFileOptions): LogFile {
    const { directory, namespace } = options;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const lock = lockDirectory(directory);
    try {
      const file = logFileIn(directory);
      if (!checkHeader(file)) createFile(file, namespace, kind);
      return new LogFile(file, lock, openChecked(file, { kind, namespace }), options);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Hands one operation to the writer. @throws LogUnavailable */
  async write(operation: (to: unknown[]) => void): Promise<Reply> {
    if (this.damage !== undefined) throw new LogUnavailable(this.damage, 'none');
    const reply = await this.writer.send(operation);
    if (reply.kind === 'unavailable') throw new LogUnavailable(reply.reason, reply.outcome);
    return reply;
  }

  status(): LogStatus {
    if (this.damage !== undefined) return { state: 'unavailable', reason: this.damage, lag: 0 };
    return { ...this.writer.state, lag: 0 };
  }

  /** Finishes what was handed over, then closes. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  private async shut(): Promise<void> {
    clearTimeout(this.checkLater);
    const { checker } = this;
    const checked = checker && new Promise((resolve) => checker.once('exit', resolve));
    checker?.postMessage('stop');
    await this.writer.finish();
    this.tail.close();
    await checked;
    this.reader.close();
    // The writer last: it takes the write-ahead log away, which readers cannot.
    await this.writer.close();
    this.lock.release();
  }

  private check(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const checker = new Worker(new URL(`./check-worker.${extension}`, import.meta.url), { workerData: { file: this.file }, resourceLimits: CHECK_LIMITS });
    checker.on('message', (reason: string) => {
      this.damage = reason;
    });
    checker.on('error', (error) => {
      this.damage = `the check of the log failed: ${error.message}`;
    });
    checker.once('exit', () => {
      this.checker = undefined;
    });
    return checker;
  }
}

/** Under another name until it is complete: a crash leaves no half-made log. */
function createFile(file: string, namespace: string, kind: LogFileKind): void {
  const making = `${file}.new`;
  for (const leftover of [making, `${making}-journal`, `${making}-wal`, `${making}-shm`]) rmSync(leftover, { force: true });
  closeSync(openSync(making, 'wx', 0o600));
  createTables(making, namespace, kind);
  putInPlace(making, file);
}

/** Renames a complete file to a name that nobody has, durably. */
export function putInPlace(from: string, to: string): void {
  if (existsSync(to)) throw new Error(`${to} exists already`);
  sync(from);
  renameSync(from, to);
  sync(dirname(to));
}

export function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
