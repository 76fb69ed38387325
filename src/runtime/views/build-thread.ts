// Build thread: has views built in a worker thread of their own.
import { Worker } from 'node:worker_threads';
import type { BuildProgress } from './build.ts';
import type { FromBuild } from './build-worker.ts';
import type { BuildWorkerData } from './protocol.ts';

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

export interface BuildThread {
  /** Never rejects: a thread that dies has failed all its views. */
  readonly outcomes: Promise<readonly (BuiltView | FailedBuild)[]>;
  stop(): Promise<void>;
}

/** Rows in use are held in memory, and most of what a page leaves is garbage soon: a larger nursery copies less. */
const LIMITS = { maxOldGenerationSizeMb: 4096, maxYoungGenerationSizeMb: 192 };

export function startBuild(data: BuildWorkerData, onProgress: (progress: BuildProgress) => void = () => {}): BuildThread {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./build-worker.${extension}`, import.meta.url), { workerData: data, resourceLimits: LIMITS });
  const { promise, resolve } = Promise.withResolvers<readonly (BuiltView | FailedBuild)[]>();
  const fail = (reason: string): void => resolve(data.requests.map(({ view }) => ({ view, reason })));
  worker.on('message', (message: FromBuild) => {
    if (message.kind === 'progress') onProgress(message.progress);
    else resolve(message.outcomes);
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
