// A child process that holds a log, as its parent sees it.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Appended, AppendRequest, LogStatus } from '../../src/event-log/index.ts';
import type { Told } from './log-child.ts';

type Acknowledged = Extract<Told, { acknowledged: unknown }>['acknowledged'];
type Failed = NonNullable<Extract<Told, { answer: number }>['error']>;

export class LogProcess {
  readonly acknowledged: Acknowledged[] = [];
  private readonly child: ChildProcess;
  private readonly asked = new Map<number, (answer: unknown) => void>();
  private asks = 0;

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on('message', (told: Told) => {
      if ('acknowledged' in told) this.acknowledged.push(told.acknowledged);
      else if ('answer' in told) this.asked.get(told.answer)?.(told.error ?? told.value);
    });
  }

  /** Does not wait until the log is open. */
  static launch(directory: string): LogProcess {
    const script = new URL('./log-child.ts', import.meta.url);
    return new LogProcess(fork(script, [directory], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  }

  static async start(directory: string): Promise<LogProcess> {
    const started = LogProcess.launch(directory);
    await once(started.child, 'message');
    return started;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  append = (append: AppendRequest): Promise<Appended | Failed> => this.ask({ append }) as Promise<Appended | Failed>;

  status = (): Promise<LogStatus> => this.ask({ status: true }) as Promise<LogStatus>;

  flood(writers: number): void {
    this.child.send({ flood: writers });
  }

  async shutdown(): Promise<void> {
    await this.ask({ shutdown: true });
    this.child.disconnect();
    await this.ended();
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended();
  }

  private async ended(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }

  private ask(what: object): Promise<unknown> {
    const ask = this.asks++;
    return new Promise((resolve) => {
      this.asked.set(ask, resolve);
      this.child.send({ ask, ...what });
    });
  }
}
