// Commands on sabotage. What people state is personal: sealed before it is decided on.
import { ArrayMaxSize, ArrayUnique, IsArray, IsUUID, Matches } from 'class-validator';
import { Personal } from '../runtime/index.ts';
import { IsInstant, IsText, Optional } from '../validation/index.ts';

export class ReportSabotage {
  /** PartyId of the facility. */
  @IsUUID()
  readonly facility!: string;

  /** What was seen, in the reporter's words. */
  @Personal()
  @IsText(10_000)
  readonly statement!: string;

  /** Hashes of evidence filed before. */
  @IsArray()
  @ArrayMaxSize(50)
  @ArrayUnique()
  @Matches(/^[0-9a-f]{64}$/, { each: true, message: 'evidence must be hashes of 64 hexadecimal digits' })
  readonly evidence!: readonly string[];

  /** RFC 3339 instant, where it is known. */
  @Optional()
  @IsInstant()
  readonly occurredAt?: string;
}

export class CorroborateSabotage {
  @IsUUID()
  readonly sabotage!: string;

  /** What the member knows of it. */
  @Optional()
  @Personal()
  @IsText(10_000)
  readonly statement?: string;
}
