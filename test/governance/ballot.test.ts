// One member's ballot.
import { describe, test } from '@jest/globals';
import { membership } from '../../src/community/index.ts';
import { ballot, proposal } from '../../src/governance/index.ts';
import { msOf } from '../../src/kernel/index.ts';
import { at, folded, given, NOON } from '../support/given.ts';
import {
  admitted, cast, certified, CLOSES, extended, EXTENDED_TO, frozen, ILMARI, inDeliberation, inVoting, needsRebase, opened, outsider, P, pollsClosed, rebased, sealed, STRANGER, votingClosed, withdrawn,
} from './village.ts';

const JUST_BEFORE = new Date(msOf(CLOSES) - 1).toISOString();
/** Frozen at position 4. */
const voting = folded(proposal, ...inVoting);
const onRoll = { proposal: voting, membership: folded(membership, admitted(ILMARI, ['member'], { position: 4 })) };
const vote = (choice: 'yes' | 'no' | 'abstain') => ['CastBallot', { proposal: P, choice }, { actor: ILMARI, now: JUST_BEFORE }] as const;
const withdraw = ['WithdrawBallot', { proposal: P }, { actor: ILMARI, now: JUST_BEFORE }] as const;

describe('a ballot', () => {
  test('is yes, no or abstain, cast by who is on the roll while the vote is open', () => {
    for (const choice of ['yes', 'no', 'abstain'] as const) given(ballot, onRoll).when(...vote(choice)).then(cast(ILMARI, choice));
  });

  test('can be replaced by another choice, any number of times', () => {
    given(ballot, cast(ILMARI, 'yes'), onRoll).when(...vote('no')).then(cast(ILMARI, 'no', 0));
    given(ballot, cast(ILMARI, 'yes'), cast(ILMARI, 'no', 0), onRoll).when(...vote('yes')).then(cast(ILMARI, 'yes', 1));
    given(ballot, cast(ILMARI, 'yes'), onRoll).when(...vote('yes')).thenRefused('SameChoice');
  });

  test('can be withdrawn, and cast again', () => {
    given(ballot, cast(ILMARI, 'yes'), onRoll).when(...withdraw).then(withdrawn(ILMARI, 'yes'));
    given(ballot, cast(ILMARI, 'yes'), withdrawn(ILMARI, 'yes'), onRoll).when(...vote('yes')).then(cast(ILMARI, 'yes'));
    given(ballot, onRoll).when(...withdraw).thenRefused('NoBallot');
    given(ballot, cast(ILMARI, 'yes'), withdrawn(ILMARI, 'yes'), onRoll).when(...withdraw).thenRefused('NoBallot');
  });

  test('of an earlier round has had its count: in the next one everybody begins anew', () => {
    const later = [...inVoting, pollsClosed, votingClosed(7), certified(5, 1, 'passed'), needsRebase(2), rebased(2), at(frozen(2), { position: 14 }), sealed(), opened];
    const again = { ...onRoll, proposal: folded(proposal, ...later) };
    given(ballot, cast(ILMARI, 'yes'), again).when(...vote('yes')).then(cast(ILMARI, 'yes', undefined, 2));
    given(ballot, cast(ILMARI, 'yes'), again).when(...withdraw).thenRefused('NoBallot');
    given(ballot, cast(ILMARI, 'yes'), cast(ILMARI, 'yes', undefined, 2), again).when(...vote('no')).then(cast(ILMARI, 'no', 1, 2));
  });

  test('is refused from the closing time on, also while the polls have not been closed yet', () => {
    given(ballot, onRoll).when('CastBallot', { proposal: P, choice: 'yes' }, { actor: ILMARI, now: CLOSES }).thenRefused('VotingNotOpen', { closesAt: CLOSES });
    given(ballot, cast(ILMARI, 'yes'), onRoll).when('WithdrawBallot', { proposal: P }, { actor: ILMARI, now: CLOSES }).thenRefused('VotingNotOpen');
  });

  test('is accepted until the second close where the vote goes on', () => {
    const goesOn = { ...onRoll, proposal: folded(proposal, ...inVoting, pollsClosed, extended) };
    given(ballot, cast(ILMARI, 'yes'), goesOn).when('CastBallot', { proposal: P, choice: 'no' }, { actor: ILMARI, now: CLOSES }).then(cast(ILMARI, 'no', 0));
    given(ballot, cast(ILMARI, 'yes'), goesOn).when('CastBallot', { proposal: P, choice: 'no' }, { actor: ILMARI, now: EXTENDED_TO }).thenRefused('VotingNotOpen', { closesAt: EXTENDED_TO });
  });

  test('is refused before the vote opens and after the polls close, whatever the clock says', () => {
    const phases = { deliberation: inDeliberation, frozen: [...inDeliberation, frozen(), sealed()], 'polls-closed': [...inVoting, pollsClosed] };
    for (const [phase, past] of Object.entries(phases)) {
      given(ballot, { ...onRoll, proposal: folded(proposal, ...past) }).when(...vote('yes')).thenRefused('VotingNotOpen', { phase });
    }
    given(ballot, { ...onRoll, proposal: proposal.initial }).when(...vote('yes')).thenRefused('VotingNotOpen');
  });

  test('is refused to who was not a member at the freeze’s own position', () => {
    const admittedAt = (position: number) => ({ proposal: voting, membership: folded(membership, admitted(ILMARI, ['member'], { position })) });
    given(ballot, admittedAt(3)).when(...vote('yes')).then(cast(ILMARI, 'yes'));
    given(ballot, admittedAt(5)).when(...vote('yes')).thenRefused('NotOnRoll', { frozenAt: 4 });
    given(ballot, { proposal: voting, membership: outsider }).when('CastBallot', { proposal: P, choice: 'yes' }, { actor: STRANGER, now: NOON }).thenRefused('NotOnRoll');
  });

  test('is refused to who had not been a member for as long as the frozen rules ask', () => {
    const waiting = { ...frozen(), data: { ...frozen().data, membershipBeforeFreeze: { days: 1 } } } as ReturnType<typeof frozen>;
    const strict = folded(proposal, ...inDeliberation, at(waiting, { position: 4 }), sealed(), opened);
    const since = (ms: number) => ({ proposal: strict, membership: folded(membership, admitted(ILMARI, ['member'], { position: 1, time: msOf(NOON) - ms })) });
    given(ballot, since(86_400_000)).when(...vote('yes')).then(cast(ILMARI, 'yes'));
    given(ballot, since(86_399_999)).when(...vote('yes')).thenRefused('NotOnRoll');
  });

  test('is nobody else’s: not even for a party that the voter represents', () => {
    given(ballot, onRoll).when('CastBallot', { proposal: P, choice: 'yes' }, { actor: ILMARI, onBehalfOf: 'acme', now: JUST_BEFORE }).thenRefused('VotesInOwnName');
  });
});
