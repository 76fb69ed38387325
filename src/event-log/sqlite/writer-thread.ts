// The writer thread as its owner sees it: operations go over once per tick, replies come back once per commit.
import { Worker } from 'node:worker_threads';
import { LogUnavailable } from '../errors.ts';
import { readReplies, type FromWriter, type Reply, type ToWriter } from './protocol.ts';

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export interface WriterState {
  readonly state: 'ok' | 'unavailable' | 'diverged';
  readonly reason?: string;
}

/** What a commit leaves is garbage at once: a larger nursery would only be larger. */
const LIMITS = { maxYoungGenerationSizeMb: 6 };

export class WriterThread {
  state: WriterState = { state: 'ok' };
  private readonly worker: Worker;
  private readonly committed: (size: number) => void;
  private readonly ended: Promise<void>;
  private readonly waiting: Waiting[] = [];
  private outbox: unknown[] = [];
  private stopped: string | undefined;
  private finished: (() => void) | undefined;

  /** `committed` is called after every commit, when its replies have been given, with the number of its operations. */
  constructor(file: string, namespace: string, committed: (size: number) => void) {
    this.committed = committed;
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.worker = new Worker(new URL(`./writer-worker.${extension}`, import.meta.url), { workerData: { file, namespace }, resourceLimits: LIMITS });
    this.worker.on('message', (message: FromWriter) => this.hear(message));
    this.worker.on('error', (error) => {
      const reason = `the log's writer stopped: ${String(error)}`;
      this.state = { state: 'unavailable', reason };
      this.stop(reason);
    });
    this.ended = new Promise((resolve) => {
      this.worker.on('exit', () => {
        this.stop('the log is closed');
        resolve();
      });
    });
  }

  /** `write` appends one operation to the tick's message. */
  send(write: (to: unknown[]) => void): Promise<Reply> {
    if (this.stopped !== undefined) return Promise.reject(new LogUnavailable(this.stopped, 'none'));
    if (this.outbox.length === 0) setImmediate(() => this.flush());
    write(this.outbox);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
    });
  }

  /** Takes nothing more, and settles when what was sent is done. */
  async finish(): Promise<void> {
    this.flush();
    this.stopped ??= 'the log is closed';
    if (this.waiting.length > 0) {
      await new Promise<void>((resolve) => {
        this.finished = resolve;
      });
    }
  }

  /** Closes the file and ends the thread; after `finish`. */
  async close(): Promise<void> {
    this.post('close');
    await this.ended;
  }

  private flush(): void {
    if (this.outbox.length === 0) return;
    const outbox = this.outbox;
    this.outbox = [];
    this.post(outbox);
  }

  private post(message: ToWriter): void {
    this.worker.postMessage(message);
  }

  private hear(message: FromWriter): void {
    if ('replies' in message) {
      const replies = readReplies(message.replies);
      for (const reply of replies) this.waiting.shift()?.resolve(reply);
      this.committed(replies.length);
      if (this.waiting.length === 0) this.finished?.();
    } else if (message.state !== 'closed') this.state = message;
  }

  /** Whatever is still waiting may have been written. */
  private stop(reason: string): void {
    this.stopped ??= reason;
    for (const waiting of this.waiting.splice(0)) waiting.reject(new LogUnavailable(reason, 'unknown'));
    this.finished?.();
  }
}
