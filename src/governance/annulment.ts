// Annulment: the remedy by which a vote that was disputed with right is none any more. What was decided is proposed anew, or not at all.
import { accept, decider, refuse, type Act, type Decision } from '../kernel/index.ts';
import type { AnnulVote } from './dispute.commands.ts';
import { disputeRejections, type Disputes } from './dispute.ts';
import { proposal, type Proposal, type ProposalEvent } from './proposal.ts';
import { inPhase } from './rejections.ts';

export const annulment = decider<ProposalEvent, Proposal>()({
  ...proposal,
  name: 'annulment',
  decide: {
    AnnulVote({ dispute: id }: AnnulVote, state, { disputes }: { readonly disputes: Disputes } & Act): Decision<ProposalEvent> {
      return inPhase(state, ['contestable', 'failed'], ({ proposal: of }) => {
        const dispute = disputes.find((one) => one.dispute === id);
        if (!dispute) return refuse(disputeRejections.NoSuchDispute());
        if (dispute.status !== 'upheld') return refuse(disputeRejections.DisputeSettled());
        return accept({ type: 'ProposalAnnulled', data: { proposal: of, dispute: id, reason: dispute.remedy === 'annul' ? 'Irregularity' : 'RecountDiffers' } });
      });
    },
  },
});
