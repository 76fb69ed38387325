// Commands on persons.
import { IsOptional, IsUUID } from 'class-validator';

/** Owed after an invitation was accepted, and after the founding for the first founder. */
export class LinkPerson {
  @IsUUID()
  readonly person!: string;

  /** Absent for the first founder. */
  @IsOptional()
  @IsUUID()
  readonly invitation?: string;
}

export class MintToken {
  /** For whom the token is. */
  @IsUUID()
  readonly person!: string;
}
