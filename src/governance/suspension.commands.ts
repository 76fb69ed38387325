// Commands on faulty clauses: a guardian suspends one, and the service ends that.
import { IsIn, Matches } from 'class-validator';
import { SUSPENSION_GROUNDS, type SuspensionGround } from '../community/index.ts';
import { IsInstant, Optional } from '../validation/index.ts';
import { CODE } from './clause.commands.ts';

class OnClause {
  @Matches(CODE, { message: 'protocol must be lower-case letters, digits and hyphens, at most 64' })
  readonly protocol!: string;

  /** Id of the clause within the protocol. */
  @Matches(CODE, { message: 'clause must be lower-case letters, digits and hyphens, at most 64' })
  readonly clause!: string;
}

export class SuspendClause extends OnClause {
  @IsIn(SUSPENSION_GROUNDS)
  readonly ground!: SuspensionGround;

  /** RFC 3339 instant, within 72 hours. Absent: 72 hours from now. */
  @Optional()
  @IsInstant()
  readonly until?: string;
}

/** Owed when the time of a suspension is over; no route takes it. */
export class EndSuspension extends OnClause {
  readonly charterRevision!: number;
}
