// A recount: ballots and roll counted once more from the log alone, held against the certificate, and judged by another rule or method if one is asked for.
import type { DecisionRule, Outcome } from '../community/index.ts';
import { contentHash, defineRejections } from '../kernel/index.ts';
import type { Inquiry } from '../runtime/index.ts';
import { boxOf, tallyOf } from './counting.ts';
import type { DelegatedVotes } from './delegation/loads.ts';
import type { Election } from './election.ts';
import type { ElectionMethod } from './measure.ts';
import { certifiedVote, proposal as proposalFold, proposalStream, type Certificate, type Counted } from './proposal.ts';
import { proposalRejections } from './rejections.ts';
import { rollAt } from './roll.ts';
import { ruleUnder } from './rule-asked.ts';
import { resultOf, statedAs } from './voting.ts';

export const recountRejections = defineRejections({
  NotCertified: [409, 'the vote has not been certified yet', 'What has been certified can be recounted.'],
  NotAnElection: [422, 'there were no options to approve or rank', 'A vote between options can be counted by approval and as a ranking; one of yes and no only as what it is.'],
});

export interface RecountAsked {
  readonly proposal: string;
  /** Parts of a rule that take the place of those that decided. */
  readonly under: Partial<DecisionRule>;
  /** Method that takes the place of the one that ballots were cast for. */
  readonly method?: ElectionMethod;
}

export type Recounted = Counted & {
  readonly roll: number;
  /** SHA-256 over a line `voter choice position` for each ballot that counts, in the order of positions: who holds the same ballots gets the same hash. */
  readonly ballotsHash: string;
  readonly delegation?: DelegatedVotes;
  readonly outcome: Outcome;
};

/** What it would have been by another rule or method. */
export interface Otherwise {
  readonly rule: DecisionRule;
  readonly outcome: Outcome;
  readonly election?: Election;
}

export interface Recount {
  readonly proposal: string;
  readonly round: number;
  readonly certificate: Certificate;
  /** Content hash of the certificate. */
  readonly certificateHash: string;
  /** What the log says, by the certificate's rule. */
  readonly recounted: Recounted;
  /** Whether counts, roll and outcome are those of the certificate. */
  readonly agrees: boolean;
  readonly otherwise?: Otherwise;
}

/** Which counts, of how many, with what outcome: what a certificate and a recount have in common. */
function found(result: Recounted | Certificate): object {
  const { roll, outcome, delegation = null } = result;
  if ('election' in result) return { ballots: result.ballots, abstain: result.abstain, election: result.election, roll, outcome, delegation };
  return { yes: result.yes, no: result.no, abstain: result.abstain, roll, outcome, delegation };
}

export const recount: Inquiry<RecountAsked, Recount> = {
  name: 'recount',
  answer(log, { proposal, under, method }) {
    const state = log.fold(proposalFold, proposalStream(proposal));
    if (state.status === 'absent') throw proposalRejections.NoSuchProposal();
    const vote = certifiedVote(state);
    if (!vote) throw recountRejections.NotCertified({ phase: state.status });
    const { certificate, frozen, round, election } = vote;
    if (method !== undefined && !election) throw recountRejections.NotAnElection({ method });
    const rule = ruleUnder(certificate.rule, under);
    const box = boxOf(proposal, vote, certificate.pollsClosedAt, log);
    const tally = tallyOf(election, box);
    const judged = { election, rule: certificate.rule, roll: rollAt(frozen, log).length, rollRoot: certificate.rollRoot };
    const recounted = {
      ...statedAs(judged, tally), roll: judged.roll, ballotsHash: box.ballots.hash(), ...(tally.delegation ? { delegation: tally.delegation } : {}),
    };
    const isAnother = Object.keys(under).length > 0 || method !== undefined;
    return {
      proposal, round, certificate, certificateHash: contentHash(certificate), recounted,
      agrees: contentHash(found(certificate)) === contentHash(found(recounted)),
      ...(isAnother ? { otherwise: { rule, ...resultOf({ ...judged, rule }, tallyOf(election, box, method)) } } : {}),
    };
  },
};
