// Build threads: have views built in worker threads of their own, two where there are the cores.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { LogError, type LogReader } from '../../event-log/index.ts';
import type { View } from '../view.ts';
import { MEMORY, type BuildProgress } from './build.ts';
import type { FromBuild } from './build-worker.ts';
import type { BuildWorkerData } from './protocol.ts';
import { viewNamed, viewsOf, type Registry } from './registry.ts';
import { sharesOf } from './shares.ts';
import { isSqliteError } from './view-writer.ts';

export interface BuiltView {
  readonly view: string;
  readonly path: string;
  readonly position: number;
}

/** Why a view could not be built; what was there before serves on. */
export interface FailedBuild {
  readonly view: string;
  readonly reason: string;
  /** Its projection failed: another build of this version would, too. */
  readonly lasting?: boolean;
}

export interface BuildTask extends Omit<BuildWorkerData, 'memory'> {
  /** Of the same log: looked at for which views are the most work. */
  readonly log: Pick<LogReader, 'head' | 'readAll'>;
  /** What the module at `registryUrl` exports. */
  readonly registry: Registry;
  /** Cores for whoever serves meanwhile. */
  readonly coresLeft: number;
}

export interface RunningBuild {
  /** Never rejects: a thread that dies has failed all its views. */
  readonly outcomes: Promise<readonly (BuiltView | FailedBuild)[]>;
  stop(): Promise<void>;
}

/** Rows in use are held in memory, and most of what a page leaves is garbage soon: a larger nursery copies less. */
export const LIMITS = { maxOldGenerationSizeMb: 4096, maxYoungGenerationSizeMb: 192 };
/** More would wait for the heaviest view. */
const THREADS = 2;

export function startBuild({ log, registry, coresLeft, ...data }: BuildTask, onProgress: (progress: BuildProgress) => void = () => {}): RunningBuild {
  const { requests } = data;
  const all = viewsOf(registry);
  const views = requests.map(({ view }) => viewNamed(all, view));
  const shares = dealtOut(views, log, registry, coresLeft);
  const told: (BuildProgress | 'nothing yet' | 'done')[] = shares.map(() => 'nothing yet');
  const tell = (): void => {
    const unfinished = told.filter((progress) => progress !== 'done');
    if (unfinished.length === 0 || unfinished.includes('nothing yet')) return;
    // The one that is furthest behind says when all will be there.
    const hindmost = (unfinished as BuildProgress[]).reduce((a, b) => (b.position < a.position ? b : a));
    onProgress({ ...hindmost, views: requests.map(({ view }) => view) });
  };
  const threads = shares.map((share, n) => {
    const own = requests.filter(({ view }) => share.some(({ name }) => name === view));
    return startThread({ ...data, requests: own, memory: MEMORY / shares.length }, (progress) => {
      told[n] = progress;
      if (progress !== 'done') tell();
    });
  });
  const outcomes = Promise.all(threads.map((thread) => thread.outcomes)).then((settled) => {
    const byView = new Map(settled.flat().map((outcome) => [outcome.view, outcome]));
    return requests.flatMap(({ view }) => byView.get(view) ?? []);
  });
  return {
    outcomes,
    stop: async () => {
      await Promise.all(threads.map(({ stop }) => stop()));
    },
  };
}

/** The views by thread. */
export function dealtOut(views: readonly View[], log: BuildTask['log'], { catalogue }: Registry, coresLeft: number): readonly (readonly View[])[] {
  try {
    return sharesOf(views, Math.max(1, Math.min(THREADS, availableParallelism() - coresLeft)), log, catalogue);
  } catch (error) {
    if (!(error instanceof LogError) && !isSqliteError(error)) throw error;
    // A log that cannot be read is the thread's to tell.
    return [views];
  }
}

function startThread(data: BuildWorkerData, onProgress: (progress: BuildProgress | 'done') => void): RunningBuild {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./build-worker.${extension}`, import.meta.url), { workerData: data, resourceLimits: LIMITS });
  const { promise, resolve } = Promise.withResolvers<readonly (BuiltView | FailedBuild)[]>();
  const settle = (outcomes: readonly (BuiltView | FailedBuild)[]): void => {
    onProgress('done');
    resolve(outcomes);
  };
  const fail = (reason: string): void => settle(data.requests.map(({ view }) => ({ view, reason })));
  worker.on('message', (message: FromBuild) => {
    if (message.kind === 'progress') onProgress(message.progress);
    else settle(message.outcomes);
  });
  worker.on('error', (error) => fail(`the build broke off: ${error.message}`));
  worker.on('exit', () => fail('the build was stopped'));
  return {
    outcomes: promise,
    stop: async () => {
      await worker.terminate();
    },
  };
}
