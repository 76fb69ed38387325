// Waiting for the log to reach a position, bounded.
import { setTimeout as sleep } from 'node:timers/promises';
import { runtimeRejections } from '../runtime/index.ts';
import type { LogReader } from './ports.ts';

/** How long a read waits for a position that is not there yet, ms. */
const PATIENCE = 2_000;
const STEP = 10;

/** @throws Rejection PositionBeyondHead (422) when the log does not get there in time */
export async function reached(log: Pick<LogReader, 'head'>, position: number): Promise<void> {
  for (let waited = 0; log.head().position < position; waited += STEP) {
    if (waited >= PATIENCE) throw runtimeRejections.PositionBeyondHead({ position, head: log.head().position });
    await sleep(STEP);
  }
}
