// An event log that loses replies, loses requests, lags or is out, as told: what lies underneath stays honest.
import { LogUnavailable, type AppendRequest, type Appended, type EventLog } from '../../src/event-log/index.ts';

/**
 * 'ok'; 'lost-reply': written, but the sender does not learn; 'lost-request': not written, and the sender does not learn;
 * 'late': written some moments after the sender was told that the outcome is unknown; 'down': nothing was written, known.
 */
export type Fault = 'ok' | 'lost-reply' | 'lost-request' | 'late' | 'down';

/** Wraps a log; `faultOf` says what happens to each append, in order. */
export function faultyLog(log: EventLog, faultOf: (request: AppendRequest, nth: number) => Fault): EventLog {
  let nth = 0;
  const append = async (request: AppendRequest): Promise<Appended> => {
    const fault = faultOf(request, nth++);
    if (fault === 'down') throw new LogUnavailable('injected: down', 'none');
    if (fault === 'lost-request') throw new LogUnavailable('injected: request lost', 'unknown');
    if (fault === 'late') {
      setTimeout(() => void log.append(request).catch(() => undefined), 5);
      throw new LogUnavailable('injected: late', 'unknown');
    }
    const appended = await log.append(request);
    if (fault === 'lost-reply') throw new LogUnavailable('injected: reply lost', 'unknown');
    return appended;
  };
  return replaced(log, { append });
}

/** A log of which some functions are others. */
export const replaced = (log: EventLog, others: Partial<EventLog>): EventLog =>
  new Proxy(log, {
    get: (target, name) => {
      if (name in others) return Reflect.get(others, name) as unknown;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
