// Inquiries in threads of their own, a few at a time: requests are not held up, and nobody can ask for more than the machine has.
import { Worker } from 'node:worker_threads';
import { LogUnavailable } from '../../event-log/index.ts';
import { Rejection } from '../../kernel/index.ts';
import { runtimeRejections } from '../rejections.ts';
import type { Inquiry } from './inquiry.ts';
import type { FromInquiry, InquiryWorkerData } from './inquiry-worker.ts';

export interface Asking {
  /** Who asks. */
  readonly by: string;
  /** Position of the log that the answer is as of. */
  readonly asOf: number;
}

/** Threads at work at a time. */
const AT_ONCE = 2;
/** Inquiries that wait for one, and those of one person that are at work or wait; more are turned away. */
const MOST_WAITING = 32;
const MOST_OF_ONE = 4;
/** Answers that are kept for the service. */
const MOST_REMEMBERED = 8;
/** A ballot box of a million voters fits; what does not must not take the service with it. */
const LIMITS = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 96 };

export class Inquiries {
  private readonly log: Pick<InquiryWorkerData, 'logFile' | 'registryUrl'>;
  private readonly threads = new Set<Worker>();
  private readonly waiting: (() => void)[] = [];
  private readonly asking = new Map<string, number>();
  /** The same question is answered once for all who ask it meanwhile, and for the service again: the same log gives the same answer. */
  private readonly underWay = new Map<string, Promise<unknown>>();
  private readonly ownAnswers = new Map<string, Promise<unknown>>();
  private atWork = 0;
  private closed = false;

  constructor(log: Pick<InquiryWorkerData, 'logFile' | 'registryUrl'>) {
    this.log = log;
  }

  /** @throws Rejection the inquiry's own; TooMuchContention, ShuttingDown @throws LogUnavailable the log's file cannot be read */
  async answer<A, R>(inquiry: Inquiry<A, R>, asked: A, { by, asOf }: Asking): Promise<R> {
    const own = this.asking.get(by) ?? 0;
    if (own >= MOST_OF_ONE) throw runtimeRejections.TooMuchContention({ retryAfter: 5 });
    this.asking.set(by, own + 1);
    try {
      return (await this.shared(inquiry.name, asked, asOf)) as R;
    } finally {
      const left = (this.asking.get(by) ?? 1) - 1;
      if (left === 0) this.asking.delete(by);
      else this.asking.set(by, left);
    }
  }

  /** What the service asks itself goes before what people ask. @throws what `answer` throws, but for a person's share */
  async own<A, R>(inquiry: Inquiry<A, R>, asked: A, asOf: number): Promise<R> {
    const question = JSON.stringify([inquiry.name, asked, asOf]);
    const answer = this.ownAnswers.get(question) ?? this.shared(inquiry.name, asked, asOf, true);
    this.ownAnswers.set(question, answer);
    const [oldest] = this.ownAnswers.keys();
    if (this.ownAnswers.size > MOST_REMEMBERED && oldest !== undefined) this.ownAnswers.delete(oldest);
    try {
      return (await answer) as R;
    } catch (error) {
      this.ownAnswers.delete(question);
      throw error;
    }
  }

  /** Turns away what waits, and breaks off what is being answered. */
  async close(): Promise<void> {
    this.closed = true;
    for (const wake of this.waiting.splice(0)) wake();
    await Promise.all([...this.threads].map((thread) => thread.terminate()));
  }

  private shared(inquiry: string, asked: unknown, asOf: number, first = false): Promise<unknown> {
    const question = JSON.stringify([inquiry, asked, asOf]);
    const before = this.underWay.get(question);
    if (before) return before;
    const answer = this.inTurn(inquiry, asked, asOf, first).finally(() => this.underWay.delete(question));
    this.underWay.set(question, answer);
    return answer;
  }

  private async inTurn(inquiry: string, asked: unknown, asOf: number, first: boolean): Promise<unknown> {
    if (this.closed) throw runtimeRejections.ShuttingDown({ retryAfter: 1 });
    if (this.atWork < AT_ONCE) this.atWork += 1;
    else {
      if (this.waiting.length >= MOST_WAITING && !first) throw runtimeRejections.TooMuchContention({ retryAfter: 5 });
      // Who has done hands the place on.
      await new Promise<void>((resolve) => (first ? this.waiting.unshift(resolve) : this.waiting.push(resolve)));
      if (this.closed) throw runtimeRejections.ShuttingDown({ retryAfter: 1 });
    }
    try {
      return await this.run(inquiry, asked, asOf);
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.atWork -= 1;
    }
  }

  private run(inquiry: string, asked: unknown, asOf: number): Promise<unknown> {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const workerData: InquiryWorkerData = { ...this.log, inquiry, asked, asOf };
    const thread = new Worker(new URL(`./inquiry-worker.${extension}`, import.meta.url), { workerData, resourceLimits: LIMITS });
    this.threads.add(thread);
    return new Promise((resolve, reject) => {
      thread.on('message', (message: FromInquiry) => {
        if ('rejection' in message) reject(Rejection.fromJSON(message.rejection));
        else if ('unreadable' in message) reject(new LogUnavailable(message.unreadable, 'none'));
        else resolve(message.answer);
      });
      thread.on('error', (error: NodeJS.ErrnoException) => {
        const tooMuch = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(tooMuch ? new LogUnavailable(`the inquiry ${inquiry} takes more memory than it may`, 'none') : error);
      });
      thread.on('exit', () => {
        this.threads.delete(thread);
        reject(this.closed ? runtimeRejections.ShuttingDown({ retryAfter: 1 }) : new Error(`the inquiry ${inquiry} was broken off`));
      });
    });
  }
}
