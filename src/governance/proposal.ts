// A proposal: the events of its way from draft to enactment, and the state that they fold to. The stream carries phases only, so
// that ballots, which are guarded on it, stay undisturbed.
import { describeEvents, type Duration, type Event, type Fold, type Instant, type Recorded } from '../kernel/index.ts';
import type { Clause, DecisionClass, DecisionRule, FreezePoint, Outcome, Touched, VetoGround } from '../community/index.ts';
import type { Aftermath } from './aftermath.ts';
import type { DelegatedVotes } from './delegation/loads.ts';
import type { Election } from './election.ts';
import { isElection, textIn, type ChooseOne, type ProposedText } from './measure.ts';

export const proposalStream = (proposal: string): string => `proposal-${proposal}`;

/** All that a freeze fixes: later changes of charter or membership never touch the vote. */
export interface Frozen {
  /** Content hash of title, prose and measure; of freezes that the first version wrote, of protocol, title, prose and clauses. */
  readonly textHash: string;
  /** Number of the text revision; absent in freezes from before texts were revised. */
  readonly textRevision?: number;
  readonly charterRevision: number;
  readonly decisionClass: DecisionClass;
  readonly rule: DecisionRule;
  /** How long one must have been a member to be on the roll. */
  readonly membershipBeforeFreeze: Duration;
  readonly opensAt: Instant;
  readonly closesAt: Instant;
  /** What would pass at the close but not at `from`, or the other way round, extends the vote to `until`; absent where nothing does. */
  readonly lateSwing?: { readonly from: Instant; readonly until: Instant };
  /** Votes of who casts none are carried by delegates; absent: they are not. */
  readonly delegation?: FrozenDelegation;
  /** What stands between the certificate and enactment; absent: nothing does. */
  readonly aftermath?: Aftermath;
}

/** What of delegation holds for a vote. */
export interface FrozenDelegation {
  readonly topic?: string;
  readonly cap?: number;
}

/** Result of a vote, complete enough to be checked against the log. Positions are those of the log. */
export type Certificate = Certified & Counted;

export interface PlainCounts {
  readonly yes: number;
  readonly no: number;
  readonly abstain: number;
}

export interface ElectionCounts {
  /** Those that approve or rank options. */
  readonly ballots: number;
  readonly abstain: number;
  readonly election: Election;
}

export type Counted = PlainCounts | ElectionCounts;

export interface Certified {
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
  /** Why the vote went on after its first close; absent where it did not. */
  readonly extended?: 'LateSwing';
  /** Of a vote on whether guardians are overridden, on the roll of the vote before it. */
  readonly override?: true;
  /** Votes that were carried by delegates, which are in the counts; absent where none could be. */
  readonly delegation?: DelegatedVotes;
  readonly outcome: Outcome;
}

/** One guardian's act. */
export interface Veto {
  readonly guardian: string;
  readonly ground: VetoGround;
  readonly reasons: string;
}

export type ProposalEvent =
  | Event<
      'ProposalDrafted',
      ProposedText & {
        readonly proposal: string;
        readonly proposer: string;
        /** Revision of the charter that the text was written against. */
        readonly writtenAgainst: number;
      }
    >
  /** The text written anew before its freeze, as its revision `textRevision` (1 is the draft, and a rebase is one more). */
  | Event<
      'ProposalRevised',
      ProposedText & {
        readonly proposal: string;
        readonly textRevision: number;
        readonly writtenAgainst: number;
        /** Whether it had come before the public. */
        readonly admitted: boolean;
        /** The amendment that it is, and whose. */
        readonly amendment?: { readonly amendment: string; readonly author: string };
      }
    >
  | Event<'ProposalSubmitted', { readonly proposal: string }>
  /** By a steward, or by the service because so many members sponsor it. */
  | Event<'ProposalAdmitted', { readonly proposal: string; readonly by: string; readonly sponsors?: number }>
  | Event<'ProposalFoundInadmissible', { readonly proposal: string; readonly by: string; readonly reason: string }>
  /** `admitted`: whether it had come before the public. */
  | Event<'ProposalWithdrawn', { readonly proposal: string; readonly admitted: boolean }>
  | Event<'ProposalFrozen', Frozen & { readonly proposal: string }>
  | Event<'RollSealed', { readonly proposal: string; readonly size: number; readonly root: string; readonly opensAt: Instant }>
  | Event<'VotingOpened', { readonly proposal: string; readonly closesAt: Instant }>
  | Event<'ProposalLapsed', { readonly proposal: string; readonly reason: 'EmptyRoll' | 'NotOpenedInTime' }>
  | Event<'PollsClosed', { readonly proposal: string }>
  /** It turned shortly before the close: the vote goes on, once. Which way is not for everybody to know while it is open. */
  | Event<'VotingExtended', { readonly proposal: string; readonly reason: 'LateSwing'; readonly pollsClosedAt: number; readonly closesAt: Instant }>
  | Event<'VotingClosed', { readonly proposal: string; readonly pollsClosedAt: number }>
  | Event<'ProposalCertified', Certificate & { readonly proposal: string }>
  /** Until then the vote can be disputed; what passed waits. */
  | Event<'ProposalContestable', { readonly proposal: string; readonly until: Instant; readonly outcome: Outcome }>
  /** What passed waits; `vetoUntil`: until when guardians may stop it, where they may. */
  | Event<'ProposalTimelocked', { readonly proposal: string; readonly reason: TimelockReason; readonly until: Instant; readonly vetoUntil?: Instant }>
  /** Nothing stands between it and its enactment any more. */
  | Event<'ProposalReleased', { readonly proposal: string; readonly reason: 'ContestOver' | 'TimelockOver' }>
  | Event<'VetoCast', Veto & { readonly proposal: string }>
  /** By as many guardians as it takes. */
  | Event<'ProposalVetoed', { readonly proposal: string; readonly guardians: readonly string[] }>
  /** The roll of the vote before it decides, in a round of ballots of its own. */
  | Event<'OverrideVotingOpened', { readonly proposal: string; readonly round: number; readonly rule: DecisionRule; readonly closesAt: Instant }>
  /** Its vote is none any more. */
  | Event<'ProposalAnnulled', { readonly proposal: string; readonly dispute: string; readonly reason: 'Irregularity' | 'RecountDiffers' }>
  | Event<'VetoUpheld', { readonly proposal: string; readonly outcome: Outcome }>
  | Event<'ProposalEnacted', { readonly proposal: string; readonly charterRevision: number }>
  /** What it ordered cannot be carried out; `cause`: what the refusal is called, were it asked for now. */
  | Event<'EnactmentFailed', { readonly proposal: string; readonly cause: string }>
  /** `touched`: the part of the charter that has moved, to this revision, since the text was written. */
  | Event<'ProposalNeedsRebase', { readonly proposal: string; readonly touched: Touched; readonly movedTo: number }>
  /** Back to deliberation, with a text written against the charter as it is now. */
  | Event<'ProposalRebased', ProposedText & { readonly proposal: string; readonly writtenAgainst: number }>;

export type TimelockReason = 'Certified' | 'ContestOver' | 'VetoOverridden';

type DraftedBefore = {
  readonly proposal: string;
  readonly kind: 'adopt-protocol';
  readonly proposer: string;
  readonly writtenAgainst: number;
  readonly protocol: string;
  readonly title: string;
  readonly prose: string;
  readonly clauses: readonly Clause[];
};
type FrozenBefore = Omit<Frozen, 'decisionClass'> & { readonly proposal: string };
type NeedsRebaseBefore = { readonly proposal: string; readonly protocol: string; readonly movedTo: number };

export const proposalEvents = describeEvents<ProposalEvent>({
  ProposalDrafted: {
    wire: 'governance.proposal-drafted.v2',
    visibility: 'community',
    upcasters: {
      'governance.proposal-drafted.v1': ({ kind, protocol, clauses, ...drafted }: DraftedBefore) => ({ ...drafted, measure: { kind, protocol, clauses } }),
    },
  },
  ProposalRevised: { wire: 'governance.proposal-revised.v1', visibility: ({ admitted }) => [admitted ? 'public' : 'community'] },
  ProposalSubmitted: { wire: 'governance.proposal-submitted.v1', visibility: 'community' },
  ProposalAdmitted: { wire: 'governance.proposal-admitted.v1', visibility: 'public' },
  ProposalFoundInadmissible: { wire: 'governance.proposal-found-inadmissible.v1', visibility: 'community' },
  ProposalWithdrawn: { wire: 'governance.proposal-withdrawn.v1', visibility: ({ admitted }) => [admitted ? 'public' : 'community'] },
  ProposalFrozen: {
    wire: 'governance.proposal-frozen.v2',
    visibility: 'public',
    upcasters: { 'governance.proposal-frozen.v1': (frozen: FrozenBefore) => ({ ...frozen, decisionClass: 'ordinary' as const }) },
  },
  RollSealed: { wire: 'governance.roll-sealed.v1', visibility: 'public' },
  VotingOpened: { wire: 'governance.voting-opened.v1', visibility: 'public' },
  ProposalLapsed: { wire: 'governance.proposal-lapsed.v1', visibility: 'public' },
  PollsClosed: { wire: 'governance.polls-closed.v1', visibility: 'public' },
  VotingExtended: { wire: 'governance.voting-extended.v1', visibility: 'public' },
  VotingClosed: { wire: 'governance.voting-closed.v1', visibility: 'public' },
  ProposalCertified: { wire: 'governance.proposal-certified.v1', visibility: 'public' },
  ProposalContestable: { wire: 'governance.proposal-contestable.v1', visibility: 'public' },
  ProposalTimelocked: { wire: 'governance.proposal-timelocked.v1', visibility: 'public' },
  ProposalReleased: { wire: 'governance.proposal-released.v1', visibility: 'public' },
  VetoCast: { wire: 'governance.veto-cast.v1', visibility: 'public' },
  ProposalVetoed: { wire: 'governance.proposal-vetoed.v1', visibility: 'public' },
  OverrideVotingOpened: { wire: 'governance.override-voting-opened.v1', visibility: 'public' },
  ProposalAnnulled: { wire: 'governance.proposal-annulled.v1', visibility: 'public' },
  VetoUpheld: { wire: 'governance.veto-upheld.v1', visibility: 'public' },
  ProposalEnacted: { wire: 'governance.proposal-enacted.v1', visibility: 'public' },
  EnactmentFailed: { wire: 'governance.enactment-failed.v1', visibility: 'public' },
  ProposalNeedsRebase: {
    wire: 'governance.proposal-needs-rebase.v2',
    visibility: 'public',
    upcasters: {
      'governance.proposal-needs-rebase.v1': ({ protocol, ...needed }: NeedsRebaseBefore) => ({ ...needed, touched: `protocol ${protocol}` as const }),
    },
  },
  ProposalRebased: { wire: 'governance.proposal-rebased.v1', visibility: 'public' },
});

export const PROPOSAL_STATES = [
  'draft', 'submitted', 'deliberation', 'frozen', 'voting', 'polls-closed', 'voting-closed', 'passed', 'failed', 'lapsed', 'withdrawn', 'enacted',
  'needs-rebase', 'contestable', 'timelocked', 'vetoed', 'override-voting', 'veto-upheld', 'inadmissible', 'enactment-failed', 'annulled',
] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];

/** Ballots are cast in these. */
export const VOTING_STATES: readonly ProposalState[] = ['voting', 'override-voting'];

export type Proposal =
  | { readonly status: 'absent' }
  | {
      readonly status: ProposalState;
      readonly proposal: string;
      readonly proposer: string;
      readonly text: ProposedText;
      /** How many texts it has had; this is the number of the present one. */
      readonly textRevision: number;
      readonly writtenAgainst: number;
      /** Whether it has come before the public. */
      readonly admitted: boolean;
      /** How many times it was voted on, from its freeze on: each vote is one of its own. */
      readonly round: number;
      /** The round that the roll was sealed for, where another one is decided by the same roll. */
      readonly rollRound?: number;
      readonly frozen?: Frozen & { readonly at: FreezePoint };
      readonly roll?: { readonly size: number; readonly root: string };
      /** Position of the last `PollsClosed`. */
      readonly pollsClosedAt?: number;
      readonly extended?: 'LateSwing';
      readonly certificate?: Certificate;
      /** The last vote that was certified, before a rebase or a veto. */
      readonly lastVote?: CertifiedVote;
      readonly contestableUntil?: Instant;
      readonly timelock?: { readonly until: Instant; readonly vetoUntil?: Instant };
      readonly vetoes?: readonly Veto[];
    };

export interface CertifiedVote {
  readonly round: number;
  /** What was voted on, and between which options, where there were any. */
  readonly text: ProposedText;
  readonly election?: ChooseOne;
  readonly frozen: Frozen & { readonly at: FreezePoint };
  readonly certificate: Certificate;
}

export type PresentProposal = Exclude<Proposal, { status: 'absent' }>;

/** The last vote on a proposal that was certified. */
export const certifiedVote = (state: PresentProposal): CertifiedVote | undefined => {
  const { round, text, frozen, certificate, lastVote } = state;
  if (!frozen || !certificate) return lastVote;
  const election = electionIn(state);
  return { round, text, frozen, certificate, ...(election ? { election } : {}) };
};

/** The options that the present vote is between; undefined where it is of yes and no, as every override is. */
export const electionIn = ({ text: { measure }, rollRound }: PresentProposal): ChooseOne | undefined =>
  rollRound === undefined && isElection(measure) ? measure : undefined;

/** The option that was elected, where there were several: whoever overrides a veto decides nothing else. */
export function electedIn({ certificate, lastVote }: PresentProposal): string | undefined {
  const decided = certificate?.override ? lastVote?.certificate : certificate;
  return decided && 'election' in decided ? decided.election.elected : undefined;
}

/** Another vote on the same roll. Nothing extends it: its time is the charter's. */
function overriding(state: PresentProposal, { round, rule, closesAt }: { readonly round: number; readonly rule: DecisionRule; readonly closesAt: Instant }): Proposal {
  const { certificate: _, pollsClosedAt: __, extended: ___, frozen, ...rest } = state;
  const lastVote = certifiedVote(state);
  const { lateSwing: ____, ...fixed } = frozen ?? {};
  return {
    ...rest, status: 'override-voting', round, rollRound: state.rollRound ?? state.round,
    ...(frozen ? { frozen: { ...(fixed as NonNullable<typeof frozen>), rule, closesAt } } : {}), ...(lastVote ? { lastVote } : {}),
  };
}

function evolve(state: Proposal, event: Recorded<ProposalEvent>): Proposal {
  if (event.type === 'ProposalDrafted') {
    const { proposal, proposer, writtenAgainst, ...text } = event.data;
    return { status: 'draft', proposal, proposer, text, textRevision: 1, writtenAgainst, admitted: false, round: 0 };
  }
  return state.status === 'absent' ? state : moved(state, event);
}

function moved(state: PresentProposal, event: Recorded<Exclude<ProposalEvent, { type: 'ProposalDrafted' }>>): Proposal {
  switch (event.type) {
    case 'ProposalRevised': {
      const { textRevision, writtenAgainst } = event.data;
      return { ...state, text: textIn(event.data), textRevision, writtenAgainst };
    }
    case 'ProposalSubmitted':
      return { ...state, status: 'submitted' };
    case 'ProposalAdmitted':
      return { ...state, status: 'deliberation', admitted: true };
    case 'ProposalFoundInadmissible':
      return { ...state, status: 'inadmissible' };
    case 'ProposalWithdrawn':
      return { ...state, status: 'withdrawn' };
    case 'ProposalFrozen': {
      const { proposal: _, ...frozen } = event.data;
      return { ...state, status: 'frozen', round: state.round + 1, frozen: { ...frozen, at: { position: event.position, time: event.time } } };
    }
    case 'RollSealed':
      return { ...state, roll: { size: event.data.size, root: event.data.root } };
    case 'VotingOpened':
      return { ...state, status: 'voting' };
    case 'ProposalLapsed':
      return { ...state, status: 'lapsed' };
    case 'PollsClosed':
      return { ...state, status: 'polls-closed', pollsClosedAt: event.position };
    case 'VotingExtended': {
      const { closesAt, reason } = event.data;
      const { frozen, pollsClosedAt: _, ...rest } = state;
      return { ...rest, status: 'voting', extended: reason, ...(frozen ? { frozen: { ...frozen, closesAt } } : {}) };
    }
    case 'VotingClosed':
      return { ...state, status: 'voting-closed' };
    case 'ProposalCertified': {
      const { proposal: _, ...certificate } = event.data;
      return { ...state, status: certificate.outcome === 'passed' ? 'passed' : 'failed', certificate };
    }
    case 'ProposalContestable': {
      const { until, outcome } = event.data;
      return { ...state, status: outcome === 'passed' ? 'contestable' : state.status, contestableUntil: until };
    }
    case 'ProposalTimelocked': {
      const { until, vetoUntil } = event.data;
      return { ...state, status: 'timelocked', timelock: { until, ...(vetoUntil === undefined ? {} : { vetoUntil }) } };
    }
    case 'ProposalReleased':
      return { ...state, status: 'passed' };
    case 'VetoCast': {
      const { proposal: _, ...veto } = event.data;
      return { ...state, vetoes: [...(state.vetoes ?? []), veto] };
    }
    case 'ProposalVetoed':
      return { ...state, status: 'vetoed' };
    case 'OverrideVotingOpened':
      return overriding(state, event.data);
    case 'ProposalAnnulled':
      return { ...state, status: 'annulled' };
    case 'VetoUpheld':
      return { ...state, status: 'veto-upheld' };
    case 'ProposalEnacted':
      return { ...state, status: 'enacted' };
    case 'EnactmentFailed':
      return { ...state, status: 'enactment-failed' };
    case 'ProposalNeedsRebase':
      return { ...state, status: 'needs-rebase' };
    case 'ProposalRebased': {
      const { proposal, proposer, round, textRevision } = state;
      const { proposal: _, writtenAgainst, ...text } = event.data;
      const lastVote = certifiedVote(state);
      return { status: 'deliberation', proposal, proposer, text, textRevision: textRevision + 1, writtenAgainst, admitted: true, round, ...(lastVote ? { lastVote } : {}) };
    }
    default:
      return state;
  }
}

export const proposal: Fold<ProposalEvent, Proposal> = { name: 'proposal', initial: { status: 'absent' }, evolve };
