// Commands on comments. What people say is personal: sealed before it is decided on. What stewards give as reasons they say in office.
import { IsBoolean, IsUUID } from 'class-validator';
import { Personal } from '../runtime/index.ts';
import { IsText, Optional } from '../validation/index.ts';

const MOST = 5_000;

export class MakeComment {
  @IsUUID()
  readonly proposal!: string;

  @Personal()
  @IsText(MOST)
  readonly text!: string;

  /** The comment on the same proposal that this one answers. */
  @Optional()
  @IsUUID()
  readonly replyTo?: string;
}

class OnComment {
  @IsUUID()
  readonly proposal!: string;

  @IsUUID()
  readonly comment!: string;
}

export class EditComment extends OnComment {
  @Personal()
  @IsText(MOST)
  readonly text!: string;
}

export class WithdrawComment extends OnComment {}

export class HideComment extends OnComment {
  /** Why, in words that stay on record. */
  @IsText(2_000)
  readonly reason!: string;
}

export class AppealHiding extends OnComment {
  /** Why it should be shown, for stewards. */
  @Personal()
  @IsText(MOST)
  readonly statement!: string;
}

export class DecideAppeal extends OnComment {
  /** Whether it is shown again; false: it stays hidden. */
  @IsBoolean()
  readonly restore!: boolean;

  /** Why, in words that stay on record. */
  @IsText(2_000)
  readonly reason!: string;
}
