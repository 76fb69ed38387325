// Commands on amendments. Why one is rejected is personal: sealed before it is decided on.
import { IsInt, IsUUID, Max, Min } from 'class-validator';
import { Personal } from '../runtime/index.ts';
import { IsText } from '../validation/index.ts';
import { StatedText } from './proposal.commands.ts';

/** The text as it would be. */
export class ProposeAmendment extends StatedText {
  @IsUUID()
  readonly proposal!: string;

  /** Number of the text that it was written against: the present one. */
  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  readonly against!: number;
}

class OnAmendment {
  @IsUUID()
  readonly proposal!: string;

  @IsUUID()
  readonly amendment!: string;
}

export class WithdrawAmendment extends OnAmendment {}

export class AcceptAmendment extends OnAmendment {}

export class RejectAmendment extends OnAmendment {
  /** In the proposer's words. */
  @Personal()
  @IsText(5_000)
  readonly reason!: string;
}
