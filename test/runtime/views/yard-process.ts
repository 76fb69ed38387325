// A child process that keeps a yard and its views, as its parent sees it.
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ViewStatus } from '../../../src/runtime/index.ts';
import type { YardEvent } from '../../support/registry-views.ts';
import type { Told } from './yard-child.ts';

export class YardProcess {
  private readonly child: ChildProcess;
  private readonly asked = new Map<number, (value: unknown) => void>();
  private asks = 0;

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on('message', (told: Told) => {
      if ('answer' in told) this.asked.get(told.answer)?.(told.value);
    });
  }

  /**
   * @param fileLimit bytes that no file of the child may exceed
   * @throws Error with the name and message with which the child's views did not open
   */
  static async start(directory: string, { logDirectory = directory, fileLimit }: { readonly logDirectory?: string; readonly fileLimit?: number } = {}): Promise<YardProcess> {
    const flags = ['--disable-warning=ExperimentalWarning'];
    const limited = { execPath: 'prlimit', execArgv: [`--fsize=${fileLimit}:unlimited`, process.execPath, ...flags] };
    const child = fork(new URL('./yard-child.ts', import.meta.url), [directory, logDirectory], {
      ...(fileLimit === undefined ? { execArgv: flags } : limited),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const started = new YardProcess(child);
    const [told] = (await once(child, 'message')) as [Told];
    if (!('refused' in told)) return started;
    await started.kill();
    throw Object.assign(new Error(told.refused.message), { name: told.refused.name });
  }

  /** The kernel then refuses every write beyond this place of any file, as a failing disk would. */
  limitFiles(bytes: number | 'unlimited'): void {
    execFileSync('prlimit', ['--pid', String(this.child.pid), `--fsize=${bytes}:unlimited`]);
  }

  happens = (...events: readonly YardEvent[]): Promise<number> => this.ask({ happens: events }) as Promise<number>;
  status = (): Promise<ViewStatus[]> => this.ask({ status: true }) as Promise<ViewStatus[]>;
  rebuild = (): Promise<unknown> => this.ask({ rebuild: true });
  flood = (...events: readonly YardEvent[]): Promise<unknown> => this.ask({ flood: events });

  async close(): Promise<void> {
    await this.ask({ close: true });
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
