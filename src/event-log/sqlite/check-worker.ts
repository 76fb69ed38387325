// The thread that checks a whole log file while the service runs, slowly enough to be in nobody's way.
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { asRejection, openChecked } from './file-check.ts';
import { verifying } from './verify.ts';

/** One part of the time is spent checking, this many parts resting. */
const REST = 9;

let stopped = false;
parentPort?.once('message', () => {
  stopped = true;
});

const { file } = workerData as { file: string };

async function check(): Promise<void> {
  const reader = openChecked(file);
  let began = performance.now();
  try {
    for await (const _ of verifying(reader)) {
      if (stopped) return;
      await pause((performance.now() - began) * REST);
      began = performance.now();
    }
  } finally {
    reader.close();
  }
}

try {
  await check();
} catch (error) {
  parentPort?.postMessage(String(asRejection(file, error)));
}
parentPort?.removeAllListeners('message');
parentPort?.close();
