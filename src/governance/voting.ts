// From freeze to certificate: the roll, the opening, the two steps of the close, and the count.
import { accept, decider, instantOf, msOf, refuse, type Act, type Decision } from '../kernel/index.ts';
import { outcomeOf, type Outcome } from '../community/index.ts';
import { afterCertified } from './aftermath.ts';
import type { CertifyProposal, ClosePolls, CloseVoting, OpenVoting, SealRoll } from './proposal.commands.ts';
import { proposal, VOTING_STATES, type Frozen, type Proposal, type ProposalEvent } from './proposal.ts';
import { inPhase, proposalRejections } from './rejections.ts';

/** Sealed roll of a freeze: how many, and the Merkle root over the salted entries. */
export interface RollSummary {
  readonly size: number;
  readonly root: string;
}

/** Ballots as of the close of the polls. */
export interface Tally {
  readonly yes: number;
  readonly no: number;
  readonly abstain: number;
  /** Positions of ballots that the log stamped at or after the closing time. */
  readonly stampedLater: readonly number[];
}

/** Ballots as of the moment from which a swing is late, and as of the close. */
export interface Swing {
  readonly before: Tally;
  readonly now: Tally;
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
      return inPhase(state, 'polls-closed', ({ proposal: id, pollsClosedAt, frozen, roll, extended }) => {
        const { rule, lateSwing, closesAt } = frozen as Frozen;
        const closed = { proposal: id, pollsClosedAt: pollsClosedAt as number };
        if (lateSwing && swing && !extended) {
          const outcome = (tally: Tally): Outcome => outcomeOf(rule, { ...tally, roll: (roll as RollSummary).size });
          const [before, now] = [outcome(swing.before), outcome(swing.now)];
          if ((before === 'passed') !== (now === 'passed')) {
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
        const { yes, no, abstain, stampedLater } = tally as Tally;
        const outcome = outcomeOf(rule, { yes, no, abstain, roll: size });
        const certified: ProposalEvent = {
          type: 'ProposalCertified',
          data: {
            proposal: id, yes, no, abstain, roll: size, rollRoot: root, rule, frozenAt: at.position, pollsClosedAt: pollsClosedAt as number, stampedLater,
            ...(extended === undefined ? {} : { extended }), ...(rollRound === undefined ? {} : { override: true as const }), outcome,
          },
        };
        return accept(certified, ...afterCertified(present, outcome, now));
      });
    },
  },
});
