// A proposal: the events of its way from draft to enactment, and the state that they fold to. The stream carries phases only, so
// that ballots, which are guarded on it, stay undisturbed.
import { describeEvents, type Duration, type Event, type Fold, type Instant, type Recorded } from '../kernel/index.ts';
import type { Clause, DecisionRule, FreezePoint, Outcome } from '../community/index.ts';

export const proposalStream = (proposal: string): string => `proposal-${proposal}`;

/** What enactment does: puts a protocol in force, or puts a new text of it in the place of the one in force. */
export interface ProposedProtocol {
  /** Code of the protocol. */
  readonly protocol: string;
  readonly title: string;
  readonly prose: string;
  readonly clauses: readonly Clause[];
}

/** All that a freeze fixes: later changes of charter or membership never touch the vote. */
export interface Frozen {
  /** Content hash of the proposed protocol. */
  readonly textHash: string;
  readonly charterRevision: number;
  readonly rule: DecisionRule;
  /** How long one must have been a member to be on the roll. */
  readonly membershipBeforeFreeze: Duration;
  readonly opensAt: Instant;
  readonly closesAt: Instant;
}

/** Result of a vote, complete enough to be checked against the log. Positions are those of the log. */
export interface Certificate {
  readonly yes: number;
  readonly no: number;
  readonly abstain: number;
  /** Persons on the roll, and the roll's Merkle root. */
  readonly roll: number;
  readonly rollRoot: string;
  readonly rule: DecisionRule;
  /** Where the roll was fixed. */
  readonly frozenAt: number;
  /** Up to where ballots count. */
  readonly pollsClosedAt: number;
  /** Ballots that count although the log stamped them at or after the closing time: accepted before it by the deciding clock. */
  readonly stampedLater: readonly number[];
  readonly outcome: Outcome;
}

export type ProposalEvent =
  | Event<
      'ProposalDrafted',
      ProposedProtocol & {
        readonly proposal: string;
        readonly kind: 'adopt-protocol';
        readonly proposer: string;
        /** Revision of the charter that the text was written against. */
        readonly writtenAgainst: number;
      }
    >
  | Event<'ProposalSubmitted', { readonly proposal: string }>
  | Event<'ProposalAdmitted', { readonly proposal: string; readonly by: string }>
  /** `admitted`: whether it had come before the public. */
  | Event<'ProposalWithdrawn', { readonly proposal: string; readonly admitted: boolean }>
  | Event<'ProposalFrozen', Frozen & { readonly proposal: string }>
  | Event<'RollSealed', { readonly proposal: string; readonly size: number; readonly root: string; readonly opensAt: Instant }>
  | Event<'VotingOpened', { readonly proposal: string; readonly closesAt: Instant }>
  | Event<'ProposalLapsed', { readonly proposal: string; readonly reason: 'EmptyRoll' | 'NotOpenedInTime' }>
  | Event<'PollsClosed', { readonly proposal: string }>
  | Event<'VotingClosed', { readonly proposal: string; readonly pollsClosedAt: number }>
  | Event<'ProposalCertified', Certificate & { readonly proposal: string }>
  | Event<'ProposalEnacted', { readonly proposal: string; readonly charterRevision: number }>
  | Event<'ProposalNeedsRebase', { readonly proposal: string; readonly protocol: string; readonly movedTo: number }>;

export const proposalEvents = describeEvents<ProposalEvent>({
  ProposalDrafted: { wire: 'governance.proposal-drafted.v1', visibility: 'community' },
  ProposalSubmitted: { wire: 'governance.proposal-submitted.v1', visibility: 'community' },
  ProposalAdmitted: { wire: 'governance.proposal-admitted.v1', visibility: 'public' },
  ProposalWithdrawn: { wire: 'governance.proposal-withdrawn.v1', visibility: ({ admitted }) => [admitted ? 'public' : 'community'] },
  ProposalFrozen: { wire: 'governance.proposal-frozen.v1', visibility: 'public' },
  RollSealed: { wire: 'governance.roll-sealed.v1', visibility: 'public' },
  VotingOpened: { wire: 'governance.voting-opened.v1', visibility: 'public' },
  ProposalLapsed: { wire: 'governance.proposal-lapsed.v1', visibility: 'public' },
  PollsClosed: { wire: 'governance.polls-closed.v1', visibility: 'public' },
  VotingClosed: { wire: 'governance.voting-closed.v1', visibility: 'public' },
  ProposalCertified: { wire: 'governance.proposal-certified.v1', visibility: 'public' },
  ProposalEnacted: { wire: 'governance.proposal-enacted.v1', visibility: 'public' },
  ProposalNeedsRebase: { wire: 'governance.proposal-needs-rebase.v1', visibility: 'public' },
});

export const PROPOSAL_STATES = [
  'draft', 'submitted', 'deliberation', 'frozen', 'voting', 'polls-closed', 'voting-closed', 'passed', 'failed', 'lapsed', 'withdrawn', 'enacted',
  'needs-rebase',
] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];

export type Proposal =
  | { readonly status: 'absent' }
  | {
      readonly status: ProposalState;
      readonly proposal: string;
      readonly proposer: string;
      readonly proposed: ProposedProtocol;
      readonly writtenAgainst: number;
      readonly frozen?: Frozen & { readonly at: FreezePoint };
      readonly roll?: { readonly size: number; readonly root: string };
      /** Position of `PollsClosed`. */
      readonly pollsClosedAt?: number;
      readonly certificate?: Certificate;
    };

type Present = Exclude<Proposal, { status: 'absent' }>;

function evolve(state: Proposal, event: Recorded<ProposalEvent>): Proposal {
  if (event.type === 'ProposalDrafted') {
    const { proposal, proposer, writtenAgainst, kind: _, ...proposed } = event.data;
    return { status: 'draft', proposal, proposer, proposed, writtenAgainst };
  }
  return state.status === 'absent' ? state : moved(state, event);
}

function moved(state: Present, event: Recorded<Exclude<ProposalEvent, { type: 'ProposalDrafted' }>>): Proposal {
  switch (event.type) {
    case 'ProposalSubmitted':
      return { ...state, status: 'submitted' };
    case 'ProposalAdmitted':
      return { ...state, status: 'deliberation' };
    case 'ProposalWithdrawn':
      return { ...state, status: 'withdrawn' };
    case 'ProposalFrozen': {
      const { proposal: _, ...frozen } = event.data;
      return { ...state, status: 'frozen', frozen: { ...frozen, at: { position: event.position, time: event.time } } };
    }
    case 'RollSealed':
      return { ...state, roll: { size: event.data.size, root: event.data.root } };
    case 'VotingOpened':
      return { ...state, status: 'voting' };
    case 'ProposalLapsed':
      return { ...state, status: 'lapsed' };
    case 'PollsClosed':
      return { ...state, status: 'polls-closed', pollsClosedAt: event.position };
    case 'VotingClosed':
      return { ...state, status: 'voting-closed' };
    case 'ProposalCertified': {
      const { proposal: _, ...certificate } = event.data;
      return { ...state, status: certificate.outcome === 'passed' ? 'passed' : 'failed', certificate };
    }
    case 'ProposalEnacted':
      return { ...state, status: 'enacted' };
    case 'ProposalNeedsRebase':
      return { ...state, status: 'needs-rebase' };
    default:
      return state;
  }
}

export const proposal: Fold<ProposalEvent, Proposal> = { name: 'proposal', initial: { status: 'absent' }, evolve };
