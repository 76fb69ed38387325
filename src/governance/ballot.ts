// One member's ballot on one proposal: cast, replaced and withdrawn until the polls close.
import { accept, decider, defineRejections, describeEvents, refuse, type Act, type Decision, type Event, type Recorded } from '../kernel/index.ts';
import { isMember, isOnRoll, type Membership } from '../community/index.ts';
import type { CastBallot, WithdrawBallot } from './ballot.commands.ts';
import { canonicalChoice } from './choice.ts';
import { electionIn, VOTING_STATES, type PresentProposal, type Proposal } from './proposal.ts';

export const ballotStream = (proposal: string, voter: string): string => `ballot-${proposal}-${voter}`;

export type BallotEvent =
  /** `replaces`: revision of the ballot that it takes the place of. */
  | Event<'BallotCast', CastBefore & { readonly round: number }>
  | Event<'BallotWithdrawn', WithdrawnBefore & { readonly round: number }>;

type WithdrawnBefore = { readonly proposal: string; readonly voter: string; readonly choice: string };
type CastBefore = WithdrawnBefore & { readonly replaces?: number };

/** Votes were held once on a proposal. */
const inFirstRound = <D>(before: D) => ({ ...before, round: 1 });

export const ballotEvents = describeEvents<BallotEvent>({
  BallotCast: {
    wire: 'governance.ballot-cast.v2',
    visibility: 'community',
    upcasters: { 'governance.ballot-cast.v1': (before: CastBefore) => inFirstRound(before) },
  },
  BallotWithdrawn: {
    wire: 'governance.ballot-withdrawn.v2',
    visibility: 'community',
    upcasters: { 'governance.ballot-withdrawn.v1': (before: WithdrawnBefore) => inFirstRound(before) },
  },
});

export const ballotRejections = defineRejections({
  VotingNotOpen: [409, 'the proposal is not open for voting', 'Ballots are cast, and an outlook is given, from the opening of the vote until its closing time; afterwards there is the certificate.'],
  NotOnRoll: [403, 'the voter was not on the roll when the proposal was frozen', 'Who may vote is fixed by the freeze: members at its own position, for as long as the charter asks.'],
  VotesInOwnName: [403, 'a ballot is cast in one’s own name', 'One member, one vote.'],
  SameChoice: [409, 'this is the choice on record already', 'A ballot is replaced by another choice.'],
  InvalidChoice: [422, 'the choice does not fit what is voted on', 'A ballot says yes, no or abstain; where several options are voted on, it names those that it approves, or ranks them.'],
  NoBallot: [409, 'there is no ballot to withdraw', 'Only a ballot on record can be withdrawn.'],
});

export type Ballot =
  | { readonly status: 'absent' }
  | { readonly status: 'cast'; readonly round: number; readonly choice: string; readonly revision: number };

export interface VotingContext {
  readonly proposal: Proposal;
  readonly membership: Membership;
}

type Context = VotingContext & Act;

/** Why this person cannot vote now; undefined when it can. */
function barrier({ proposal, membership, now, onBehalfOf }: Context) {
  if (onBehalfOf !== undefined) return ballotRejections.VotesInOwnName();
  if (proposal.status === 'absent' || !VOTING_STATES.includes(proposal.status) || !proposal.frozen) return ballotRejections.VotingNotOpen({ phase: proposal.status });
  const { at, closesAt, membershipBeforeFreeze } = proposal.frozen;
  if (now >= closesAt) return ballotRejections.VotingNotOpen({ closesAt });
  if (!isMember(membership) || !isOnRoll(membership, at, membershipBeforeFreeze)) return ballotRejections.NotOnRoll({ frozenAt: at.position });
  return undefined;
}

/** The ballot on record in a round: one of an earlier round has had its count. */
const inRound = (state: Ballot, round: number) => (state.status === 'cast' && state.round === round ? state : undefined);

export const ballot = decider<BallotEvent, Ballot>()({
  name: 'ballot',
  initial: { status: 'absent' },
  decide: {
    CastBallot({ proposal, choice: said }: CastBallot, state, context: Context): Decision<BallotEvent> {
      const barred = barrier(context);
      if (barred) return refuse(barred);
      const voted = context.proposal as PresentProposal;
      const { round } = voted;
      const choice = canonicalChoice(electionIn(voted), said);
      if (choice === undefined) return refuse(ballotRejections.InvalidChoice({ choice: said }));
      const data = { proposal, round, voter: context.actor, choice };
      const before = inRound(state, round);
      if (!before) return accept({ type: 'BallotCast', data });
      if (before.choice === choice) return refuse(ballotRejections.SameChoice({ choice }));
      return accept({ type: 'BallotCast', data: { ...data, replaces: before.revision } });
    },

    WithdrawBallot({ proposal }: WithdrawBallot, state, context: Context): Decision<BallotEvent> {
      const barred = barrier(context);
      if (barred) return refuse(barred);
      const { round } = context.proposal as PresentProposal;
      const before = inRound(state, round);
      if (!before) return refuse(ballotRejections.NoBallot());
      return accept({ type: 'BallotWithdrawn', data: { proposal, round, voter: context.actor, choice: before.choice } });
    },
  },
  evolve(_: Ballot, event: Recorded<BallotEvent>): Ballot {
    return event.type === 'BallotCast' ? { status: 'cast', round: event.data.round, choice: event.data.choice, revision: event.revision } : { status: 'absent' };
  },
});
