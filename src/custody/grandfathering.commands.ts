// What the service owes to an enactment; no route takes these.
import type { Because } from './grandfathering.ts';

export class ReviewEnactment {
  readonly protocol!: string;
  readonly charterRevision!: number;
  /** Position of the enactment. */
  readonly enactedAt!: number;
  /** LotId up to which it has been looked at. */
  readonly after?: string;
}

export class LapseForbiddenOffer {
  readonly lot!: string;
  readonly transfer!: string;
  readonly because!: Because;
}

export class LapseForbiddenRequest {
  readonly request!: string;
  readonly because!: Because;
}
