// The product as shipped, for benches: a store filled with made-up history, the built service as a process of its own, and votes for it.
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../src/config.ts';
import { openSqliteLog } from '../../src/event-log/index.ts';
import { SigningIssuer } from '../../src/http/signing/index.ts';
import { derivedId, instantOf, systemClock } from '../../src/kernel/index.ts';
import { catalogue } from '../../src/registry.ts';
import { openSecretsDirectory } from '../../src/runtime/index.ts';
import { historyOf, memberOf, openProposal, type HistorySize } from './history.ts';
import type { Outcome, Plan } from './load.ts';
import { Line, type Request } from './wire.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NODE = process.execPath;

const made: string[] = [];
const started = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of started) child.kill();
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

/** A directory that is gone when the bench ends. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'biolithic-bench-'));
  made.push(directory);
  return directory;
}

export const configOf = (data: string) => readConfig(['--data', data, '--port', '0', '--rate-limit', '0', '--log-level', 'silent'], {});

/** Appends in flight while a store is filled. */
const FILLING = 512;

/** Fills a new store through the log's own port. Gives its data directory. */
export async function filledStore(size: Omit<HistorySize, 'sealedName'>): Promise<string> {
  const data = newDirectory();
  const config = configOf(data);
  const sealedName = openSecretsDirectory(config.secrets, { create: true }).seal(memberOf(0), 'Somebody');
  const log = await openSqliteLog({ directory: data, namespace: config.namespace, clock: systemClock });
  const chapters = historyOf({ ...size, sealedName });
  let n = 0;
  const worker = async (): Promise<void> => {
    for (let next = chapters.next(); !next.done; next = chapters.next()) {
      const { stream, before, actor, events } = next.value;
      const commandId = derivedId('5c1f1fc7-5b0d-5b0e-9a52-3f0f2a1f7bff', String((n += 1)));
      const encoded = events.map((event) => catalogue.encode(event));
      await log.append({ stream, expected: before === 0 ? 'none' : before - 1, events: encoded, guards: [], commandId, attempt: 0, metadata: { actor } });
    }
  };
  await Promise.all(Array.from({ length: FILLING }, worker));
  await log.shutdown();
  return data;
}

/** A copy of a store that no process has open. */
export function copyOf(data: string): string {
  const directory = newDirectory();
  cpSync(data, directory, { recursive: true });
  return directory;
}

export interface Running {
  readonly port: number;
  readonly pid: number;
  /** From the start of the process to `/health/ready`, ms; for the product. */
  readonly readyAfter: number;
  stop(): Promise<void>;
}

export function running(child: ChildProcess, port: number, readyAfter: number): Running {
  started.add(child);
  return {
    port,
    pid: child.pid as number,
    readyAfter,
    stop: () =>
      new Promise((done) => {
        child.once('exit', () => {
          started.delete(child);
          done();
        });
        child.kill('SIGTERM');
      }),
  };
}

async function untilReady(url: string, patience: number): Promise<void> {
  let last = 'nothing';
  for (const until = performance.now() + patience; performance.now() < until; ) {
    const response = await fetch(`${url}/health/ready`).catch(() => undefined);
    last = (await response?.text()) ?? last;
    if (response?.ok) return;
    await sleep(5);
  }
  throw new Error(`${url} did not get ready: ${last}`);
}

/** Waits for the line in which a process names its port. */
export async function listening(child: ChildProcess, pattern: RegExp): Promise<number> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  for await (const line of lines) {
    const found = pattern.exec(line);
    if (found) {
      child.stdout?.resume();
      return Number(found[1]);
    }
  }
  throw new Error('the process ended before it listened');
}

/** The built service on a store. */
export async function startProduct(data: string): Promise<Running> {
  const began = performance.now();
  const flags = ['--data', data, '--port', '0', '--rate-limit', '0', '--log-level', 'silent'];
  const child = spawn(join(ROOT, 'bin/biolithic'), ['start', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await listening(child, /listens on http:\/\/127\.0\.0\.1:(\d+)/);
  await untilReady(`http://127.0.0.1:${port}`, 600_000);
  return running(child, port, performance.now() - began);
}

/** The floor: a bare route with the same guard and body class that does nothing. `data` gives the issuer's key. */
export async function startBare(data: string): Promise<Running> {
  const began = performance.now();
  const child = spawn(NODE, [join(ROOT, 'test/bench/bare-server.mjs'), data], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await listening(child, /^(\d+)$/);
  return running(child, port, performance.now() - began);
}

/** Seconds of CPU, all threads, since the process began. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory, MiB. */
export function residentMiB(pid: number): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

export class Voters {
  private readonly tokens: readonly string[];
  private votes = 0;

  private constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  /** Tokens for the first members of a store. */
  static async of(data: string, members: number): Promise<Voters> {
    const config = configOf(data);
    const issuer = new SigningIssuer(openSecretsDirectory(config.secrets, { create: false }), config.namespace, config.audience);
    const until = instantOf(Date.now() + 86_400_000);
    const tokens: string[] = [];
    for (let n = 0; n < members; n += 1) tokens.push((await issuer.mint(memberOf(n), derivedId(memberOf(n), 'token'), until)).token);
    return new Voters(tokens);
  }

  token(n: number): string {
    return this.tokens[n % this.tokens.length] as string;
  }

  /** The next votes, each of another voter until all have voted on a proposal. */
  next(count: number): Request[] {
    return Array.from({ length: count }, () => {
      const n = this.votes;
      this.votes += 1;
      const proposal = openProposal(Math.floor(n / this.tokens.length));
      const headers = { authorization: `Bearer ${this.token(n)}`, 'idempotency-key': `vote-${n}` };
      return ['PUT', `/proposals/${proposal}/ballot`, headers, { choice: n % 3 === 0 ? 'no' : 'yes' }];
    });
  }
}

/** A token of whoever runs the service on a store. */
export function operatorToken(data: string): Promise<string> {
  const config = configOf(data);
  return new SigningIssuer(openSecretsDirectory(config.secrets, { create: false }), config.namespace, config.audience).operatorToken(instantOf(Date.now() + 86_400_000));
}

interface Rebuild {
  readonly running: boolean;
  readonly failure?: string;
}

/** Has the service build views anew, by default all; settles when they are swapped in. Looks every so many ms. */
export async function rebuildBy(port: number, operator: string, views?: readonly string[], glance = 200): Promise<void> {
  const line = await Line.to(port);
  const headers = { authorization: `Bearer ${operator}` };
  await line.expect(202, ['POST', '/views/rebuild', headers, views ? { views } : {}]);
  for (;;) {
    await sleep(glance);
    const { body } = await line.expect(200, ['GET', '/views', headers]);
    const { rebuild } = body as { readonly rebuild: Rebuild };
    if (rebuild.failure !== undefined) throw new Error(rebuild.failure);
    if (!rebuild.running) break;
  }
  line.close();
}

export interface LoadOptions {
  readonly connections?: number;
  /** Called when all connections are open and the first requests go out. */
  readonly onBegin?: () => void;
}

/** Plays requests over 64 connections from a process of its own. @throws Error when an answer is not the expected one */
export async function load(port: number, requests: readonly Request[], expectStatus: number, { connections = 64, onBegin }: LoadOptions = {}): Promise<Outcome> {
  const file = join(newDirectory(), 'requests.jsonl');
  writeFileSync(file, requests.map((request) => JSON.stringify(request)).join('\n'));
  const child = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const outcome = await new Promise<Outcome>((done, failed) => {
    child.on('message', (message: 'began' | Outcome) => {
      if (message === 'began') onBegin?.();
      else done(message);
    });
    child.once('exit', (code) => failed(new Error(`the load generator ended with ${code}`)));
    child.send({ port, connections, file, expectStatus } satisfies Plan);
  });
  rmSync(file);
  if (outcome.unexpected) throw new Error(`unexpected answer: ${outcome.unexpected}`);
  return outcome;
}
