// Accepting an amendment: it becomes the next revision of the proposal's text, and credits its author.
import { accept, decider, refuse, type Act, type Decision } from '../kernel/index.ts';
import { isMember } from '../community/index.ts';
import type { AcceptAmendment } from './amendment.commands.ts';
import { openAmendment, type Amendment } from './amendment.ts';
import type { DeliberationContext } from './deliberation.ts';
import { proposal, type Proposal, type ProposalEvent } from './proposal.ts';
import { proposalRejections } from './rejections.ts';
import { faultInRevision, revisionOf } from './revising.ts';

export const accepting = decider<ProposalEvent, Proposal>()({
  ...proposal,
  decide: {
    AcceptAmendment({ proposal: id }: AcceptAmendment, state, context: DeliberationContext & { readonly amendment: Amendment } & Act): Decision<ProposalEvent> {
      const open = openAmendment(context.amendment, state, id);
      if ('refused' in open) return open.refused;
      const { found: { amendment, author, text }, present } = open;
      if (present.proposer !== context.actor) return refuse(proposalRejections.NotTheProposer());
      if (!isMember(context.membership)) return refuse(proposalRejections.MembersOnly());
      // The charter may have moved since it was proposed.
      const fault = faultInRevision(present, text, context);
      if (fault) return refuse(fault);
      return accept({ type: 'ProposalRevised', data: { ...revisionOf(present, text, context.charter), amendment: { amendment, author } } });
    },
  },
});
