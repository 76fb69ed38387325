// A whole service for tests: in this process on a free port, or as a child process that can be killed.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../src/config.ts';
import { SigningIssuer } from '../../src/http/signing/index.ts';
import { instantOf, msOf, type Clock } from '../../src/kernel/index.ts';
import { openSecretsDirectory } from '../../src/runtime/index.ts';
import { startService, type Service } from '../../src/service.ts';

export interface TestServiceOptions {
  /** Flags of the service beyond host, port, data and log level. */
  readonly argv?: readonly string[];
  /** An existing data directory, which is kept; default: a new one, removed at the end. */
  readonly data?: string;
}

export interface ServiceHereOptions extends TestServiceOptions {
  /** Default: the one that the flags name. */
  readonly clock?: Clock;
}

/** What tests ask of a service, wherever it runs. */
export interface TestService {
  readonly url: string;
  readonly data: string;
  /** For the routes of who runs the service. */
  operatorToken(): Promise<string>;
  /** For founding a community. */
  founderToken(): Promise<string>;
  /** Stops it cleanly, and removes its data unless it was given. Idempotent. */
  close(): Promise<void>;
}

export interface ServiceHere extends TestService {
  readonly service: Service;
  /** Moves the simulated clock and carries out what falls due on the way. */
  passTime(to: string): Promise<void>;
}

export interface ServiceThere extends TestService {
  readonly process: ChildProcess;
  /** What it has written so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  /** Ends it with a signal; settles with its exit code, or null when the signal ended it. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

const flagsOf = (data: string, argv: readonly string[]): string[] => ['--port', '0', '--data', data, '--log-level', process.env['BIOLITHIC_TEST_LOG'] ?? 'silent', '--rate-limit', '0', ...argv];

const newDirectory = (): string => mkdtempSync(join(tmpdir(), 'biolithic-service-'));

/** Everything as in `biolithic start`, but for the signals. With `--clock simulated` time stands still until told. */
export async function startTestService({ argv = [], data: given, clock }: ServiceHereOptions = {}): Promise<ServiceHere> {
  const data = given ?? newDirectory();
  const service = await startService(readConfig(flagsOf(data, argv), {}), undefined, clock);
  await service.ready;
  const issuer = (): SigningIssuer => {
    if (!service.issuer) throw new Error('the service takes tokens of another issuer');
    return service.issuer;
  };
  const soon = (): string => instantOf(service.stores.clock.now() + 86_400_000);
  return {
    url: service.url,
    data,
    service,
    operatorToken: () => issuer().operatorToken(soon()),
    founderToken: () => issuer().firstFounderToken(soon()),
    passTime: (to) => service.passTime(to),
    async close() {
      await service.close();
      if (given === undefined) rmSync(data, { recursive: true, force: true });
    },
  };
}

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The built product as a process of its own; `npm run build` makes it. Settles when it listens. */
export async function spawnTestService({ argv = [], data: given }: TestServiceOptions = {}): Promise<ServiceThere> {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: npm run build`);
  const data = given ?? newDirectory();
  const flags = flagsOf(data, argv);
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const exited = new Promise<number | null>((settle) => child.once('exit', (code) => settle(code)));
  let url: string | undefined;
  while (url === undefined) {
    url = /listens on (http:\/\/\S+)/.exec(output.stdout)?.[1];
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the service did not start:\n${output.stderr}`);
    if (url === undefined) await sleep(10);
  }
  const config = readConfig(flags, {});
  const issuer = (): SigningIssuer => new SigningIssuer(openSecretsDirectory(config.secrets, { create: false }), config.namespace, config.audience);
  const soon = async (): Promise<string> => {
    const response = await fetch(`${url}/clock`);
    const now = response.ok ? msOf(((await response.json()) as { now: string }).now) : Date.now();
    return instantOf(now + 86_400_000);
  };
  const stop = (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return exited;
  };
  return {
    url,
    data,
    process: child,
    output,
    stop,
    operatorToken: async () => issuer().operatorToken(await soon()),
    founderToken: async () => issuer().firstFounderToken(await soon()),
    async close() {
      await stop('SIGTERM');
      if (given === undefined) rmSync(data, { recursive: true, force: true });
    },
  };
}
