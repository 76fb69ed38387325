// Build worker: builds view files in one pass over the log, off the threads that serve.
import { readlinkSync } from 'node:fs';
import { platform, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { openLogReader } from '../../event-log/index.ts';
import { buildViews, type BuildProgress } from './build.ts';
import type { BuiltView, FailedBuild } from './build-thread.ts';
import type { BuildWorkerData } from './protocol.ts';
import { loadRegistry, viewNamed, viewsOf } from './registry.ts';
import { ProjectionFailed } from './view-writer.ts';

/** What the thread that asked is told. */
export type FromBuild =
  | { readonly kind: 'progress'; readonly progress: BuildProgress }
  | { readonly kind: 'done'; readonly outcomes: readonly (BuiltView | FailedBuild)[] };

/** Not the least of all: what holds a lock of SQLite's must not be kept waiting long. */
const NICE = 10;

const port = parentPort as MessagePort;
const { logFile, registryUrl, requests, upTo, memory } = workerData as BuildWorkerData;
const tell = (message: FromBuild): void => port.postMessage(message);

/** Who serves goes first: where there are no cores to spare, this thread gets what is left over. Linux alone has threads with priorities of their own. */
if (platform() === 'linux') setPriority(Number(basename(readlinkSync('/proc/thread-self'))), NICE);

const registry = await loadRegistry(registryUrl);
const views = viewsOf(registry);
const log = openLogReader(logFile);
try {
  const outcomes = buildViews(
    log,
    registry.catalogue,
    requests.map(({ view, path }) => ({ view: viewNamed(views, view), path })),
    { ...(upTo === undefined ? {} : { upTo }), memory, onProgress: (progress) => tell({ kind: 'progress', progress }) },
  );
  const told = outcomes.map((outcome) => {
    if (!('error' in outcome)) return outcome;
    const { view, error } = outcome;
    return { view, reason: error.message, lasting: error instanceof ProjectionFailed };
  });
  tell({ kind: 'done', outcomes: told });
} finally {
  log.close();
}
