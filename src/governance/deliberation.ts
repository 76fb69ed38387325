// From draft to freeze: who may bring a proposal in, who admits it, and what its freeze fixes.
import { accept, after, contentHash, decider, instantOf, msOf, refuse, type Act, type Decision, type Instant } from '../kernel/index.ts';
import { communityRejections, holdsRole, inForceAs, isInForce, isMember, type Charter, type Membership } from '../community/index.ts';
import type { AdmitProposal, DraftProposal, FreezeProposal, SubmitProposal, WithdrawProposal } from './proposal.commands.ts';
import { proposal, type Proposal, type ProposalEvent, type ProposalState } from './proposal.ts';
import { inPhase, proposalRejections } from './rejections.ts';

const YEAR = { days: 365 };
const WITHDRAWABLE: readonly ProposalState[] = ['draft', 'submitted', 'deliberation'];

/** Any RFC 3339 instant in the form that sorts by time. */
const canonical = (instant: string): Instant => instantOf(msOf(instant));

export interface DeliberationContext {
  readonly charter: Charter;
  readonly membership: Membership;
  /** PartyIds that a draft's clauses name and nobody has registered. */
  readonly unregistered: readonly string[];
}

type Context = DeliberationContext & Act;

export const deliberation = decider<ProposalEvent, Proposal>()({
  ...proposal,
  decide: {
    DraftProposal({ protocol, title, prose, clauses }: DraftProposal, state, { charter, membership, unregistered, actor, newId }: Context): Decision<ProposalEvent> {
      if (!isInForce(charter)) return refuse(communityRejections.CommunityNotInForce());
      if (!isMember(membership)) return refuse(proposalRejections.MembersOnly());
      if (state.status !== 'absent') return refuse(proposalRejections.ProposalExists());
      if (new Set(clauses.map(({ id }) => id)).size < clauses.length) return refuse(proposalRejections.ClauseIdTwice());
      if (unregistered.length > 0) return refuse(communityRejections.PartyNotRegistered({ parties: unregistered }));
      const plain = clauses.map(({ kind, id, materials, parties, exceptions }) => ({ kind, id, materials, parties, exceptions }));
      const proposed = { protocol, title, prose, clauses: plain };
      const data = { proposal: newId(), kind: 'adopt-protocol', proposer: actor, writtenAgainst: charter.revision, ...proposed } as const;
      return accept({ type: 'ProposalDrafted', data });
    },

    SubmitProposal(_: SubmitProposal, state, { membership, actor }: Context): Decision<ProposalEvent> {
      return inPhase(state, 'draft', ({ proposal: id, proposer }) => {
        if (proposer !== actor) return refuse(proposalRejections.NotTheProposer());
        if (!isMember(membership)) return refuse(proposalRejections.MembersOnly());
        return accept({ type: 'ProposalSubmitted', data: { proposal: id } });
      });
    },

    AdmitProposal(_: AdmitProposal, state, { membership, actor }: Context): Decision<ProposalEvent> {
      return inPhase(state, 'submitted', ({ proposal: id, proposer }) => {
        if (!holdsRole(membership, 'steward')) return refuse(communityRejections.StewardRequired());
        if (proposer === actor) return refuse(proposalRejections.OwnProposal());
        return accept({ type: 'ProposalAdmitted', data: { proposal: id, by: actor } });
      });
    },

    WithdrawProposal(_: WithdrawProposal, state, { actor }: Context): Decision<ProposalEvent> {
      if (state.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
      if (state.proposer !== actor) return refuse(proposalRejections.NotTheProposer());
      if (!WITHDRAWABLE.includes(state.status)) return refuse(proposalRejections.NoLongerWithdrawable({ phase: state.status }));
      return accept({ type: 'ProposalWithdrawn', data: { proposal: state.proposal, admitted: state.status === 'deliberation' } });
    },

    FreezeProposal({ opensAt, closesAt }: FreezeProposal, state, { charter, membership, now }: Context): Decision<ProposalEvent> {
      return inPhase(state, 'deliberation', ({ proposal: id, proposed, writtenAgainst }) => {
        if (!holdsRole(membership, 'steward')) return refuse(communityRejections.StewardRequired());
        if (!isInForce(charter)) return refuse(communityRejections.CommunityNotInForce());
        const { rules, revision } = charter;
        const touched = inForceAs(charter, proposed.protocol);
        if (touched && touched.charterRevision > writtenAgainst) {
          return refuse(proposalRejections.NeedsRebase({ protocol: proposed.protocol, writtenAgainst, movedTo: touched.charterRevision }));
        }
        const readable = after(now, rules.reading);
        const opens = opensAt === undefined ? readable : canonical(opensAt);
        if (opens < readable) return refuse(proposalRejections.ReadingTooShort({ earliest: readable, opensAt: opens }));
        const shortest = after(opens, rules.voting);
        const closes = closesAt === undefined ? shortest : canonical(closesAt);
        if (closes < shortest) return refuse(proposalRejections.VotingTooShort({ earliest: shortest, closesAt: closes }));
        const latest = after(now, YEAR);
        if (closes > latest) return refuse(proposalRejections.VotingTooFar({ latest, closesAt: closes }));
        return accept({
          type: 'ProposalFrozen',
          data: {
            proposal: id,
            textHash: contentHash(proposed),
            charterRevision: revision,
            rule: rules.decision.ordinary,
            membershipBeforeFreeze: rules.membershipBeforeFreeze,
            opensAt: opens,
            closesAt: closes,
          },
        });
      });
    },
  },
});
