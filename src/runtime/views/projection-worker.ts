// Projection worker: the one thread that keeps all live views up with the log.
import { setImmediate as tick } from 'node:timers/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { LogError, openLogReader } from '../../event-log/index.ts';
import { LiveProjection } from './live-projection.ts';
import { SharedPositions, type FromProjection, type ProjectionWorkerData, type ToProjection } from './protocol.ts';
import { loadRegistry, viewsOf } from './registry.ts';
import { isSqliteError } from './view-writer.ts';

/** The log is read again after trouble with it, ms. */
const LOG_RETRY = 500;
const LOG_GLANCE = 5;

const port = parentPort as MessagePort;
const { logFile, registryUrl, shared } = workerData as ProjectionWorkerData;
const positions = new SharedPositions(shared);
const tell = (message: FromProjection): void => port.postMessage(message);

const registry = await loadRegistry(registryUrl);
const log = openLogReader(logFile);
const projection = new LiveProjection({
  log,
  catalogue: registry.catalogue,
  views: viewsOf(registry),
  tell,
  advance: (slot, position) => positions.advance(slot, position),
  monotonic: () => performance.now(),
});

let wakeUp: () => void = () => {};
let stopped = false;
let logTrouble = false;

port.on('message', (message: ToProjection) => {
  if (message.kind === 'adopt' || message.kind === 'create') projection.take(message, message.kind);
  if (message.kind === 'stop') stopped = true;
  wakeUp();
});

async function sleep(ms: number | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  wakeUp = resolve;
  const timer = ms === undefined ? undefined : setTimeout(resolve, Math.max(0, ms));
  await promise;
  clearTimeout(timer);
}

/** @returns ms to wait; 0 = go on at once; undefined = until woken */
function work(): number | undefined {
  try {
    const done = projection.step(positions.head());
    if (logTrouble) tell({ kind: 'log-trouble', reason: undefined });
    logTrouble = false;
    if (done !== 'nothing') return done === 'applied' ? 0 : LOG_GLANCE;
    const retry = projection.nextRetry();
    return retry === undefined ? undefined : Math.max(1, retry - performance.now());
  } catch (error) {
    // Files have their own guard: this is the log.
    if (!isSqliteError(error) && !(error instanceof LogError)) throw error;
    tell({ kind: 'log-trouble', reason: error.message });
    logTrouble = true;
    return LOG_RETRY;
  }
}

while (!stopped) {
  const head = positions.head();
  const wait = work();
  if (wait === 0) {
    await tick();
    continue;
  }
  positions.setIdle(true);
  // A head that came after the look at it may have found this thread awake, and not woken it.
  if (positions.head() === head && !stopped) await sleep(wait);
  positions.setIdle(false);
}
projection.close();
log.close();
port.close();
