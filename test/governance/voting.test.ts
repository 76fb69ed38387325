// From freeze to certificate, and on to enactment.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { charter, FOUNDING_RULES, membership, outcomeOf, type CharterEvent, type Rules } from '../../src/community/index.ts';
import { aftermath, annulment, conclusion, deliberation, enactment, foundIn, proposal, sunset, voting, type Disputes, type Measure, type ProposalEvent } from '../../src/governance/index.ts';
import type { Act, Decision, Event } from '../../src/kernel/index.ts';
import { after, derivedId } from '../../src/kernel/index.ts';
import { at, folded, given, NOON, recorded, type Past } from '../support/given.ts';
import {
  admitted, certified, CLOSES, drafted, enacted, extended, EXTENDED_TO, frozen, ILMARI, inDeliberation, inForce, inVoting, lapsed, living, measure, member, needsRebase, OPENS, opened, ORDINARY, P, passed, pollsClosed,
  rebased, refusal, sealed, steward, text, votingClosed, ZARA,
} from './village.ts';

const none = { roll: undefined, tally: undefined, swing: undefined };
const isFrozen = [...inDeliberation, at(frozen(), { position: 4 })];

describe('the roll', () => {
  test('is sealed once, after the freeze', () => {
    const roll = { ...none, roll: { size: 9, root: 'root' } };
    given(voting, isFrozen, roll).when('SealRoll', { proposal: P }).then(sealed());
    given(voting, isFrozen, sealed(), roll).when('SealRoll', { proposal: P }).thenRefused('WrongPhase');
    given(voting, inDeliberation, roll).when('SealRoll', { proposal: P }).thenRefused('WrongPhase');
  });
});

describe('the vote', () => {
  test('opens at its time, not before, and only on a sealed roll', () => {
    given(voting, isFrozen, sealed(), none).when('OpenVoting', { proposal: P }, { now: OPENS }).then(opened);
    given(voting, isFrozen, sealed(), none).when('OpenVoting', { proposal: P }, { now: NOON }).thenRefused('NotYetDue', { due: OPENS });
    given(voting, isFrozen, none).when('OpenVoting', { proposal: P }, { now: OPENS }).thenRefused('RollNotSealed');
  });

  test('never opens on an empty roll', () => {
    given(voting, isFrozen, sealed(0), none).when('OpenVoting', { proposal: P }, { now: OPENS }).then(lapsed('EmptyRoll'));
  });

  test('that could not be opened before its close lapses: nobody could have voted', () => {
    given(voting, isFrozen, sealed(), none).when('OpenVoting', { proposal: P }, { now: CLOSES }).then(lapsed('NotOpenedInTime'));
  });

  test('closes in two steps: the polls at their time, then the voting as of that position', () => {
    given(voting, inVoting, none).when('ClosePolls', { proposal: P }, { now: CLOSES }).then(pollsClosed);
    given(voting, inVoting, none).when('ClosePolls', { proposal: P }, { now: OPENS }).thenRefused('NotYetDue');
    given(voting, inVoting, at(pollsClosed, { position: 42 }), none).when('CloseVoting', { proposal: P }).then(votingClosed(42));
    given(voting, inVoting, none).when('CloseVoting', { proposal: P }).thenRefused('WrongPhase', { phase: 'voting' });
  });

  const tally = (yes: number, no: number) => ({ yes, no, abstain: 0, stampedLater: [] });
  const polled = [...inVoting, at(pollsClosed, { position: 42 })];
  const close = (past: readonly Past<ProposalEvent>[], before: readonly [number, number], after: readonly [number, number], now = CLOSES) =>
    given(voting, past, { ...none, swing: { before: tally(...before), now: tally(...after) } })
      .when('CloseVoting', { proposal: P }, { now });

  test('goes on once when its outcome turned at the last moment, whichever way: everybody else can answer', () => {
    close(polled, [2, 2], [3, 2]).then(extended);
    close(polled, [3, 2], [3, 3]).then(extended);
    close(polled, [1, 1], [2, 1]).then(extended);
    close(polled, [3, 2], [5, 4]).then(votingClosed(42));
    // Of two ways to fail neither turns anything.
    close(polled, [0, 1], [2, 3]).then(votingClosed(42));
    const again = [...polled, extended, at(pollsClosed, { position: 52 })];
    close(again, [2, 2], [3, 2]).then(votingClosed(52));
    given(voting, polled, none).when('CloseVoting', { proposal: P }).then(votingClosed(42));
  });

  test('goes on for the whole of that time even when the service was away at the close', () => {
    const late = after(CLOSES, { days: 3 });
    close(polled, [2, 2], [3, 2], late).then({ ...extended, data: { ...extended.data, closesAt: after(EXTENDED_TO, { days: 3 }) } } as ProposalEvent);
  });

  test('that goes on closes at its second close, and says in its certificate that it did', () => {
    given(voting, polled, extended, none).when('ClosePolls', { proposal: P }, { now: CLOSES }).thenRefused('NotYetDue', { due: EXTENDED_TO });
    given(voting, polled, extended, none).when('ClosePolls', { proposal: P }, { now: EXTENDED_TO }).then(pollsClosed);
    const { decision } = given(voting, polled, extended, at(pollsClosed, { position: 52 }), votingClosed(52), { ...none, tally: tally(5, 2) }).when('CertifyProposal', { proposal: P });
    expect(decision).toMatchObject({ accepted: true, events: [{ data: { extended: 'LateSwing', pollsClosedAt: 52, outcome: 'passed' } }] });
  });

  test('is certified with its counts, its rule, its roll, and the positions that it rests on', () => {
    const tally = { yes: 5, no: 2, abstain: 1, stampedLater: [41] };
    given(voting, inVoting, at(pollsClosed, { position: 42 }), votingClosed(42), { ...none, tally })
      .when('CertifyProposal', { proposal: P })
      .then({
        type: 'ProposalCertified',
        data: {
          proposal: P, yes: 5, no: 2, abstain: 1, roll: 9, rollRoot: 'root', rule: ORDINARY, frozenAt: 4, pollsClosedAt: 42, stampedLater: [41], outcome: 'passed',
        },
      });
  });

  test('has the outcome that the frozen rule gives', () => {
    const outcomes = { NoQuorum: [1, 1, 7], NotApproved: [2, 2, 0], passed: [2, 1, 6] } as const;
    for (const [outcome, [yes, no, abstain]] of Object.entries(outcomes)) {
      const { decision } = given(voting, inVoting, pollsClosed, votingClosed(7), { ...none, tally: { yes, no, abstain, stampedLater: [] } }).when('CertifyProposal', { proposal: P });
      expect(decision).toMatchObject({ accepted: true, events: [{ data: { outcome } }] });
      expect(outcomeOf(ORDINARY, { yes, no, abstain, roll: 9 })).toBe(outcome);
    }
  });
});

describe('enactment', () => {
  const enact = { proposal: P };
  const withPassed = { proposal: folded(proposal, ...passed) };

  test('puts the voted text in force at its own position, as the charter’s next revision', () => {
    given(enactment, inForce, withPassed).when('EnactMeasure', enact).then(enacted(P, 2));
    const after2 = folded(charter, ...inForce, enacted('another', 2, 'other'), at(enacted(P, 3), { position: 77 }));
    expect(after2).toMatchObject({ revision: 3, protocols: [{ protocol: 'other' }, { protocol: measure.protocol, proposal: P, since: 77 }] });
  });

  test('needs a certificate that says passed', () => {
    const failed = folded(proposal, ...inVoting, pollsClosed, votingClosed(7), certified(1, 5, 'NotApproved'));
    for (const not of [folded(proposal, ...inVoting), failed, proposal.initial]) given(enactment, inForce, { proposal: not }).when('EnactMeasure', enact).thenRefused('NotPassed');
  });

  test('happens once', () => {
    given(enactment, inForce, enacted(P, 2), withPassed).when('EnactMeasure', enact).thenRefused('AlreadyConcluded');
  });

  const passedAs = (of: Measure) =>
    ({ proposal: folded(proposal, drafted(ILMARI, 1, { ...text, measure: of }), ...passed.slice(1)) });

  test('does what each kind of measure says, and nothing else', () => {
    const repeal = passedAs({ kind: 'repeal-protocol', protocol: 'other' });
    given(enactment, inForce, enacted('x', 1, 'other'), repeal).when('EnactMeasure', enact).then({ type: 'ProtocolRepealed', data: { proposal: P, protocol: 'other', charterRevision: 2 } });
    const change = passedAs({ kind: 'change-rules', rules: { reading: { days: 9 } } });
    const rules = { ...FOUNDING_RULES, reading: { days: 9 } };
    given(enactment, inForce, change).when('EnactMeasure', enact).then({ type: 'RulesChanged', data: { proposal: P, rules, charterRevision: 2 } });
    given(enactment, inForce, passedAs({ kind: 'resolution' })).when('EnactMeasure', enact).then({ type: 'ResolutionAdopted', data: { proposal: P, title: text.title, prose: text.prose } });
    const past: CharterEvent[] = [
      ...inForce, enacted('x', 2, 'other'), { type: 'ProtocolRepealed', data: { proposal: 'r', protocol: 'other', charterRevision: 3 } },
      { type: 'RulesChanged', data: { proposal: 'c', rules, charterRevision: 4 } }, { type: 'ResolutionAdopted', data: { proposal: 'w', title: 't', prose: 'p' } },
    ];
    expect(folded(charter, ...past)).toMatchObject({ revision: 4, protocols: [], rules, moved: { 'protocol other': 3, rules: 4 } });
  });

  test('for a time ends by itself, at its time, once', () => {
    const forATime = passedAs({ ...measure, until: EXTENDED_TO });
    const inForceForATime: CharterEvent = { ...enacted(P, 2), data: { ...enacted(P, 2).data, until: EXTENDED_TO } } as CharterEvent;
    given(enactment, inForce, forATime).when('EnactMeasure', enact).then(inForceForATime);
    const ends = { protocol: measure.protocol };
    const ended: CharterEvent = { type: 'ProtocolEnded', data: { proposal: P, protocol: measure.protocol, charterRevision: 3 } };
    given(sunset, inForce, inForceForATime).when('EndProtocol', ends, { now: CLOSES }).thenRefused('NotYetDue', { due: EXTENDED_TO });
    given(sunset, inForce, inForceForATime).when('EndProtocol', ends, { now: EXTENDED_TO }).then(ended);
    for (const past of [[inForceForATime, ended], [inForceForATime, enacted('newer', 3)], []]) {
      given(sunset, inForce, past).when('EndProtocol', ends, { now: EXTENDED_TO }).thenRefused('ProtocolNotInForce');
    }
    expect(folded(charter, ...inForce, inForceForATime, ended)).toMatchObject({ revision: 3, protocols: [], moved: { 'protocol moss-stays': 3 } });
  });

  test('of a change of the rules never undoes another one that came first', () => {
    const first: CharterEvent = { type: 'RulesChanged', data: { proposal: 'c', rules: { ...FOUNDING_RULES, token: { days: 1 } }, charterRevision: 2 } };
    given(enactment, inForce, first, passedAs({ kind: 'change-rules', rules: { reading: { days: 9 } } }))
      .when('EnactMeasure', enact)
      .then({ type: 'EnactmentRefused', data: { proposal: P, touched: 'rules', reason: 'NeedsRebase', frozenAt: 1, movedTo: 2 } });
  });

  const rival: CharterEvent = enacted('rival', 2);

  test('never overwrites what a rival put in force since the freeze', () => {
    given(enactment, inForce, rival, withPassed).when('EnactMeasure', enact).then(refusal);
    given(enactment, inForce, rival, refusal, withPassed).when('EnactMeasure', enact).thenRefused('AlreadyConcluded');
    expect(folded(charter, ...inForce, rival, refusal)).toMatchObject({ revision: 2, protocols: [{ proposal: 'rival' }] });
  });

  test('is judged anew when the proposal was rebased and has passed again', () => {
    const again = folded(proposal, ...passed, needsRebase(2), rebased(2), frozen(2), sealed(), opened, pollsClosed, votingClosed(17), certified(5, 1, 'passed'));
    expect(again).toMatchObject({ status: 'passed', round: 2 });
    given(enactment, inForce, rival, refusal, { proposal: again }).when('EnactMeasure', enact).then(enacted(P, 3));
    given(enactment, inForce, rival, refusal, enacted(P, 3), { proposal: again }).when('EnactMeasure', enact).thenRefused('AlreadyConcluded');
  });

  test('replaces an older text of the protocol that was in force when it was frozen', () => {
    const later = folded(proposal, ...inDeliberation, frozen(2), sealed(), opened, pollsClosed, votingClosed(7), certified(5, 1, 'passed'));
    given(enactment, inForce, enacted('older', 2), { proposal: later }).when('EnactMeasure', enact).then(enacted(P, 3));
  });

  test('is told to the proposal, also when a later text has replaced it meanwhile', () => {
    const conclude = (...events: readonly CharterEvent[]) =>
      given(conclusion, passed, { found: foundIn(folded(charter, ...inForce, ...events), P, () => 'pending') }).when('ConcludeEnactment', { proposal: P });
    const told: ProposalEvent = { type: 'ProposalEnacted', data: { proposal: P, charterRevision: 2 } };
    conclude(enacted(P, 2)).then(told);
    conclude(enacted(P, 2), enacted('later', 3)).then(told);
    conclude(rival, refusal).then(needsRebase(2));
    conclude(rival).thenRefused('NotYetDue');
  });

  test('of rivals lets exactly one win, in whatever order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 1 }), (order) => {
        let past: CharterEvent[] = inForce;
        for (const id of order) {
          const own = passed.map((event) => ({ ...event, data: { ...event.data, proposal: id } }) as Past<ProposalEvent>);
          const { decision } = given(enactment, past, { proposal: folded(proposal, ...own) }).when('EnactMeasure', { proposal: id });
          if (decision.accepted) past = [...past, ...decision.events];
        }
        const state = folded(charter, ...past);
        expect(state).toMatchObject({ protocols: [{ proposal: order[0] }], revision: 2 });
        expect(past.filter(({ type }) => type === 'EnactmentRefused')).toHaveLength(order.length - 1);
      }),
    );
  });
});

// The machine, said once more as the phases that may follow one another.
const NEXT: Record<string, readonly string[]> = {
  absent: ['draft'],
  draft: ['submitted', 'withdrawn'],
  submitted: ['deliberation', 'withdrawn'],
  deliberation: ['frozen', 'withdrawn'],
  frozen: ['frozen', 'voting', 'lapsed'],
  voting: ['polls-closed'],
  'polls-closed': ['voting', 'voting-closed'],
  'voting-closed': ['passed', 'failed', 'contestable', 'timelocked', 'veto-upheld'],
  failed: ['annulled'],
  contestable: ['timelocked', 'passed', 'annulled'],
  // Also while guardians are fewer than it takes.
  timelocked: ['timelocked', 'passed', 'override-voting'],
  'override-voting': ['polls-closed'],
  passed: ['enacted', 'needs-rebase'],
  'needs-rebase': ['deliberation', 'withdrawn'],
};

test('no sequence of commands leaves the way from draft to enactment', () => {
  type Step = readonly [decider: 'deliberation' | 'voting' | 'aftermath' | 'annulment' | 'conclusion', command: string];
  const rules: Rules = {
    ...FOUNDING_RULES, contest: { ordinary: { days: 3 } }, timelock: { ordinary: { days: 6 } },
    veto: { guardians: 1, grounds: ['unlawful'], window: { days: 6 }, override: ORDINARY },
  };
  const waiting = folded(charter, ...inForce, { type: 'RulesChanged', data: { proposal: 'r', rules, charterRevision: 1 } });
  const upheld: Disputes = [{ dispute: 'd', round: 1, by: ZARA, remedy: 'annul', until: CLOSES, panel: 1, opinions: [], status: 'upheld', opened: { position: 9, time: 0 } }];
  const guardian = folded(membership, admitted(ZARA, ['member', 'guardian']));
  const deciders = { deliberation, voting, aftermath, annulment, conclusion } as const;
  const steps: readonly Step[] = [
    ['deliberation', 'DraftProposal'], ['deliberation', 'SubmitProposal'], ['deliberation', 'AdmitProposal'], ['deliberation', 'WithdrawProposal'], ['deliberation', 'FreezeProposal'],
    ['voting', 'SealRoll'], ['voting', 'OpenVoting'], ['voting', 'ClosePolls'], ['voting', 'CloseVoting'], ['voting', 'CertifyProposal'],
    ['aftermath', 'EndContest'], ['aftermath', 'VetoProposal'], ['aftermath', 'EndTimelock'], ['voting', 'ClosePolls'], ['voting', 'CloseVoting'], ['voting', 'CertifyProposal'], ['aftermath', 'EndTimelock'],
    ['annulment', 'AnnulVote'], ['conclusion', 'ConcludeEnactment'], ['deliberation', 'RebaseProposal'],
  ];
  const anyStep = fc.record({
    step: fc.constantFrom(...steps),
    steward: fc.boolean(),
    own: fc.boolean(),
    days: fc.nat(30),
    size: fc.nat(3),
    yes: fc.nat(3),
    no: fc.nat(3),
    found: fc.constantFrom({}, { enacted: { charterRevision: 2 } }, { refused: { touched: 'rules', movedTo: 2 } }),
  });
  // Half of the runs go the way forward, at a pace that keeps the deadlines, with anything in between.
  const forward = fc.tuple(
    ...steps
      .filter(([, name]) => name !== 'WithdrawProposal' && name !== 'AnnulVote')
      .map((step) => {
        const own = ['DraftProposal', 'SubmitProposal', 'RebaseProposal', 'EndContest'].includes(step[1]);
        return anyStep.map((one) => ({ ...one, step, own, steward: !own, days: 4, size: 3 }));
      }),
  );
  const runs = fc.oneof(
    fc.array(anyStep, { maxLength: 40 }),
    fc.tuple(forward, fc.array(fc.tuple(fc.nat(18), anyStep), { maxLength: 3 })).map(([way, noise]) => noise.reduce((all, [where, one]) => all.toSpliced(where, 0, one), [...way])),
  );
  const reached = new Set<string>();
  fc.assert(
    fc.property(fc.boolean(), runs, (plain, run) => {
      const events: ProposalEvent[] = [];
      let now = NOON;
      for (const [index, { step: [name, command], steward: isSteward, own, days, size, yes, no, found }] of run.entries()) {
        now = after(now, { days });
        const { evolve, initial, decide } = deciders[name];
        const fold = () => recorded(events as Past<ProposalEvent>[]).reduce(evolve, initial);
        const before = fold();
        const commandId = derivedId(P, String(index));
        const context = {
          charter: plain ? living : waiting, membership: name === 'aftermath' ? guardian : isSteward ? steward : member, unregistered: [], uncatalogued: [], roll: { size, root: 'r' }, tally: { yes, no, abstain: 0, stampedLater: [] }, found,
          swing: { before: { yes: no, no: yes, abstain: 0, stampedLater: [] }, now: { yes, no, abstain: 0, stampedLater: [] } },
          disputes: own ? [] : upheld, actor: own ? ILMARI : ZARA, now, commandId, newId: () => P,
        };
        const decision = (decide as unknown as Record<string, (command: object, state: unknown, context: object & Act) => Decision<Event>>)[command]?.({ ...text, proposal: P, ground: 'unlawful', reasons: 'r', dispute: 'd' }, before, context);
        if (!decision?.accepted) continue;
        events.push(...(decision.events as ProposalEvent[]));
        const { status } = fold();
        reached.add(status);
        expect(NEXT[before.status]).toContain(status);
      }
    }),
    { numRuns: 2_000 },
  );
  // The property means something only where runs get somewhere.
  expect([...reached]).toEqual(expect.arrayContaining(['withdrawn', 'lapsed', 'passed', 'failed', 'enacted', 'needs-rebase', 'contestable', 'timelocked', 'override-voting', 'veto-upheld', 'annulled']));
});
