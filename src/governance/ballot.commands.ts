// Commands on one's own ballot.
import { IsIn, IsUUID } from 'class-validator';
import { CHOICES, type Choice } from './ballot.ts';

export class CastBallot {
  @IsUUID()
  readonly proposal!: string;

  @IsIn(CHOICES)
  readonly choice!: Choice;
}

export class WithdrawBallot {
  @IsUUID()
  readonly proposal!: string;
}
