// Appending through a log that may lose its reply: the very same request is sent again until the outcome is known.
import { CommandAlreadyAppended, LogUnavailable, type Appended, type AppendRequest, type EventLog } from '../event-log/index.ts';
import { rememberedIn } from './acknowledgement.ts';
import { runtimeRejections } from './rejections.ts';

/** Between two sendings, in ms: about four seconds in all. */
const PAUSES = [10, 50, 200, 500, 1_000, 2_000];
/** How long a local copy is waited for, in ms. */
const PATIENCE = 1_000;

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Waits until something holds, at most a second. */
export async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0, step = 1; !holds() && waited < PATIENCE; waited += step, step = Math.min(step * 2, 50)) await pause(step);
}

/**
 * @throws Rejection LogUnavailable nothing was written; OutcomeUnknown the log did not say in time
 * @throws RevisionConflict, CommandAlreadyAppended, AppendTooLarge, LogDiverged as the log does
 */
export async function appendSurely(log: EventLog, request: AppendRequest): Promise<Appended> {
  let unknown = false;
  for (let sent = 0; ; sent += 1) {
    try {
      return await log.append(request);
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      unknown ||= error.outcome === 'unknown';
      if (!unknown) throw runtimeRejections.LogUnavailable({ retryAfter: 5 });
      const wait = PAUSES[sent];
      if (wait === undefined) break;
      await pause(wait);
    }
  }
  if (rememberedIn(log.findCommand(request.commandId)).inEffect) throw new CommandAlreadyAppended(request.commandId);
  throw runtimeRejections.OutcomeUnknown({ retryAfter: 5 });
}
