// The command line as a child process, as people run it; and a service of its own for it to talk to.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/biolithic', import.meta.url));
export const STORY = fileURLToPath(new URL('../../story/', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** Settles when standard output matches. */
  seen(pattern: RegExp): Promise<void>;
  interrupt(): void;
  readonly ended: Promise<Outcome>;
}

/** Starts `biolithic ARGS`. */
export function begin(args: readonly string[], { input, env = {} }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {}): Running {
  if (!existsSync(fileURLToPath(new URL('../../dist/cli.js', import.meta.url)))) throw new Error('dist/cli.js is missing: npm run build');
  const child = spawn(BIN, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], ...env } });
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // Who does not read its input closes it: that is no failure.
  child.stdin.on('error', () => {}).end(input ?? '');
  const ended = new Promise<Outcome>((settle, fail) => {
    child.once('error', fail);
    child.once('close', (code) => settle({ code, stdout, stderr }));
  });
  return {
    ended,
    interrupt: () => void child.kill('SIGINT'),
    seen: (pattern) =>
      new Promise((settle, fail) => {
        const look = (): void => {
          if (!pattern.test(stdout)) return;
          waiting.delete(look);
          settle();
        };
        waiting.add(look);
        void ended.then(() => fail(new Error(`it ended before it said ${pattern}:\n${stdout}\n${stderr}`)));
        look();
      }),
  };
}

export const biolithic = (...args: readonly string[]): Promise<Outcome> => begin(args).ended;

export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'biolithic-cli-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Nothing that a user did wrong is answered with a stack. */
export const STACK = /\n\s+at .*[:(]\d+:\d+|node:internal/;
