// From freeze to certificate: the roll, the opening, the two steps of the close, and the count.
import { accept, decider, instantOf, msOf, refuse, type Act, type Decision } from '../kernel/index.ts';
import { afterCertified } from './aftermath.ts';
import { outcomeOf, type DecisionRule, type Outcome } from '../community/index.ts';
import type { DelegatedVotes } from './delegation/loads.ts';
import { doneBy, elect, type Election, type ElectionCount } from './election.ts';
import type { ChooseOne } from './measure.ts';
import type { CertifyProposal, ClosePolls, CloseVoting, OpenVoting, SealRoll } from './proposal.commands.ts';
import { electionIn, proposal, VOTING_STATES, type Counted, type Frozen, type PlainCounts, type PresentProposal, type Proposal, type ProposalEvent } from './proposal.ts';
import { inPhase, proposalRejections } from './rejections.ts';

/** Sealed roll of a freeze: how many, and the Merkle root over the salted entries. */
export interface RollSummary {
  readonly size: number;
  readonly root: string;
}

/** What ballots add up to, by the method of the vote. */
export type Count = PlainCounts | ElectionCount;

/** Ballots as of the close of the polls. */
export type Tally = Count & {
  /** Positions of ballots that the log stamped at or after the closing time. */
  readonly stampedLater: readonly number[];
  /** Votes that delegates carry are in the counts; absent where none can be. */
  readonly delegation?: DelegatedVotes;
};

/** Ballots as of the moment from which a swing is late, and as of the close. */
export interface Swing {
  readonly before: Tally;
  readonly now: Tally;
}

/** What a vote is judged by. */
export interface Judged {
  /** Absent where the vote is of yes and no. */
  readonly election?: ChooseOne | undefined;
  readonly rule: DecisionRule;
  /** Persons on the roll, and its root. */
  readonly roll: number;
  readonly rollRoot: string;
}

/** What ballots come to: the outcome, with an election's result where there are options. @throws Error a tally of another kind than the vote */
export function resultOf({ election, rule, roll, rollRoot }: Judged, tally: Count): { readonly outcome: Outcome; readonly election?: Election } {
  if (election && 'method' in tally) return elect(election, tally, { rule, roll, rollRoot });
  if ('method' in tally || election) throw new Error('the tally is of another kind than the vote');
  const { yes, no, abstain } = tally;
  return { outcome: outcomeOf(rule, { yes, no, abstain, roll }) };
}

const judged = (state: PresentProposal): Judged => {
  const { frozen, roll } = state;
  const { size, root } = roll as RollSummary;
  return { election: electionIn(state), rule: (frozen as Frozen).rule, roll: size, rollRoot: root };
};

/** A tally and what it comes to, as a certificate states them. */
export function statedAs(vote: Judged, count: Count): Counted & { readonly outcome: Outcome } {
  const { outcome, election } = resultOf(vote, count);
  if ('method' in count) return { ballots: count.ballots, abstain: count.abstain, election: election as Election, outcome };
  return { yes: count.yes, no: count.no, abstain: count.abstain, outcome };
}

export const voting = decider<ProposalEvent, Proposal>()({
  ...proposal,
  decide: {
    SealRoll(_: SealRoll, state, { roll }: { readonly roll: RollSummary | undefined } & Act): Decision<ProposalEvent> {
      return inPhase(state, 'frozen', (present) => {
        if (present.roll || !roll) return refuse(proposalRejections.WrongPhase({ phase: 'roll sealed' }));
        return accept({ type: 'RollSealed', data: { proposal: present.proposal, size: roll.size, root: roll.root, opensAt: (present.frozen as Frozen).opensAt } });
      });
    },

    OpenVoting(_: OpenVoting, state, { now }: Act): Decision<ProposalEvent> {
      return inPhase(state, 'frozen', ({ proposal: id, frozen, roll }) => {
        const { opensAt, closesAt } = frozen as Frozen;
        if (!roll) return refuse(proposalRejections.RollNotSealed());
        if (now < opensAt) return refuse(proposalRejections.NotYetDue({ due: opensAt }));
        if (roll.size === 0) return accept({ type: 'ProposalLapsed', data: { proposal: id, reason: 'EmptyRoll' } });
        if (now >= closesAt) return accept({ type: 'ProposalLapsed', data: { proposal: id, reason: 'NotOpenedInTime' } });
        return accept({ type: 'VotingOpened', data: { proposal: id, closesAt } });
      });
    },

    ClosePolls(_: ClosePolls, state, { now }: Act): Decision<ProposalEvent> {
      return inPhase(state, VOTING_STATES, ({ proposal: id, frozen }) => {
        const { closesAt } = frozen as Frozen;
        if (now < closesAt) return refuse(proposalRejections.NotYetDue({ due: closesAt }));
        return accept({ type: 'PollsClosed', data: { proposal: id } });
      });
    },

    CloseVoting(_: CloseVoting, state, { swing, now: present }: { readonly swing: Swing | undefined } & Act): Decision<ProposalEvent> {
      return inPhase(state, 'polls-closed', (closing) => {
        const { proposal: id, pollsClosedAt, frozen, extended } = closing;
        const { lateSwing, closesAt } = frozen as Frozen;
        const closed = { proposal: id, pollsClosedAt: pollsClosedAt as number };
        if (lateSwing && swing && !extended) {
          if (doneBy(resultOf(judged(closing), swing.before)) !== doneBy(resultOf(judged(closing), swing.now))) {
            // Whenever this comes about, everybody has the whole of the time to answer.
            const goesOn = instantOf(Math.max(msOf(closesAt), msOf(present)) + msOf(lateSwing.until) - msOf(closesAt));
            return accept({ type: 'VotingExtended', data: { ...closed, reason: 'LateSwing', closesAt: goesOn } });
          }
        }
        return accept({ type: 'VotingClosed', data: closed });
      });
    },

    CertifyProposal(_: CertifyProposal, state, { tally, now }: { readonly tally: Tally | undefined } & Act): Decision<ProposalEvent> {
      return inPhase(state, 'voting-closed', (present) => {
        const { proposal: id, frozen, roll, rollRound, pollsClosedAt, extended } = present;
        const { rule, at } = frozen as NonNullable<typeof frozen>;
        const { size, root } = roll as RollSummary;
        const { outcome, ...counts } = statedAs(judged(present), tally as Tally);
        const { stampedLater, delegation } = tally as Tally;
        const certified: ProposalEvent = {
          type: 'ProposalCertified',
          data: {
            proposal: id, ...counts, roll: size, rollRoot: root, rule, frozenAt: at.position, pollsClosedAt: pollsClosedAt as number, stampedLater,
            ...(extended === undefined ? {} : { extended }), ...(rollRound === undefined ? {} : { override: true as const }), ...(delegation ? { delegation } : {}), outcome,
          },
        };
        return accept(certified, ...afterCertified(present, outcome, now));
      });
    },
  },
});
