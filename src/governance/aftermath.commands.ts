// Commands between a certificate and its enactment. Those without a route are owed by processes.
import { IsIn } from 'class-validator';
import { VETO_GROUNDS, type VetoGround } from '../community/index.ts';
import { IsText } from '../validation/index.ts';
import { OnProposal } from './proposal.commands.ts';

export class EndContest extends OnProposal {}

export class EndTimelock extends OnProposal {}

/** One guardian's act, on record under the guardian's name. */
export class VetoProposal extends OnProposal {
  @IsIn(VETO_GROUNDS)
  readonly ground!: VetoGround;

  /** For everybody to read. */
  @IsText(10_000)
  readonly reasons!: string;
}
