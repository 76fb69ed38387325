// Sponsors of a proposal that waits to be admitted: the account of who supports which of its texts. A stream of its own, so that the
// proposal's, on which others are guarded, stays quiet.
import { accept, decider, defineRejections, describeEvents, refuse, type Act, type Decision, type Event, type Recorded } from '../kernel/index.ts';
import { communityRejections, isInForce, isMember, type Charter, type Membership } from '../community/index.ts';
import type { SponsorProposal, WithdrawSponsorship } from './proposal.commands.ts';
import type { PresentProposal, Proposal, ProposalState } from './proposal.ts';
import { proposalRejections } from './rejections.ts';

export const sponsorsStream = (proposal: string): string => `sponsors-${proposal}`;

/** Phases in which a proposal waits for sponsors. */
export const SPONSORABLE: readonly ProposalState[] = ['submitted', 'inadmissible'];

interface Sponsorship {
  readonly proposal: string;
  readonly sponsor: string;
  /** The text that is supported: another one asks for support anew. */
  readonly textRevision: number;
}

export type SponsorEvent =
  | Event<'ProposalSponsored', Sponsorship>
  | Event<'SponsorshipWithdrawn', Sponsorship>
  /** As many as the charter asks for. */
  | Event<'SponsorsReached', { readonly proposal: string; readonly textRevision: number; readonly sponsors: number }>;

export const sponsorEvents = describeEvents<SponsorEvent>({
  ProposalSponsored: { wire: 'governance.proposal-sponsored.v1', visibility: 'community' },
  SponsorshipWithdrawn: { wire: 'governance.sponsorship-withdrawn.v1', visibility: 'community' },
  SponsorsReached: { wire: 'governance.sponsors-reached.v1', visibility: 'community' },
});

export const sponsorRejections = defineRejections({
  SponsorsNotAsked: [409, 'the charter asks for no sponsors', 'Sponsors admit a proposal where the charter says how many of them do.'],
  SponsoredAlready: [409, 'the caller sponsors this text already', 'Each member sponsors a text once.'],
  NoSponsorship: [409, 'the caller does not sponsor this text', 'Only what was declared can be withdrawn.'],
});

export interface Sponsors {
  /** The text that they support: earlier ones’ sponsors count no more. */
  readonly textRevision: number;
  readonly persons: readonly string[];
  /** How many there were when they were enough. */
  readonly reached?: number;
}

function evolve(state: Sponsors, event: Recorded<SponsorEvent>): Sponsors {
  const { textRevision } = event.data;
  const { persons, reached } = sponsorsOf(state, textRevision);
  const enough = reached === undefined ? {} : { reached };
  switch (event.type) {
    case 'ProposalSponsored':
      return { textRevision, persons: [...persons, event.data.sponsor], ...enough };
    case 'SponsorshipWithdrawn':
      return { textRevision, persons: persons.filter((person) => person !== event.data.sponsor), ...enough };
    case 'SponsorsReached':
      return { textRevision, persons, reached: event.data.sponsors };
    default:
      return state;
  }
}

/** Those of one text. */
export const sponsorsOf = (state: Sponsors, textRevision: number): Sponsors => (state.textRevision === textRevision ? state : { textRevision, persons: [] });

export const sponsors = { name: 'sponsors', initial: { textRevision: 0, persons: [] } as Sponsors, evolve };

export interface SponsoringContext {
  readonly proposal: Proposal;
  readonly charter: Charter;
  readonly membership: Membership;
}

type Context = SponsoringContext & Act;

/** Decides for a member, not the proposer, on a proposal that waits for sponsors. */
function sponsorable({ proposal, membership, actor }: Context, decide: (present: PresentProposal) => Decision<SponsorEvent>): Decision<SponsorEvent> {
  if (proposal.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
  if (!isMember(membership)) return refuse(proposalRejections.MembersOnly());
  if (proposal.proposer === actor) return refuse(proposalRejections.OwnProposal());
  if (!SPONSORABLE.includes(proposal.status)) return refuse(proposalRejections.WrongPhase({ phase: proposal.status, needed: SPONSORABLE.join(', ') }));
  return decide(proposal);
}

export const sponsoring = decider<SponsorEvent, Sponsors>()({
  ...sponsors,
  decide: {
    SponsorProposal({ proposal: id }: SponsorProposal, state, context: Context): Decision<SponsorEvent> {
      return sponsorable(context, ({ textRevision }) => {
        const { charter, actor } = context;
        if (!isInForce(charter)) return refuse(communityRejections.CommunityNotInForce());
        const needed = charter.rules.sponsors ?? 0;
        if (needed === 0) return refuse(sponsorRejections.SponsorsNotAsked());
        const { persons, reached } = sponsorsOf(state, textRevision);
        if (persons.includes(actor)) return refuse(sponsorRejections.SponsoredAlready({ textRevision }));
        const sponsored: SponsorEvent = { type: 'ProposalSponsored', data: { proposal: id, sponsor: actor, textRevision } };
        const count = persons.length + 1;
        if (count < needed || reached !== undefined) return accept(sponsored);
        return accept<SponsorEvent>(sponsored, { type: 'SponsorsReached', data: { proposal: id, textRevision, sponsors: count } });
      });
    },

    WithdrawSponsorship({ proposal: id }: WithdrawSponsorship, state, context: Context): Decision<SponsorEvent> {
      return sponsorable(context, ({ textRevision }) => {
        const { actor } = context;
        if (!sponsorsOf(state, textRevision).persons.includes(actor)) return refuse(sponsorRejections.NoSponsorship({ textRevision }));
        return accept({ type: 'SponsorshipWithdrawn', data: { proposal: id, sponsor: actor, textRevision } });
      });
    },
  },
});
