// Commands on invitations.
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsUUID } from 'class-validator';
import { Personal } from '../runtime/index.ts';
import { SCOPES, type Scope } from './party.ts';
import { IsInstant, IsText } from '../validation/index.ts';

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
  @IsInstant()
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
  @IsText(100)
  readonly code!: string;

  /** Name of who accepts. */
  @Personal()
  @IsText(200)
  readonly name!: string;
}
