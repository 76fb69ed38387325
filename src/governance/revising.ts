// Revising: another text before the freeze, about the same matter once the proposal was admitted.
import { accept, contentHash, decider, refuse, type Act, type Decision } from '../kernel/index.ts';
import { communityRejections, isInForce, isMember, type Charter } from '../community/index.ts';
import { faultIn, textOf, type DeliberationContext } from './deliberation.ts';
import { matterOf, movedSince, type ProposedText } from './measure.ts';
import type { ReviseProposal } from './proposal.commands.ts';
import { proposal, type PresentProposal, type Proposal, type ProposalEvent, type ProposalState } from './proposal.ts';
import { proposalRejections } from './rejections.ts';

/** Phases in which the text can still become another one. */
export const REVISABLE: readonly ProposalState[] = ['draft', 'submitted', 'deliberation'];

type Context = DeliberationContext & Act;

/** Why another text cannot take the place of the present one; undefined when it can. */
export function faultInRevision(present: PresentProposal, text: ProposedText, context: Pick<Context, 'charter' | 'unregistered' | 'uncatalogued' | 'concerned' | 'now'>) {
  const { charter } = context;
  if (!isInForce(charter)) return communityRejections.CommunityNotInForce();
  const admitted = present.status === 'deliberation';
  const moved = movedSince(charter, present.text.measure, present.writtenAgainst);
  // Before others had it before them, a new text is simply written against the charter as it is now.
  if (admitted && moved) return proposalRejections.NeedsRebase({ ...moved, writtenAgainst: present.writtenAgainst });
  const [before, after] = [matterOf(present.text.measure), matterOf(text.measure)];
  if (admitted && before !== after) return proposalRejections.AnotherMatter({ proposed: before });
  if (contentHash(text) === contentHash(present.text)) return proposalRejections.TextUnchanged();
  return faultIn(text, charter, context);
}

/** The next text, written against the charter as it is now. */
export const revisionOf = ({ proposal: id, textRevision, writtenAgainst, status }: PresentProposal, text: ProposedText, charter: Charter) => ({
  proposal: id,
  textRevision: textRevision + 1,
  writtenAgainst: isInForce(charter) ? charter.revision : writtenAgainst,
  admitted: status === 'deliberation',
  ...text,
});

export const revising = decider<ProposalEvent, Proposal>()({
  ...proposal,
  decide: {
    ReviseProposal(command: ReviseProposal, state, context: Context): Decision<ProposalEvent> {
      if (state.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
      if (state.proposer !== context.actor) return refuse(proposalRejections.NotTheProposer());
      if (!isMember(context.membership)) return refuse(proposalRejections.MembersOnly());
      if (!REVISABLE.includes(state.status)) return refuse(proposalRejections.WrongPhase({ phase: state.status, needed: REVISABLE.join(', ') }));
      const text = textOf(command);
      const fault = faultInRevision(state, text, context);
      if (fault) return refuse(fault);
      return accept({ type: 'ProposalRevised', data: revisionOf(state, text, context.charter) });
    },
  },
});
