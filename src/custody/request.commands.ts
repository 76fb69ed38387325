// Commands on requests for material.
import { IsString, IsUUID, Length } from 'class-validator';

export class RequestMaterial {
  /** PartyId of the registered party that asks. */
  @IsUUID()
  readonly party!: string;

  @IsUUID()
  readonly lot!: string;

  /** What the party wants it for. */
  @IsString()
  @Length(1, 1000)
  readonly purpose!: string;
}

export class DeclineRequest {
  @IsUUID()
  readonly request!: string;
}

export class WithdrawRequest {
  @IsUUID()
  readonly request!: string;
}
