// Commands on memberships.
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsUUID, ValidateIf } from 'class-validator';
import { ROLES, type Role } from './membership.ts';

/** Owed after an invited member was linked. */
export class ApplyForMembership {
  @IsUUID()
  readonly person!: string;

  @IsUUID()
  readonly invitation!: string;
}

/** Owed to each founder when the community is in force. */
export class AdmitFounder {
  @IsUUID()
  readonly person!: string;
}

export class AdmitMember {
  /** Who applied. */
  @IsUUID()
  readonly person!: string;

  /** Roles besides `member`, which every member has. */
  @ValidateIf((_, value) => value !== undefined)
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(ROLES.length)
  @IsIn(ROLES, { each: true })
  readonly roles?: readonly Role[];
}
