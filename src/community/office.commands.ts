// Commands on roles and the offices that count who holds them.
import { IsIn, IsUUID } from 'class-validator';
import { IsInstant } from '../validation/index.ts';
import { OFFICES, type Office } from './membership.ts';

class OfRole {
  @IsIn(OFFICES)
  readonly role!: Office;

  @IsUUID()
  readonly person!: string;
}

/** Owed whenever somebody has got or lost a role. */
export class KeepOffice extends OfRole {}

/** Owed when a term is over. */
export class EndRole extends OfRole {
  @IsInstant()
  readonly until!: string;
}

/** A role is laid down by who holds it. */
export class LayDownRole {
  @IsIn(OFFICES)
  readonly role!: Office;
}
