// Handle of a test server in a process of its own, that can be killed, stopped and started again on its port and file.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Faults } from './faults.ts';
import type { TestServerOptions } from './server.ts';
import type { Order } from './server-process.ts';

const PROGRAM = fileURLToPath(new URL('./server-process.ts', import.meta.url));

export class SpawnedServer {
  port = 0;
  private readonly options: TestServerOptions;
  private child: ChildProcess | undefined;
  private orders = 0;

  private constructor(options: TestServerOptions) {
    this.options = options;
  }

  /** @param options with a `file`, when its data shall outlive it */
  static async start(options: TestServerOptions = {}): Promise<SpawnedServer> {
    const server = new SpawnedServer(options);
    await server.start();
    return server;
  }

  get connectionString(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** Starts it again, on the same port and file. */
  async start(): Promise<void> {
    const options = JSON.stringify({ ...this.options, ...(this.port > 0 ? { port: this.port } : {}) });
    this.child = fork(PROGRAM, [options], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const [message] = (await once(this.child, 'message')) as [{ port: number }];
    this.port = message.port;
  }

  fault(changes: Partial<Faults>): Promise<void> {
    return this.order({ kind: 'fault', changes });
  }

  dropConnections(): Promise<void> {
    return this.order({ kind: 'drop-connections' });
  }

  dropSubscriptions(): Promise<void> {
    return this.order({ kind: 'drop-subscriptions' });
  }

  /** SIGKILL: calls in flight get no answer. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** SIGSTOP: takes connections and answers nothing. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    this.child = undefined;
    const exited = once(child, 'exit');
    child.kill(signal);
    if (signal === 'SIGKILL') child.kill('SIGCONT');
    await exited;
  }

  private async order(order: Order): Promise<void> {
    const child = this.child;
    if (!child) throw new Error('the server does not run');
    const id = ++this.orders;
    child.send({ ...order, id });
    for (;;) {
      const [message] = (await once(child, 'message')) as [{ done?: number }];
      if (message.done === id) return;
    }
  }
}
