// Readiness of the service: what of it can be relied on now, and what not.
import type { EventLog } from './event-log/index.ts';
import type { Readiness, ReadinessCheck, ReadinessReport } from './http/opening/index.ts';
import type { ClockWatch, ObligationsRunner } from './runtime/index.ts';
import type { LiveViews } from './runtime/views/index.ts';

interface Watched {
  readonly log: Pick<EventLog, 'status' | 'head'>;
  readonly views: Pick<LiveViews, 'status'>;
  readonly obligations: Pick<ObligationsRunner, 'status'>;
  readonly clockWatch: Pick<ClockWatch, 'trusted' | 'drift'>;
  /** ms that log and views may lag. */
  readonly maxLag: number;
}

export class ServiceReadiness implements Readiness {
  closing = false;
  private readonly watched: Watched;
  /** By view: since when (monotonic ms) it has been behind what was the head then. */
  private readonly behind = new Map<string, { since: number; head: number }>();

  constructor(watched: Watched) {
    this.watched = watched;
  }

  report(): ReadinessReport {
    const checks = { log: this.log(), views: this.views(), obligations: this.obligations(), clock: this.clock(), accepting: this.accepting() };
    return { ready: Object.values(checks).every(({ ok }) => ok), checks };
  }

  /** By view: events that it has yet to apply. */
  viewLag(): Record<string, number> {
    return Object.fromEntries(this.watched.views.status().map(({ name, lag }) => [name, lag]));
  }

  private log(): ReadinessCheck {
    const { state, reason, lag } = this.watched.log.status();
    const { position } = this.watched.log.head();
    const ok = state === 'ok' && lag <= this.watched.maxLag;
    return { ok, state, lag, position, ...(ok ? {} : { reason: reason ?? `the local copy is ${lag} ms behind` }) };
  }

  private views(): ReadinessCheck {
    const head = this.watched.log.head().position;
    const now = performance.now();
    const reasons: string[] = [];
    const views = this.watched.views.status().map(({ name, version, position, lag, state, reason, progress }) => {
      if (position >= (this.behind.get(name)?.head ?? 0)) this.behind.delete(name);
      if (lag > 0 && !this.behind.has(name)) this.behind.set(name, { since: now, head });
      const lagMs = now - (this.behind.get(name)?.since ?? now);
      if (state !== 'live') reasons.push(`${name} is ${state}${reason === undefined ? '' : `: ${reason}`}`);
      else if (lagMs > this.watched.maxLag) reasons.push(`${name} has been ${lag} events behind for ${Math.round(lagMs)} ms`);
      return { name, version, position, lag, state, ...(progress ? { progress } : {}) };
    });
    return { ok: reasons.length === 0, ...(reasons.length > 0 ? { reason: reasons.join('; ') } : {}), views };
  }

  private obligations(): ReadinessCheck {
    const { ready, open, overdue, aside } = this.watched.obligations.status();
    const late = Object.values(overdue).reduce((sum, n) => sum + n, 0);
    return { ok: ready, open, overdue: late, refused: aside.length, ...(ready ? {} : { reason: 'what fell due before the start is being carried out' }) };
  }

  private clock(): ReadinessCheck {
    const ok = this.watched.clockWatch.trusted();
    return ok ? { ok } : { ok, reason: `the clock has jumped by ${Math.round(this.watched.clockWatch.drift())} ms`, driftMs: Math.round(this.watched.clockWatch.drift()) };
  }

  private accepting(): ReadinessCheck {
    return this.closing ? { ok: false, reason: 'the service is closing' } : { ok: true };
  }
}
