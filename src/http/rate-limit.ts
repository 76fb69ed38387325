// Rate limit: a token bucket per person or address, in memory, without timers.

/** Requests per second times this many may come at once. */
const BURST_SECONDS = 10;

/** Most buckets kept; beyond that the one made first starts anew. */
const MOST_BUCKETS = 65_536;

interface Bucket {
  left: number;
  /** Monotonic ms when `left` was true. */
  at: number;
}

export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();
  private readonly perMs: number;
  private readonly most: number;

  /** 0 per second means no limit. */
  constructor(perSecond: number) {
    this.perMs = perSecond / 1000;
    this.most = perSecond * BURST_SECONDS;
  }

  /** Takes one request of whoever it is; false when there is none left. `now` in monotonic ms. */
  take(who: string, now: number = performance.now()): boolean {
    if (this.most === 0) return true;
    const bucket = this.buckets.get(who);
    if (bucket === undefined) {
      if (this.buckets.size >= MOST_BUCKETS) this.buckets.delete(this.buckets.keys().next().value as string);
      this.buckets.set(who, { left: this.most - 1, at: now });
      return true;
    }
    const left = this.leftIn(bucket, now);
    bucket.at = now;
    bucket.left = left >= 1 ? left - 1 : left;
    return left >= 1;
  }

  /** Whether a request is left, without taking it. */
  has(who: string, now: number = performance.now()): boolean {
    if (this.most === 0) return true;
    const bucket = this.buckets.get(who);
    return bucket === undefined || this.leftIn(bucket, now) >= 1;
  }

  private leftIn(bucket: Bucket, now: number): number {
    return Math.min(this.most, bucket.left + (now - bucket.at) * this.perMs);
  }
}
