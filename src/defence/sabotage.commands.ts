// Commands on sabotage. What people state is personal: sealed before it is decided on.
import { ArrayMaxSize, ArrayUnique, IsArray, IsISO8601, IsString, IsUUID, Length, Matches, ValidateIf } from 'class-validator';
import { Personal } from '../runtime/index.ts';

/** May be left out, but is not null. */
const Optional = () => ValidateIf((_, value) => value !== undefined);

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

export class ReportSabotage {
  /** PartyId of the facility. */
  @IsUUID()
  readonly facility!: string;

  /** What was seen, in the reporter's words. */
  @Personal()
  @IsString()
  @Length(1, 10_000)
  readonly statement!: string;

  /** Hashes of evidence filed before. */
  @IsArray()
  @ArrayMaxSize(50)
  @ArrayUnique()
  @Matches(/^[0-9a-f]{64}$/, { each: true, message: 'evidence must be hashes of 64 hexadecimal digits' })
  readonly evidence!: readonly string[];

  /** RFC 3339 instant, where it is known. */
  @Optional()
  @IsISO8601({ strict: true })
  @Matches(INSTANT, { message: 'occurredAt must be an RFC 3339 instant' })
  readonly occurredAt?: string;
}

export class CorroborateSabotage {
  @IsUUID()
  readonly sabotage!: string;

  /** What the member knows of it. */
  @Optional()
  @Personal()
  @IsString()
  @Length(1, 10_000)
  readonly statement?: string;
}
