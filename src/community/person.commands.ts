// Commands on persons.
import { IsUUID } from 'class-validator';
import { Optional } from '../validation/index.ts';

/** Owed after an invitation was accepted, and after the founding for the first founder. */
export class LinkPerson {
  @IsUUID()
  readonly person!: string;

  /** Absent for the first founder. */
  @Optional()
  @IsUUID()
  readonly invitation?: string;
}

export class MintToken {
  /** For whom the token is. */
  @IsUUID()
  readonly person!: string;
}
