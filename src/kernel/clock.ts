// Clock: injected wherever time matters; nothing else may read the time.

/** Canonical RFC 3339 instant in UTC with milliseconds; such strings sort by time. */
export type Instant = string;

/** An RFC 3339 instant as requests state it: with its offset from UTC, and always readable by `msOf`. */
export const INSTANT =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Milliseconds of a clock that never jumps, from an arbitrary start. */
  monotonic(): number;
  readonly kind: 'system' | 'simulated';
}

export const systemClock: Clock = {
  kind: 'system',
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** A clock that only moves when told to. */
export class SimulatedClock implements Clock {
  readonly kind = 'simulated';
  private time: number;

  constructor(start: Instant | number) {
    this.time = typeof start === 'number' ? start : msOf(start);
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  /** Moves forward to an instant. @throws RangeError when it lies in the past. */
  advanceTo(instant: Instant | number): void {
    const to = typeof instant === 'number' ? instant : msOf(instant);
    if (!(to >= this.time)) throw new RangeError('a simulated clock only moves forward');
    this.time = to;
  }
}

const MINUTE = 60_000;
const YEAR_10000 = 253_402_300_800_000;
const ENDINGS = Array.from({ length: 1_000 }, (_, ms) => `${String(ms).padStart(3, '0')}Z`);
const SECONDS = Array.from({ length: 60 }, (_, s) => `${String(s).padStart(2, '0')}.`);

// Events come in order of time, and each is written and read several times: most instants share their minute with the one before.
let minute = 0;
let ofMinute = '1970-01-01T00:00:';

export function instantOf(ms: number): Instant {
  if (!(Number.isInteger(ms) && ms >= 0 && ms < YEAR_10000)) return new Date(ms).toISOString();
  const at = Math.floor(ms / MINUTE);
  if (at !== minute) {
    ofMinute = new Date(ms).toISOString().slice(0, 17);
    minute = at;
  }
  const rest = ms - at * MINUTE;
  return ofMinute + (SECONDS[Math.floor(rest / 1_000)] as string) + (ENDINGS[rest % 1_000] as string);
}

const LAST_INSTANT = 8_640_000_000_000_000;

/** NaN for a text that is no instant. */
export function readInstant(text: string): number {
  if (text.length === 24 && text.startsWith(ofMinute)) {
    const [tens, ones] = [text.charCodeAt(17) - 48, text.charCodeAt(18) - 48];
    const [hundreds, tenths, last] = [text.charCodeAt(20) - 48, text.charCodeAt(21) - 48, text.charCodeAt(22) - 48];
    const isDigits = tens >= 0 && tens < 6 && isDigit(ones) && isDigit(hundreds) && isDigit(tenths) && isDigit(last);
    if (isDigits && text[19] === '.' && text[23] === 'Z') {
      return minute * MINUTE + (tens * 10 + ones) * 1_000 + hundreds * 100 + tenths * 10 + last;
    }
  }
  const ms = Date.parse(text);
  return Math.abs(ms) <= LAST_INSTANT ? ms : Number.NaN;
}

const isDigit = (n: number): boolean => n >= 0 && n <= 9;

/** @throws RangeError for a text that is no instant. */
export function msOf(instant: Instant): number {
  const ms = readInstant(instant);
  if (Number.isNaN(ms)) throw new RangeError(`not an instant: ${instant}`);
  return ms;
}

const UNITS = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

export type Duration = { readonly [U in keyof typeof UNITS]?: number };

export const msOfDuration = (duration: Duration): number =>
  Object.entries(duration).reduce((sum, [unit, n]) => sum + n * UNITS[unit as keyof typeof UNITS], 0);

export const after = (instant: Instant, duration: Duration): Instant => instantOf(msOf(instant) + msOfDuration(duration));
