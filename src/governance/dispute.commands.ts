// Commands on disputes. Those without a route are owed by processes.
import { IsIn, IsInt, IsUUID, Max, Min } from 'class-validator';
import { Personal } from '../runtime/index.ts';
import { IsText } from '../validation/index.ts';
import { FINDINGS, IRREGULARITIES, REMEDIES, type Finding, type Irregularity, type Remedy } from './dispute.ts';
import { OnProposal } from './proposal.commands.ts';

export class OpenDispute extends OnProposal {
  @IsIn(IRREGULARITIES)
  readonly irregularity!: Irregularity;

  /** So many persons' ballots, at least, were touched by it. */
  @IsInt()
  @Min(1)
  @Max(100_000_000)
  readonly affected!: number;

  /** What is asked for. */
  @IsIn(REMEDIES)
  readonly remedy!: Remedy;

  /** In the words of who opens it. */
  @Personal()
  @IsText(10_000)
  readonly reasons!: string;
}

class OnDispute extends OnProposal {
  @IsUUID()
  readonly dispute!: string;
}

export class DrawArbiters extends OnDispute {}

export class GiveOpinion extends OnDispute {
  @IsIn(FINDINGS)
  readonly finding!: Finding;

  /** For all members to read. */
  @IsText(10_000)
  readonly reasons!: string;
}

export class LapseDispute extends OnDispute {}

export class RecountVote extends OnDispute {}

export class AnnulVote extends OnDispute {}
