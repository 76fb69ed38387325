// Commands on invitations.
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsString, IsUUID, Length, Matches } from 'class-validator';
import { INSTANT } from '../kernel/index.ts';
import { Personal } from '../runtime/index.ts';
import { SCOPES, type Scope } from './party.ts';

export class InviteMember {}

export class InviteRepresentative {
  /** PartyId. */
  @IsUUID()
  readonly party!: string;

  /** What the representative may do for the party. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(SCOPES, { each: true })
  readonly scope!: readonly Scope[];

  /** Instant at which the appointment ends. */
  @Matches(INSTANT, { message: 'until must be an RFC 3339 instant' })
  readonly until!: string;
}

export class RevokeInvitation {
  @IsUUID()
  readonly invitation!: string;
}

export class AcceptInvitation {
  @IsUUID()
  readonly invitation!: string;

  /** What came with the invitation. */
  @IsString()
  @Length(1, 100)
  readonly code!: string;

  /** Name of who accepts. */
  @Personal()
  @IsString()
  @Length(1, 200)
  readonly name!: string;
}
