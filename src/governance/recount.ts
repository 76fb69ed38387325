// A recount: ballots and roll counted once more from the log alone, held against the certificate, and judged by another rule if one is asked for.
import { createHash } from 'node:crypto';
import { outcomeOf, type Counts, type DecisionRule, type Outcome } from '../community/index.ts';
import { contentHash, defineRejections } from '../kernel/index.ts';
import type { Inquiry, WholeLog } from '../runtime/index.ts';
import { CHOICES, type BallotEvent, type Choice } from './ballot.ts';
import { certifiedVote, proposal as proposalFold, proposalStream, type Certificate, type CertifiedVote } from './proposal.ts';
import { proposalRejections } from './rejections.ts';
import { rollAt } from './roll.ts';
import { ruleUnder } from './rule-asked.ts';

export const recountRejections = defineRejections({
  NotCertified: [409, 'the vote has not been certified yet', 'What has been certified can be recounted.'],
});

export interface RecountAsked {
  readonly proposal: string;
  /** Parts of a rule that take the place of those that decided. */
  readonly under: Partial<DecisionRule>;
}

export interface Recounted extends Counts {
  /** SHA-256 over a line `voter choice position` for each ballot that counts, in the order of positions: who holds the same ballots gets the same hash. */
  readonly ballotsHash: string;
  readonly outcome: Outcome;
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
  /** What it would have been by the rule that was asked for. */
  readonly otherwise?: { readonly rule: DecisionRule; readonly outcome: Outcome };
}

/** A choice and the position at which it was cast, in one number: a million voters take tens of megabytes. */
const packed = (choice: Choice, position: number): number => position * CHOICES.length + CHOICES.indexOf(choice);
const choiceIn = (ballot: number): Choice => CHOICES[ballot % CHOICES.length] as Choice;
const positionIn = (ballot: number): number => Math.floor(ballot / CHOICES.length);

/** Ballots of a round on record at its close, by voter, in the order in which they were cast. */
function ballotsOf(proposal: string, { round, frozen, certificate }: CertifiedVote, log: WholeLog): Map<string, number> {
  const ballots = new Map<string, number>();
  for (const { type, data, position } of log.events<BallotEvent>(['BallotCast', 'BallotWithdrawn'], frozen.at.position, certificate.pollsClosedAt)) {
    if (data.proposal !== proposal || data.round !== round) continue;
    // Taken out first, so that a ballot that replaces another has its own place.
    ballots.delete(data.voter);
    if (type === 'BallotCast') ballots.set(data.voter, packed(data.choice, position));
  }
  return ballots;
}

/** SHA-256 over a line for each ballot: voter, choice and position, parted by spaces, ended by a line feed. */
function hashOf(ballots: ReadonlyMap<string, number>): string {
  const hash = createHash('sha256');
  let lines = '';
  for (const [voter, ballot] of ballots) {
    lines += `${voter} ${choiceIn(ballot)} ${positionIn(ballot)}\n`;
    if (lines.length < 65_536) continue;
    hash.update(lines);
    lines = '';
  }
  return hash.update(lines).digest('hex');
}

export const recount: Inquiry<RecountAsked, Recount> = {
  name: 'recount',
  answer(log, { proposal, under }) {
    const state = log.fold(proposalFold, proposalStream(proposal));
    if (state.status === 'absent') throw proposalRejections.NoSuchProposal();
    const vote = certifiedVote(state);
    if (!vote) throw recountRejections.NotCertified({ phase: state.status });
    const { certificate, frozen, round } = vote;
    const rule = Object.keys(under).length > 0 ? ruleUnder(certificate.rule, under) : undefined;
    const ballots = ballotsOf(proposal, vote, log);
    const counts = { yes: 0, no: 0, abstain: 0, roll: rollAt(frozen, log).length };
    for (const ballot of ballots.values()) counts[choiceIn(ballot)] += 1;
    const recounted = { ...counts, ballotsHash: hashOf(ballots), outcome: outcomeOf(certificate.rule, counts) };
    const { yes, no, abstain, roll, outcome } = certificate;
    const agrees = contentHash({ yes, no, abstain, roll, outcome }) === contentHash({ ...counts, outcome: recounted.outcome });
    return {
      proposal, round, certificate, certificateHash: contentHash(certificate), recounted, agrees,
      ...(rule ? { otherwise: { rule, outcome: outcomeOf(rule, counts) } } : {}),
    };
  },
};
