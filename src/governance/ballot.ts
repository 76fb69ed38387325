// One member's ballot on one proposal: cast, replaced and withdrawn until the polls close.
import { accept, decider, defineRejections, describeEvents, refuse, type Act, type Decision, type Event, type Recorded } from '../kernel/index.ts';
import { isMember, isOnRoll, type Membership } from '../community/index.ts';
import type { CastBallot, WithdrawBallot } from './ballot.commands.ts';
import type { Proposal } from './proposal.ts';

export const ballotStream = (proposal: string, voter: string): string => `ballot-${proposal}-${voter}`;

export const CHOICES = ['yes', 'no', 'abstain'] as const;
export type Choice = (typeof CHOICES)[number];

export type BallotEvent =
  /** `replaces`: revision of the ballot that it takes the place of. */
  | Event<'BallotCast', { readonly proposal: string; readonly voter: string; readonly choice: Choice; readonly replaces?: number }>
  | Event<'BallotWithdrawn', { readonly proposal: string; readonly voter: string; readonly choice: Choice }>;

export const ballotEvents = describeEvents<BallotEvent>({
  BallotCast: { wire: 'governance.ballot-cast.v1', visibility: 'community' },
  BallotWithdrawn: { wire: 'governance.ballot-withdrawn.v1', visibility: 'community' },
});

export const ballotRejections = defineRejections({
  VotingNotOpen: [409, 'the proposal is not open for voting', 'A ballot is accepted from the opening of the vote until its closing time.'],
  NotOnRoll: [403, 'the voter was not on the roll when the proposal was frozen', 'Who may vote is fixed by the freeze: members at its own position, for as long as the charter asks.'],
  VotesInOwnName: [403, 'a ballot is cast in one’s own name', 'One member, one vote.'],
  SameChoice: [409, 'this is the choice on record already', 'A ballot is replaced by another choice.'],
  NoBallot: [409, 'there is no ballot to withdraw', 'Only a ballot on record can be withdrawn.'],
});

export type Ballot =
  | { readonly status: 'absent' }
  | { readonly status: 'cast'; readonly choice: Choice; readonly revision: number };

export interface VotingContext {
  readonly proposal: Proposal;
  readonly membership: Membership;
}

type Context = VotingContext & Act;

/** Why this person cannot vote now; undefined when it can. */
function barrier({ proposal, membership, now, onBehalfOf }: Context) {
  if (onBehalfOf !== undefined) return ballotRejections.VotesInOwnName();
  if (proposal.status !== 'voting' || !proposal.frozen) return ballotRejections.VotingNotOpen({ phase: proposal.status });
  const { at, closesAt, membershipBeforeFreeze } = proposal.frozen;
  if (now >= closesAt) return ballotRejections.VotingNotOpen({ closesAt });
  if (!isMember(membership) || !isOnRoll(membership, at, membershipBeforeFreeze)) return ballotRejections.NotOnRoll({ frozenAt: at.position });
  return undefined;
}

export const ballot = decider<BallotEvent, Ballot>()({
  name: 'ballot',
  initial: { status: 'absent' },
  decide: {
    CastBallot({ proposal, choice }: CastBallot, state, context: Context): Decision<BallotEvent> {
      const barred = barrier(context);
      if (barred) return refuse(barred);
      const data = { proposal, voter: context.actor, choice };
      if (state.status === 'absent') return accept({ type: 'BallotCast', data });
      if (state.choice === choice) return refuse(ballotRejections.SameChoice({ choice }));
      return accept({ type: 'BallotCast', data: { ...data, replaces: state.revision } });
    },

    WithdrawBallot({ proposal }: WithdrawBallot, state, context: Context): Decision<BallotEvent> {
      const barred = barrier(context);
      if (barred) return refuse(barred);
      if (state.status === 'absent') return refuse(ballotRejections.NoBallot());
      return accept({ type: 'BallotWithdrawn', data: { proposal, voter: context.actor, choice: state.choice } });
    },
  },
  evolve(_: Ballot, event: Recorded<BallotEvent>): Ballot {
    return event.type === 'BallotCast' ? { status: 'cast', choice: event.data.choice, revision: event.revision } : { status: 'absent' };
  },
});
