// A service of its own for a story: a child process with a simulated clock on a fresh store, gone when the story is over.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, Failure } from '../failure.ts';

/** How long the service may take to listen, ms. */
const START_WITHIN = 30_000;

export class ChildService {
  readonly url: string;
  readonly data: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, data: string, url: string) {
    this.child = child;
    this.data = data;
    this.url = url;
  }

  /** @throws Failure ServiceNotStarted */
  static async start(): Promise<ChildService> {
    const data = mkdtempSync(join(tmpdir(), 'biolithic-story-'));
    const cli = fileURLToPath(new URL('../../cli.js', import.meta.url));
    const options = ['--data', data, '--host', '127.0.0.1', '--port', '0', '--clock', 'simulated', '--rate-limit', '0', '--log-level', 'error'];
    // Settings of the surrounding shell are for the user's own service.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BIOLITHIC_')));
    // By the flags that this process has from bin/biolithic. In a group of its own, so that Ctrl-C reaches it through its parent and in order.
    const child = spawn(process.execPath, [...process.execArgv, cli, 'start', ...options], { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env });
    try {
      return new ChildService(child, data, await listening(child));
    } catch (error) {
      child.kill('SIGKILL');
      rmSync(data, { recursive: true, force: true });
      throw error;
    }
  }

  /** Stops it cleanly. @throws Failure ServiceFailed when it did not end well */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await exited;
    }
    if (this.child.exitCode !== 0) throw new Failure('ServiceFailed', `the service ended with ${this.child.exitCode ?? this.child.signalCode}`, EXIT.failed);
  }

  /** Whatever happened: nothing of it stays. */
  discard(): void {
    this.child.kill('SIGKILL');
    rmSync(this.data, { recursive: true, force: true });
  }
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let [said, complained] = ['', ''];
    const fail = (why: string): void => reject(new Failure('ServiceNotStarted', `the story's service ${why}${complained && `:\n${complained.trim()}`}`, EXIT.unreachable));
    const late = setTimeout(() => fail('does not listen'), START_WITHIN);
    child.stderr?.on('data', (chunk: Buffer) => {
      complained = (complained + chunk.toString()).slice(-2_000);
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const url = /listens on (http:\S+)/.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      fail(`ended with ${code ?? signal}`);
    });
    child.once('error', (error) => fail(error.message));
  });
}
