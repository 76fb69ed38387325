// One member's amendment: another text for a proposal in deliberation, against the text as it is. The proposer takes it over as a revision
// or rejects it. It lapses by itself when the text becomes another one or the proposal leaves deliberation: both are events of the proposal's.
import { accept, decider, defineRejections, describeEvents, refuse, type Act, type Decision, type Event, type Recorded } from '../kernel/index.ts';
import { isMember } from '../community/index.ts';
import type { Sealed } from '../runtime/index.ts';
import type { ProposeAmendment, RejectAmendment, WithdrawAmendment } from './amendment.commands.ts';
import { textOf, type DeliberationContext } from './deliberation.ts';
import type { ProposedText } from './measure.ts';
import type { PresentProposal, Proposal } from './proposal.ts';
import { proposalRejections } from './rejections.ts';
import { faultInRevision } from './revising.ts';

export const amendmentStream = (amendment: string): string => `amendment-${amendment}`;

interface OfAmendment {
  readonly amendment: string;
  readonly proposal: string;
  readonly author: string;
}

export type AmendmentEvent =
  | Event<'AmendmentProposed', OfAmendment & ProposedText & { /** Number of the text that it is against. */ readonly against: number }>
  | Event<'AmendmentWithdrawn', OfAmendment>
  | Event<'AmendmentRejected', OfAmendment & { readonly reason: Sealed }>;

export const amendmentEvents = describeEvents<AmendmentEvent>({
  AmendmentProposed: { wire: 'governance.amendment-proposed.v1', visibility: 'public' },
  AmendmentWithdrawn: { wire: 'governance.amendment-withdrawn.v1', visibility: 'public' },
  AmendmentRejected: { wire: 'governance.amendment-rejected.v1', visibility: 'public' },
});

export const amendmentRejections = defineRejections({
  NoSuchAmendment: [404, 'there is no such amendment of this proposal', 'An amendment belongs to the proposal whose text it would change.'],
  AmendmentOutdated: [409, 'the amendment is against another text than the present one', 'An amendment changes the text that it was written against; when that is another one, it has lapsed.'],
  AmendmentSettled: [409, 'the amendment was withdrawn or rejected', 'An amendment is settled once.'],
  NotTheAmender: [403, 'only who proposed the amendment may do this', 'An amendment is withdrawn by its author.'],
});

export type Amendment =
  | { readonly status: 'absent' }
  | (OfAmendment & { readonly status: 'open' | 'withdrawn' | 'rejected'; readonly against: number; readonly text: ProposedText });

function evolve(state: Amendment, event: Recorded<AmendmentEvent>): Amendment {
  if (event.type === 'AmendmentProposed') {
    const { amendment, proposal, author, against, ...text } = event.data;
    return { status: 'open', amendment, proposal, author, against, text };
  }
  if (state.status === 'absent') return state;
  return { ...state, status: event.type === 'AmendmentWithdrawn' ? 'withdrawn' : 'rejected' };
}

export const amendment = { name: 'amendment', initial: { status: 'absent' } as Amendment, evolve };

/** An amendment that can still be taken over, and the proposal whose text it would change. */
type Open = { readonly found: Exclude<Amendment, { status: 'absent' }>; readonly present: PresentProposal };

/** Finds the amendment of a proposal while it is open. @returns the refusal where it is not */
export function openAmendment(state: Amendment, proposal: Proposal, id: string): Open | { readonly refused: ReturnType<typeof refuse> } {
  if (proposal.status === 'absent') return { refused: refuse(proposalRejections.NoSuchProposal()) };
  if (state.status === 'absent' || state.proposal !== id) return { refused: refuse(amendmentRejections.NoSuchAmendment()) };
  if (state.status !== 'open') return { refused: refuse(amendmentRejections.AmendmentSettled({ state: state.status })) };
  if (proposal.status !== 'deliberation') return { refused: refuse(proposalRejections.WrongPhase({ phase: proposal.status, needed: 'deliberation' })) };
  const { textRevision } = proposal;
  if (state.against !== textRevision) return { refused: refuse(amendmentRejections.AmendmentOutdated({ against: state.against, textRevision })) };
  return { found: state, present: proposal };
}

type Context = DeliberationContext & { readonly proposal: Proposal } & Act;

const of = ({ amendment: id, proposal, author }: OfAmendment): OfAmendment => ({ amendment: id, proposal, author });

export const amending = decider<AmendmentEvent, Amendment>()({
  ...amendment,
  decide: {
    ProposeAmendment(command: ProposeAmendment, _, context: Context): Decision<AmendmentEvent> {
      const { proposal, membership, actor, newId } = context;
      if (proposal.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
      if (!isMember(membership)) return refuse(proposalRejections.MembersOnly());
      if (proposal.proposer === actor) return refuse(proposalRejections.OwnProposal());
      if (proposal.status !== 'deliberation') return refuse(proposalRejections.WrongPhase({ phase: proposal.status, needed: 'deliberation' }));
      const { against } = command;
      const { textRevision } = proposal;
      if (against !== textRevision) return refuse(amendmentRejections.AmendmentOutdated({ against, textRevision }));
      const text = textOf(command);
      const fault = faultInRevision(proposal, text, context);
      if (fault) return refuse(fault);
      return accept({ type: 'AmendmentProposed', data: { amendment: newId(), proposal: proposal.proposal, author: actor, against, ...text } });
    },

    WithdrawAmendment({ proposal: id }: WithdrawAmendment, state, { proposal, actor }: Context): Decision<AmendmentEvent> {
      const open = openAmendment(state, proposal, id);
      if ('refused' in open) return open.refused;
      return open.found.author === actor ? accept({ type: 'AmendmentWithdrawn', data: of(open.found) }) : refuse(amendmentRejections.NotTheAmender());
    },

    RejectAmendment({ proposal: id, reason }: RejectAmendment, state, { proposal, actor }: Context): Decision<AmendmentEvent> {
      const open = openAmendment(state, proposal, id);
      if ('refused' in open) return open.refused;
      if (open.present.proposer !== actor) return refuse(proposalRejections.NotTheProposer());
      return accept({ type: 'AmendmentRejected', data: { ...of(open.found), reason } });
    },
  },
});
