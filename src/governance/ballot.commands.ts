// Commands on one's own ballot.
import { IsUUID, Matches, MaxLength } from 'class-validator';

/** Room for every option of the longest measure, each with the longest code. */
const LONGEST = 101 * 65;

export class CastBallot {
  @IsUUID()
  readonly proposal!: string;

  /**
   * `yes`, `no` or `abstain`. Among several options: those that are approved, as in `shed,garden`, or `none`; or a ranking, best first, as in
   * `garden>shed=field`, with `status-quo` where nothing would be better than what follows; what is not named is last.
   */
  @MaxLength(LONGEST)
  @Matches(/^[a-z0-9-]+(?:[,>=][a-z0-9-]+)*$/, { message: 'choice must be yes, no or abstain, options as in shed,garden, or a ranking as in garden>shed=field' })
  readonly choice!: string;
}

export class WithdrawBallot {
  @IsUUID()
  readonly proposal!: string;
}
