// Readiness (port): whether the service may be asked, and if not, why.

export interface ReadinessCheck {
  readonly ok: boolean;
  /** Why not, or what to know. */
  readonly reason?: string;
  readonly [fact: string]: unknown;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<'log' | 'views' | 'obligations' | 'clock' | 'accepting', ReadinessCheck>>;
}

export abstract class Readiness {
  abstract report(): ReadinessReport;
}
