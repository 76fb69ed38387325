// Commands on one's own delegations.
import { IsBoolean, IsUUID, Matches } from 'class-validator';
import { Optional } from '../../validation/index.ts';

const SCOPE = /^(?:all|topic\.[a-z0-9][a-z0-9-]{0,63}|proposal\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

export const IsScope = (): PropertyDecorator => Matches(SCOPE, { message: 'scope must be all, topic.<code> or proposal.<ProposalId>' });

class OnScope {
  /** `all`, `topic.<code>` or `proposal.<ProposalId>`. */
  @IsScope()
  readonly scope!: string;
}

export class GiveDelegation extends OnScope {
  /** PersonId of a member. */
  @IsUUID()
  readonly to!: string;

  /** Whether others, the delegate among them, may know whose vote it is. */
  @Optional()
  @IsBoolean()
  readonly named: boolean = false;
}

export class RevokeDelegation extends OnScope {}
