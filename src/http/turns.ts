// Long reads in steps, so that other requests get their turn in between.
import { setImmediate as turn } from 'node:timers/promises';

/** Runs work to its end, and lets the event loop go round after each step. */
export async function inTurns<R>(work: Generator<unknown, R>): Promise<R> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await turn();
  }
}
