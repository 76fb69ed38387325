// Admissibility: what a steward finds of a submitted proposal, and how sponsors have the last word on it.
import { accept, decider, refuse, SYSTEM_ACTOR, type Act, type Decision } from '../kernel/index.ts';
import { communityRejections, holdsRole, type Membership } from '../community/index.ts';
import type { AdmitSponsored, FindInadmissible } from './proposal.commands.ts';
import { personsConcernedBy } from './measure.ts';
import { proposal, type Proposal, type ProposalEvent } from './proposal.ts';
import { inPhase, proposalRejections } from './rejections.ts';
import { SPONSORABLE, sponsorsOf, type Sponsors } from './sponsoring.ts';

export const admissibility = decider<ProposalEvent, Proposal>()({
  ...proposal,
  decide: {
    FindInadmissible({ reason }: FindInadmissible, state, { membership, actor }: { readonly membership: Membership } & Act): Decision<ProposalEvent> {
      return inPhase(state, 'submitted', ({ proposal: id, proposer, text }) => {
        if (!holdsRole(membership, 'steward')) return refuse(communityRejections.StewardRequired());
        if (proposer === actor) return refuse(proposalRejections.OwnProposal());
        if (personsConcernedBy(text.measure).includes(actor)) return refuse(proposalRejections.OwnCase());
        return accept({ type: 'ProposalFoundInadmissible', data: { proposal: id, by: actor, reason } });
      });
    },
  },
});

/** That there were enough of them stands, whatever a steward found meanwhile. */
export const sponsoredAdmission = decider<ProposalEvent, Proposal>()({
  ...proposal,
  decide: {
    AdmitSponsored(_: AdmitSponsored, state, { sponsors }: { readonly sponsors: Sponsors } & Act): Decision<ProposalEvent> {
      if (state.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
      if (!SPONSORABLE.includes(state.status)) return refuse(proposalRejections.WrongPhase({ phase: state.status, needed: SPONSORABLE.join(', ') }));
      const { reached } = sponsorsOf(sponsors, state.textRevision);
      if (reached === undefined) return refuse(proposalRejections.NotYetDue({ due: 'its sponsors' }));
      return accept({ type: 'ProposalAdmitted', data: { proposal: state.proposal, by: SYSTEM_ACTOR, sponsors: reached } });
    },
  },
});
