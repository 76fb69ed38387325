// Whether the wall clock may be believed: it is held against the monotonic clock, which never jumps.
import type { Clock } from '../kernel/index.ts';
import { runtimeRejections } from './rejections.ts';

/** Wall and monotonic clock may part by this much, in ms, since the reading they are compared with. */
const TOLERANCE = 2_000;
/** A trusted reading becomes the one to compare with after this long, in ms: small corrections do not add up. */
const REANCHOR = 60_000;

/**
 * Trust is lost when the wall clock jumps, forward or back, by more than two seconds against the monotonic clock.
 * It returns by itself when the wall clock comes back to where the last trusted reading says that it should be, and with a
 * restart, when the wall clock is taken as it is: which of the two is right is for the operator to say.
 */
export class ClockWatch {
  private readonly clock: Clock;
  private wall: number;
  private monotonic: number;

  constructor(clock: Clock) {
    this.clock = clock;
    this.wall = clock.now();
    this.monotonic = clock.monotonic();
  }

  /** By how many ms the wall clock is ahead of (or, negative, behind) where it should be. */
  drift(): number {
    return this.clock.now() - this.wall - (this.clock.monotonic() - this.monotonic);
  }

  trusted(): boolean {
    const wall = this.clock.now();
    const elapsed = this.clock.monotonic() - this.monotonic;
    if (Math.abs(wall - this.wall - elapsed) > TOLERANCE) return false;
    if (elapsed > REANCHOR) {
      this.wall = wall;
      this.monotonic += elapsed;
    }
    return true;
  }

  /** @throws Rejection ClockUntrusted, with the drift in ms */
  assertTrusted(): void {
    if (!this.trusted()) throw runtimeRejections.ClockUntrusted({ driftMs: Math.round(this.drift()), retryAfter: 10 });
  }
}
