// Time in stories and tests: a simulated clock that moves from deadline to deadline, so that each is met on its day.
import { instantOf, msOf, type Instant, type SimulatedClock } from '../kernel/index.ts';
import type { ObligationsRunner } from './obligations.ts';

/**
 * Moves the clock to an instant. Whatever becomes due on the way is carried out with the clock at its due time.
 * @throws RangeError when the instant lies in the past
 */
export async function passTime(clock: SimulatedClock, runner: ObligationsRunner, to: Instant): Promise<void> {
  const end = msOf(to);
  if (end < clock.now()) throw new RangeError(`${to} is in the past: it is ${instantOf(clock.now())}`);
  await runner.clockMoved();
  for (let due = runner.nextDue(); due !== undefined && msOf(due) <= end; due = runner.nextDue()) {
    if (msOf(due) <= clock.now()) break;
    clock.advanceTo(due);
    await runner.clockMoved();
  }
  clock.advanceTo(end);
  await runner.clockMoved();
}
