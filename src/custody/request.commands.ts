// Commands on requests for material.
import { IsUUID } from 'class-validator';
import { IsText } from '../validation/index.ts';

export class RequestMaterial {
  /** PartyId of the registered party that asks. */
  @IsUUID()
  readonly party!: string;

  @IsUUID()
  readonly lot!: string;

  /** What the party wants it for. */
  @IsText(1000)
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
