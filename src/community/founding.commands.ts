// Commands by which a community is founded.
import { IsInt, IsLocale, IsTimeZone, IsUUID, Max, Min } from 'class-validator';
import { Personal } from '../runtime/index.ts';
import { StatedRules } from './stated/index.ts';
import { IsText, Nested, Optional } from '../validation/index.ts';

export class FoundCommunity {
  @IsText(200)
  readonly name!: string;

  /** IANA time zone in which deadlines are shown. */
  @IsTimeZone()
  readonly timeZone!: string;

  /** Language of the charter, such as `de` or `pt-BR`. */
  @IsLocale()
  readonly language!: string;

  @IsText(50_000)
  readonly charterText!: string;

  /** Name of who founds. */
  @Personal()
  @IsText(200)
  readonly founderName!: string;

  /** How many founders there are, who founds included: the others are invited. */
  @IsInt()
  @Min(3)
  @Max(100)
  readonly founders!: number;

  @Optional()
  @Nested(() => StatedRules)
  readonly rules?: StatedRules;
}

export class AcceptCharter {}

export class ReplaceFounderInvitation {
  @IsUUID()
  readonly invitation!: string;
}
