// What stands between a certificate and its enactment: contest, timelock, and the guardians' veto with the vote that may override it.
import { describe, expect, test } from '@jest/globals';
import { charter, FOUNDING_RULES, faultOfRules, membership, sameRules, type DecisionRule, type Rules, type VetoRule } from '../../src/community/index.ts';
import {
  aftermath, aftermathFor, ballot, contestEnding, deliberation, enacting, pollsClosing, proposal, protocolStatus, timelockEnding, voting,
  type Aftermath, type BallotEvent, type ProposalEvent, type TimelockReason,
} from '../../src/governance/index.ts';
import { after } from '../../src/kernel/index.ts';
import { at, folded, given, NOON, type Past } from '../support/given.ts';
import {
  admitted, cast, certified, CLOSES, drafted, frozen, ILMARI, inDeliberation, inForce, measure, NOOR, opened, P, pollsClosed, sealed, steward, STRANGER, submitted, votingClosed, ZARA,
} from './village.ts';

const OVERRIDE: DecisionRule = { quorum: { n: 1, d: 2 }, threshold: { n: 2, d: 3, strict: false }, floor: { n: 0, d: 1 } };
const VETO: VetoRule = { guardians: 2, grounds: ['unlawful', 'harm-to-persons'], window: { days: 3 }, override: OVERRIDE };
const WITH: Aftermath = { contest: { days: 2 }, timelock: { days: 5 }, veto: { ...VETO, voting: { days: 7 } } };
const undisputed = { disputes: [] };
const none = { roll: undefined, tally: undefined, swing: undefined };

/** Certified at position 9, after a freeze that fixed what comes then. */
const held = (of: Aftermath, yes = 5, no = 1): readonly Past<ProposalEvent>[] => {
  const freeze = frozen() as Extract<ProposalEvent, { type: 'ProposalFrozen' }>;
  return [...inDeliberation, { ...freeze, data: { ...freeze.data, aftermath: of } }, sealed(), opened, pollsClosed, votingClosed(7), certified(yes, no, yes > no ? 'passed' : 'NotApproved')];
};
const certify = (of: Aftermath, yes = 5, no = 1) =>
  given(voting, held(of).slice(0, -1), { ...none, tally: { yes, no, abstain: 0, stampedLater: [] } }).when('CertifyProposal', { proposal: P }, { now: CLOSES });
const follows = (...args: Parameters<typeof certify>) => {
  const { decision } = certify(...args);
  return decision.accepted ? decision.events.slice(1) : decision;
};
const contestable = (until = after(CLOSES, { days: 2 })): ProposalEvent => ({ type: 'ProposalContestable', data: { proposal: P, until, outcome: 'passed' } });
const timelocked = (reason: TimelockReason, until: string, vetoUntil?: string): ProposalEvent => ({
  type: 'ProposalTimelocked', data: { proposal: P, reason, until, ...(vetoUntil === undefined ? {} : { vetoUntil }) },
});
const released = (reason: 'ContestOver' | 'TimelockOver'): ProposalEvent => ({ type: 'ProposalReleased', data: { proposal: P, reason } });

describe('what the charter says of the time after a certificate', () => {
  const founded = (rules: Partial<Rules>): Rules => ({ ...FOUNDING_RULES, ...rules });

  test('is fixed at the freeze, by class of proposal, and absent where it says nothing', () => {
    expect(aftermathFor(measure, FOUNDING_RULES)).toBeUndefined();
    expect(aftermathFor(measure, founded({ contest: { charter: { days: 9 } }, timelock: { ordinary: {} } }))).toBeUndefined();
    expect(aftermathFor(measure, founded({ contest: { ordinary: { days: 2 } }, timelock: { ordinary: { days: 5 } }, veto: VETO }))).toEqual(WITH);
    expect(aftermathFor(measure, founded({ veto: { ...VETO, guardians: 0 } }))).toBeUndefined();
    const rules = founded({ timelock: { ordinary: { days: 5 } } });
    const living = { charter: folded(charter, ...inForce, { type: 'RulesChanged', data: { proposal: 'r', rules, charterRevision: 2 } }), membership: steward, unregistered: [], uncatalogued: [] };
    expect(given(deliberation, inDeliberation, living).when('FreezeProposal', { proposal: P }).decision).toMatchObject({
      accepted: true, events: [{ type: 'ProposalFrozen', data: { aftermath: { timelock: { days: 5 } } } }],
    });
  });

  test('is, for a change of it, the longer of the old and the new time', () => {
    const rules = founded({ timelock: { charter: { days: 5 } } });
    const to = (days: number) => aftermathFor({ kind: 'change-rules', rules: { timelock: { charter: { days } } } }, rules);
    expect(to(0)).toEqual({ timelock: { days: 5 } });
    expect(to(8)).toEqual({ timelock: { days: 8 } });
    const option = { option: 'slower', title: 'Slower', prose: 'Slower.', measure: { kind: 'change-rules', rules: { timelock: { charter: { days: 8 } } } } } as const;
    expect(aftermathFor({ kind: 'choose-one', method: 'ranked', tie: 'status-quo', options: [option] }, rules)).toEqual({ timelock: { days: 8 } });
  });

  test('has bounds, and says the same in other words', () => {
    for (const wrong of [
      { contest: { ordinary: { days: 91 } } }, { timelock: { charter: { days: 91 } } }, { veto: { ...VETO, guardians: 101 } }, { veto: { ...VETO, grounds: [] } },
      { veto: { ...VETO, window: {} } }, { veto: { ...VETO, override: { ...OVERRIDE, threshold: { n: 1, d: 3, strict: true } } } },
    ] satisfies Partial<Rules>[]) expect(faultOfRules(founded(wrong))).toEqual(expect.any(String));
    expect(faultOfRules(founded({ contest: { ordinary: { days: 2 } }, timelock: {}, veto: VETO }))).toBeUndefined();
    expect(sameRules(FOUNDING_RULES, founded({ contest: {}, timelock: { ordinary: {} }, veto: { ...VETO, guardians: 0 } }))).toBe(true);
    expect(sameRules(FOUNDING_RULES, founded({ timelock: { ordinary: { days: 1 } } }))).toBe(false);
    expect(sameRules(founded({ veto: VETO }), founded({ veto: { ...VETO, window: { hours: 72 }, grounds: VETO.grounds.toReversed() } }))).toBe(true);
    expect(sameRules(founded({ veto: VETO }), founded({ veto: { ...VETO, guardians: 3 } }))).toBe(false);
  });
});

describe('what passed', () => {
  test('can be disputed first, then waits, then is enacted', () => {
    expect(follows(WITH)).toEqual([contestable()]);
    const past = [...held(WITH), contestable()];
    given(aftermath, past, undisputed).when('EndContest', { proposal: P }, { now: CLOSES }).thenRefused('NotYetDue', { due: after(CLOSES, { days: 2 }) });
    const ends = after(CLOSES, { days: 2 });
    given(aftermath, past, undisputed).when('EndContest', { proposal: P }, { now: ends }).then(timelocked('ContestOver', after(ends, { days: 5 }), after(ends, { days: 3 })));
    const waits = [...past, timelocked('ContestOver', after(ends, { days: 5 }), after(ends, { days: 3 }))];
    given(aftermath, waits, undisputed).when('EndTimelock', { proposal: P }, { now: ends }).thenRefused('NotYetDue', { due: after(ends, { days: 5 }) });
    given(aftermath, waits, undisputed).when('EndTimelock', { proposal: P }, { now: after(ends, { days: 5 }) }).then(released('TimelockOver'));
    expect(folded(proposal, ...waits, released('TimelockOver'))).toMatchObject({ status: 'passed' });
  });

  test('waits for nothing that the charter does not have', () => {
    expect(follows({ timelock: { days: 5 } })).toEqual([timelocked('Certified', after(CLOSES, { days: 5 }))]);
    expect(follows({ veto: WITH.veto as NonNullable<Aftermath['veto']> })).toEqual([timelocked('Certified', after(CLOSES, { days: 3 }), after(CLOSES, { days: 3 }))]);
    expect(follows({})).toEqual([]);
    given(aftermath, held({ contest: { days: 2 } }), contestable(), undisputed).when('EndContest', { proposal: P }, { now: after(CLOSES, { days: 2 }) }).then(released('ContestOver'));
  });

  test('is owed each step at its time, and its enactment when it is released', () => {
    const until = after(CLOSES, { days: 7 });
    const way = [...held(WITH), contestable()];
    given(contestEnding, way).thenOwed(P).thenRuns(P, { command: 'EndContest', body: { proposal: P } }, after(CLOSES, { days: 2 }));
    given(enacting, way).thenOwed();
    const waits = [...way, timelocked('ContestOver', until, until)];
    given(contestEnding, waits).thenOwed();
    given(timelockEnding, waits).thenOwed(P).thenRuns(P, { command: 'EndTimelock', body: { proposal: P } }, until);
    given(enacting, waits).thenOwed();
    given(timelockEnding, waits, released('TimelockOver')).thenOwed();
    given(enacting, waits, released('TimelockOver')).thenOwed(P);
    given(enacting, held({}), timelocked('Certified', until)).thenOwed();
  });
});

test('what failed can be disputed, and waits for nothing', () => {
  const failed: ProposalEvent = { type: 'ProposalContestable', data: { proposal: P, until: after(CLOSES, { days: 2 }), outcome: 'NotApproved' } };
  expect(follows(WITH, 1, 5)).toEqual([failed]);
  expect(follows({ timelock: { days: 1 }, veto: WITH.veto as NonNullable<Aftermath['veto']> }, 1, 5)).toEqual([]);
  given(contestEnding, held(WITH, 1, 5), failed).thenOwed();
  expect(folded(proposal, ...held(WITH, 1, 5), failed)).toMatchObject({ status: 'failed', contestableUntil: after(CLOSES, { days: 2 }) });
});

describe('a veto', () => {
  const guardian = { membership: folded(membership, admitted(ZARA, ['member', 'guardian'])) };
  const body = { proposal: P, ground: 'unlawful', reasons: 'The harbour law forbids it.' } as const;
  const [VETO_ENDS, ENDS] = [after(CLOSES, { days: 3 }), after(CLOSES, { days: 5 })];
  const waits = [...held(WITH), contestable(), timelocked('ContestOver', ENDS, VETO_ENDS)];
  const vetoed = (by: string): ProposalEvent => ({ type: 'VetoCast', data: { guardian: by, ...body } });
  const stopped: ProposalEvent = { type: 'ProposalVetoed', data: { proposal: P, guardians: [ZARA, NOOR] } };
  const overriding: ProposalEvent = { type: 'OverrideVotingOpened', data: { proposal: P, round: 2, rule: OVERRIDE, closesAt: after(CLOSES, { days: 7 }) } };
  const by = (actor: string, now = CLOSES) => ({ actor, now });

  test('is each guardian’s act, with ground and reasons; so many of them stop the proposal, and the roll votes', () => {
    given(aftermath, waits, guardian).when('VetoProposal', body, by(ZARA)).then(vetoed(ZARA));
    given(aftermath, waits, vetoed(ZARA), guardian).when('VetoProposal', body, by(NOOR)).then(vetoed(NOOR), stopped, overriding);
  });

  test('is a guardian’s, once, in time, on a ground that the charter lists, and never in the own case', () => {
    const tries = (past: readonly Past<ProposalEvent>[], how: object = {}, act = by(ZARA), who: object = guardian) => given(aftermath, past, who).when('VetoProposal', { ...body, ...how }, act);
    tries(waits, {}, by(ZARA), { membership: steward }).thenRefused('GuardianRequired');
    tries(waits, { ground: 'breaks-charter' }).thenRefused('GroundNotListed', { grounds: VETO.grounds });
    tries(waits, {}, by(ILMARI)).thenRefused('OwnCase');
    tries([...waits, vetoed(ZARA)]).thenRefused('VetoedAlready');
    tries(waits, {}, by(ZARA, VETO_ENDS)).thenRefused('VetoWindowOver', { vetoUntil: VETO_ENDS });
    tries([...held({}), timelocked('Certified', ENDS)]).thenRefused('NoVeto');
    tries([...held(WITH), contestable()]).thenRefused('WrongPhase');
    tries([...waits, vetoed(ZARA), vetoed(NOOR), stopped, overriding], {}, by(STRANGER)).thenRefused('WrongPhase', { phase: 'override-voting' });
    tries([]).thenRefused('NoSuchProposal');
  });

  test('ends the wait; the override vote closes at its time, and is one of its own on the same roll', () => {
    const over = [...waits, vetoed(ZARA), vetoed(NOOR), stopped, overriding];
    given(timelockEnding, over).thenOwed();
    given(pollsClosing, over).thenOwed(P).thenRuns(P, { command: 'ClosePolls', body: { proposal: P } }, after(CLOSES, { days: 7 }));
    const state = folded(proposal, ...over);
    expect(state).toMatchObject({
      status: 'override-voting', round: 2, rollRound: 1, roll: { size: 9, root: 'root' }, frozen: { rule: OVERRIDE, at: { position: 4 } }, lastVote: { round: 1, certificate: { yes: 5 } },
    });
    expect(state).not.toHaveProperty('certificate');
    const first = [cast(ILMARI, 'yes')] as Past<BallotEvent>[];
    const voter = { proposal: state, membership: folded(membership, at(admitted(ILMARI), { position: 3 })) };
    given(ballot, first, voter).when('CastBallot', { proposal: P, choice: 'yes' }, by(ILMARI, CLOSES)).then(cast(ILMARI, 'yes', undefined, 2));
    given(ballot, first, voter).when('CastBallot', { proposal: P, choice: 'yes' }, by(ILMARI, after(CLOSES, { days: 7 }))).thenRefused('VotingNotOpen');
    given(voting, over, none).when('ClosePolls', { proposal: P }, { now: CLOSES }).thenRefused('NotYetDue', { due: after(CLOSES, { days: 7 }) });
  });

  const counted = [...waits, vetoed(ZARA), vetoed(NOOR), stopped, overriding, at(pollsClosed, { position: 30 }), votingClosed(30)];
  const count = (yes: number, no: number) =>
    given(voting, counted, { ...none, tally: { yes, no, abstain: 0, stampedLater: [] } }).when('CertifyProposal', { proposal: P }, { now: after(CLOSES, { days: 7 }) });

  test('is overridden by the charter’s own rule: the proposal waits once more, and cannot be vetoed again', () => {
    const { decision, state } = count(6, 3);
    expect(decision).toMatchObject({ accepted: true, events: [{ type: 'ProposalCertified', data: { override: true, rule: OVERRIDE, outcome: 'passed' } }, timelocked('VetoOverridden', after(CLOSES, { days: 12 }))] });
    expect(state).toMatchObject({ status: 'timelocked' });
    const again = [...counted, { ...certified(6, 3, 'passed') }, timelocked('VetoOverridden', after(CLOSES, { days: 12 }))];
    given(aftermath, again, guardian).when('VetoProposal', body, by(ZARA)).thenRefused('NoVeto');
    given(enacting, again).thenOwed();
  });

  test('is upheld where the roll does not override it', () => {
    const { decision, state } = count(5, 3);
    expect(decision).toMatchObject({ accepted: true, events: [{ data: { outcome: 'NotApproved' } }, { type: 'VetoUpheld', data: { proposal: P, outcome: 'NotApproved' } }] });
    expect(state).toMatchObject({ status: 'veto-upheld' });
  });

  test('is shown with who cast it and why, and the override vote with nothing of the vote before it', () => {
    const over = [...waits, vetoed(ZARA), vetoed(NOOR), stopped, overriding];
    given(protocolStatus, over).thenRow('proposal', P, {
      state: 'override-voting', round: 2, rule: OVERRIDE, certificate: null, outcome: null, vetoUntil: VETO_ENDS, timelockedUntil: ENDS,
      vetoes: [ZARA, NOOR].map((who) => ({ guardian: who, ground: 'unlawful', reasons: body.reasons, at: NOON })),
    });
    const view = given(protocolStatus, over, cast(ILMARI, 'no', undefined, 2));
    view.thenRow('tally', `${P}.2`, { yes: 0, no: 1 });
    view.thenRow('tally', P, { yes: 0, no: 0 });
    for (const [state, event] of [['contestable', contestable()], ['timelocked', timelocked('Certified', ENDS)]] as const) given(protocolStatus, held(WITH), event).thenRow('proposal', P, { state });
    given(protocolStatus, held(WITH), contestable(), released('ContestOver')).thenRow('proposal', P, { state: 'passed' });
    given(protocolStatus, over, { type: 'VetoUpheld', data: { proposal: P, outcome: 'NoQuorum' } }).thenRow('proposal', P, { state: 'veto-upheld' });
  });
});

test('a rebase begins anew, without what the vote before it went through', () => {
  const past: Past<ProposalEvent>[] = [
    ...held({ timelock: { days: 1 } }), timelocked('Certified', NOON), released('TimelockOver'),
    { type: 'ProposalNeedsRebase', data: { proposal: P, touched: 'protocol moss-stays', movedTo: 2 } },
    { type: 'ProposalRebased', data: { proposal: P, writtenAgainst: 2, title: 't', prose: 'p', measure } },
  ];
  const state = folded(proposal, drafted(), submitted, ...past.slice(2));
  expect(state).toMatchObject({ status: 'deliberation', round: 1 });
  for (const field of ['timelock', 'contestableUntil', 'vetoes', 'rollRound']) expect(state).not.toHaveProperty(field);
});
