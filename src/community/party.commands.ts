// Commands on parties and their representatives.
import { IsIn, IsUUID } from 'class-validator';
import { PARTY_KINDS, type PartyKind } from './party.ts';
import { IsText } from '../validation/index.ts';

export class RegisterParty {
  @IsIn(PARTY_KINDS)
  readonly kind!: PartyKind;

  /** Name of the organisation or place. */
  @IsText(200)
  readonly name!: string;
}

/** Owed after an invited representative was linked. */
export class AppointRepresentative {
  @IsUUID()
  readonly party!: string;

  @IsUUID()
  readonly person!: string;

  @IsUUID()
  readonly invitation!: string;
}

export class RemoveRepresentative {
  @IsUUID()
  readonly party!: string;

  @IsUUID()
  readonly person!: string;
}
