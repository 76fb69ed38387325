// Stores: log, views, inquiries, keys and evidence of a configuration, opened together and closed in order. Loads no framework.
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from './config.ts';
import { ConfigError } from './config.ts';
import { logFileIn, openSqliteLog, type EventLog } from './event-log/index.ts';
import { SimulatedClock, systemClock, type Clock } from './kernel/index.ts';
import * as registry from './registry.ts';
import { Inquiries, openBlobsDirectory, openSecretsDirectory, type Blobs, type Secrets } from './runtime/index.ts';
import { openViews, type LiveViews } from './runtime/views/index.ts';

export interface Stores {
  readonly clock: Clock;
  readonly log: EventLog;
  readonly views: LiveViews;
  readonly inquiries: Inquiries;
  readonly secrets: Secrets;
  readonly blobs: Blobs;
  /** Views first, the log last. */
  close(): Promise<void>;
}

export interface StoresObserver {
  /** A commit held so many appends. */
  readonly committed?: (appends: number) => void;
  /** A view failed, and serves what it had. */
  readonly viewFailed?: (view: string, reason: string) => void;
}

/** How long the first events of a cluster's log are waited for, ms. */
const CATCHING_UP = 10_000;
/** What worker threads load to know the service's events, views, processes and inquiries. */
const REGISTRY = new URL(import.meta.url.endsWith('.ts') ? './registry.ts' : './registry.js', import.meta.url).href;
/** When the simulated clock starts; stories move it to where they begin. */
const SIMULATED_START = '2000-01-01T00:00:00.000Z';

/** A directory that the service keeps things in cannot be made or written. */
export class DirectoryUnwritable extends Error {
  constructor(directory: string, flag: string, cause: unknown) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    super(`${directory} cannot be written (${why}): let the user that runs the service write it, or name another with ${flag}`, { cause });
    this.name = 'DirectoryUnwritable';
  }
}

function makeWritable(directory: string, flag: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DirectoryUnwritable(directory, flag, error);
  }
}

/**
 * @throws ConfigError a simulated clock on a log that is not new
 * @throws DirectoryUnwritable; LogLocked, LogFileRejected, LogUnavailable, LogDiverged; SecretsMissing; ViewsLocked
 */
export async function openStores(config: Config, observer: StoresObserver = {}, given?: Clock): Promise<Stores> {
  const simulated = config.clock === 'simulated';
  if (simulated && existsSync(logFileIn(config.data))) {
    throw new ConfigError([`--clock simulated needs a new log; ${config.data} has one. Give another --data`]);
  }
  makeWritable(config.data, '--data');
  makeWritable(config.evidence, '--evidence');
  if (existsSync(config.secrets)) makeWritable(config.secrets, '--secrets');
  const clock = given ?? (simulated ? new SimulatedClock(SIMULATED_START) : systemClock);
  const blobs = await openBlobsDirectory(config.evidence);
  const log = await openLog(config, clock, observer);
  try {
    const secrets = openSecretsDirectory(config.secrets, { create: await isNew(log) });
    const views = await openViews({
      directory: config.data,
      log,
      registry,
      registryUrl: REGISTRY,
      ...(observer.viewFailed ? { onFailed: observer.viewFailed } : {}),
    });
    const inquiries = new Inquiries({ logFile: log.location.file, registryUrl: REGISTRY });
    const close = async (): Promise<void> => {
      await inquiries.close();
      await views.close();
      await log.shutdown();
    };
    return { clock, log, views, inquiries, secrets, blobs, close };
  } catch (error) {
    await log.shutdown();
    throw error;
  }
}

/**
 * Whether nothing has happened in the log yet: only then are new secrets right. Else they are lost, or those of other replicas lie
 * elsewhere, and new ones would neither know the tokens nor open the texts that are there.
 */
async function isNew(log: EventLog): Promise<boolean> {
  const { monotonic } = systemClock;
  for (const until = monotonic() + CATCHING_UP; log.head().position <= 1 && log.status().state === 'catching-up' && monotonic() < until; ) await sleep(20);
  return log.head().position <= 1 && log.status().state === 'ok';
}

async function openLog({ data, eventLog, namespace, maxLag }: Config, clock: Clock, { committed }: StoresObserver): Promise<EventLog> {
  const onCommit = committed ? { onCommit: committed } : {};
  if (eventLog === 'sqlite') return openSqliteLog({ directory: data, namespace, clock, ...onCommit });
  // Loaded only where it is used: the client brings its own HTTP/2 stack.
  const { openEventStoreDbLog } = await import('./event-log/eventstoredb/index.ts');
  return openEventStoreDbLog({ connectionString: eventLog, directory: data, namespace, clock, maxLag, ...onCommit });
}
