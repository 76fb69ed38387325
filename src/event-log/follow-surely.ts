// A subscription that is taken up again where it failed, until it is closed.
import type { EventLog, Subscription } from './event-log.ts';
import type { EventHandler } from './tail.ts';

/** Between a failure and the next try, ms: a log that cannot be read is not asked in a hot loop. */
const RESUME_AFTER = 1_000;

export interface Following {
  close(): void;
}

/** As EventLog.subscribe; a batch whose handler threw comes again. `onFailure` is told of each failure. */
export function followSurely(
  log: Pick<EventLog, 'subscribe'>,
  after: number,
  handler: EventHandler,
  onFailure: (error: Error) => void = () => {},
): Following {
  let subscription: Subscription | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const follow = (from: number): void => {
    const current = log.subscribe(from, handler);
    subscription = current;
    void current.failed.then((error) => {
      if (closed) return;
      onFailure(error);
      timer = setTimeout(() => follow(current.position), RESUME_AFTER).unref();
    });
  };
  follow(after);
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      subscription?.close();
    },
  };
}
