// Disputes on a vote: standing, the lot, the ruling, and remedies that rest on counts.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { faultOfRules, FOUNDING_RULES, membership, outcomeOf, type DecisionRule } from '../../src/community/index.ts';
import {
  aftermath, annulling, annulment, arbitersDrawing, contestEnding, couldChange, countOf, disputes, disputesView, disputing, elect, leastAffected, lotOf, proposal, protocolStatus, recounting, rulingDeadline, seedOf,
  type Aftermath, type DisputeEvent, type Finding, type Judgement, type ProposalEvent, type RecountOnRecord, type Remedy,
} from '../../src/governance/index.ts';
import { after, derivedId } from '../../src/kernel/index.ts';
import { at, folded, given, NOON, type Past } from '../support/given.ts';
import { admitted, certified, CLOSES, frozen, ILMARI, inDeliberation, NOOR, opened as votingOpened, P, pollsClosed, sealed, STRANGER, votingClosed, ZARA } from './village.ts';

const COMMAND = '00000000-0000-5000-8000-000000000001';
const D = derivedId(COMMAND);
const OTHER = '00000000-0000-5000-8000-0000000000dd';
const WITH: Aftermath = { contest: { days: 2 }, disputes: { arbiters: 3, ruling: { days: 5 } } };
const CONTEST_ENDS = after(CLOSES, { days: 2 });
const RULING_ENDS = after(CLOSES, { days: 5 });

const decided = (yes: number, no: number, of: Aftermath = WITH): Past<ProposalEvent>[] => {
  const freeze = frozen() as Extract<ProposalEvent, { type: 'ProposalFrozen' }>;
  const outcome = outcomeOf(freeze.data.rule, { yes, no, abstain: 0, roll: 9 });
  return [
    ...inDeliberation, at({ ...freeze, data: { ...freeze.data, aftermath: of } }, { position: 5 }), sealed(), votingOpened, pollsClosed, votingClosed(7), certified(yes, no, outcome),
    { type: 'ProposalContestable', data: { proposal: P, until: CONTEST_ENDS, outcome } },
  ];
};
const passed = folded(proposal, ...decided(5, 3));
const failed = folded(proposal, ...decided(3, 5));
const annulled: ProposalEvent = { type: 'ProposalAnnulled', data: { proposal: P, dispute: D, reason: 'Irregularity' } };
const as = (...roles: ('member' | 'arbiter')[]) => folded(membership, admitted(NOOR, ['member', ...roles]));
const context = (more: object = {}) => ({ proposal: passed, membership: as(), candidates: [], recount: undefined, ...more });
const claim = { proposal: P, irregularity: 'miscount', affected: 1, remedy: 'recount', reasons: 'sealed' } as const;
const opened = (by = NOOR, dispute = D, remedy: Remedy = 'recount', affected = 1): DisputeEvent => ({
  type: 'DisputeOpened', data: { ...claim, dispute, round: 1, by, remedy, affected, arbiters: 3, until: RULING_ENDS },
});
const PANEL = ['a', 'b', 'c'];
const drawn = (arbiters: readonly string[] = PANEL, dispute = D): DisputeEvent => ({ type: 'ArbitersDrawn', data: { proposal: P, dispute, seed: 's', candidates: PANEL, arbiters } });
const opinion = (arbiter: string, finding: Finding): DisputeEvent => ({ type: 'OpinionGiven', data: { proposal: P, dispute: D, arbiter, finding, reasons: 'r' } });
const ruled = (finding: Finding, voices: readonly [number, number], remedy: Remedy = 'recount', resumes?: string): DisputeEvent => ({
  type: 'DisputeRuled', data: { proposal: P, dispute: D, finding, remedy, for: voices[0], against: voices[1], ...(resumes === undefined ? {} : { resumes }) },
});
const lapsed = (reason: 'NoRuling' | 'NoArbiters', resumes?: string): DisputeEvent => ({ type: 'DisputeLapsed', data: { proposal: P, dispute: D, reason, ...(resumes === undefined ? {} : { resumes }) } });

describe('a dispute', () => {
  const open = (past: readonly Past<DisputeEvent>[], how: object = {}, more: object = {}, act: object = {}) =>
    given(disputing, past, context(more)).when('OpenDispute', { ...claim, ...how }, { actor: NOOR, now: CLOSES, ...act });

  test('is opened by who was on the roll of the vote, or proposed it; against what passed and what failed', () => {
    open([]).then(opened());
    open([], {}, { proposal: failed }).then(opened());
    open([], {}, { membership: membership.initial }).thenRefused('NoStanding');
    open([], {}, { membership: folded(membership, at(admitted(NOOR), { position: 40 })) }).thenRefused('NoStanding');
    open([], {}, { membership: membership.initial }, { actor: ILMARI }).then(opened(ILMARI));
  });

  test('is opened within the contest, where the charter has arbiters, once by each', () => {
    open([], {}, {}, { now: CONTEST_ENDS }).thenRefused('NotContestable', { until: CONTEST_ENDS });
    open([], {}, { proposal: folded(proposal, ...decided(5, 3, { contest: { days: 2 } })) }).thenRefused('NotContestable');
    open([], {}, { proposal: folded(proposal, ...decided(5, 3), annulled) }).thenRefused('NotContestable', { phase: 'annulled' });
    open([], {}, { proposal: proposal.initial }).thenRefused('NoSuchProposal');
    open([opened(NOOR, OTHER)]).thenRefused('DisputedAlready');
    open([opened(ZARA, OTHER)]).then(opened());
    open(Array.from({ length: 100 }, (_, n) => opened(`p${n}`, `d${n}`))).thenRefused('TooManyDisputes');
  });

  test('asks for annulment only where so many ballots could have changed the outcome', () => {
    open([], { remedy: 'annul', affected: 1 }).then(opened(NOOR, D, 'annul', 1));
    open([], { remedy: 'annul', affected: 1 }, { proposal: folded(proposal, ...decided(6, 3)) }).thenRefused('CouldNotChangeOutcome', { least: 2 });
    open([], { remedy: 'annul', affected: 2 }, { proposal: folded(proposal, ...decided(6, 3)) }).then(opened(NOOR, D, 'annul', 2));
    open([], { remedy: 'recount', affected: 1 }, { proposal: folded(proposal, ...decided(6, 3)) }).then(opened());
  });

  test('has its arbiters drawn by lot among those who are no party to it', () => {
    const candidates = ['x', NOOR, 'y', ILMARI, 'z', 'w'];
    const past = [at(opened(), { position: 77, time: 1234 })];
    const { decision } = given(disputing, past, context({ candidates })).when('DrawArbiters', { proposal: P, dispute: D });
    const seed = seedOf('root', D, { position: 77, time: 1234 });
    const arbiters = lotOf(seed, ['w', 'x', 'y', 'z'], 3);
    expect(decision).toMatchObject({ accepted: true, events: [{ type: 'ArbitersDrawn', data: { seed, candidates: ['w', 'x', 'y', 'z'], arbiters } }] });
    given(disputing, [...past, drawn()], context({ candidates })).when('DrawArbiters', { proposal: P, dispute: D }).thenRefused('DisputeSettled');
    const nobody = given(disputing, past, context({ candidates: [NOOR, ILMARI] })).when('DrawArbiters', { proposal: P, dispute: D });
    expect(nobody.decision).toMatchObject({ accepted: true, events: [{ data: { arbiters: [] } }, lapsed('NoArbiters', CONTEST_ENDS)] });
  });
});

describe('the lot', () => {
  test('is the same in whatever order candidates come, draws nobody twice, and all where there are too few', () => {
    fc.assert(
      fc.property(fc.string(), fc.uniqueArray(fc.uuid(), { maxLength: 12 }), fc.nat(15), fc.nat(11), (seed, candidates, count, turn) => {
        const lot = lotOf(seed, candidates, count);
        expect(lotOf(seed, [...candidates.slice(turn), ...candidates.slice(0, turn)], count)).toEqual(lot);
        expect(new Set(lot).size).toBe(Math.min(count, candidates.length));
        for (const one of lot) expect(candidates).toContain(one);
      }),
    );
  });

  test('falls on everybody alike, over many disputes', () => {
    const drawnOften = new Map<string, number>();
    for (let n = 0; n < 2_000; n++) for (const one of lotOf(seedOf('root', `d${n}`, { position: n, time: 7 }), ['a', 'b', 'c', 'd'], 1)) drawnOften.set(one, (drawnOften.get(one) ?? 0) + 1);
    for (const times of drawnOften.values()) expect(Math.abs(times - 500)).toBeLessThan(100);
    expect(drawnOften.size).toBe(4);
  });
});

describe('the ruling', () => {
  const opine = (past: readonly Past<DisputeEvent>[], arbiter: string, finding: Finding, more: object = {}, now = CLOSES) =>
    given(disputing, past, context({ membership: as('arbiter'), ...more })).when('GiveOpinion', { proposal: P, dispute: D, finding, reasons: 'r' }, { actor: arbiter, now });
  const before = [opened(), drawn()];

  test('is what a majority of those drawn finds', () => {
    opine(before, 'a', 'upheld').then(opinion('a', 'upheld'));
    opine([...before, opinion('a', 'upheld')], 'b', 'upheld').then(opinion('b', 'upheld'), ruled('upheld', [2, 0]));
    opine([...before, opinion('a', 'upheld'), opinion('b', 'rejected')], 'c', 'rejected').then(opinion('c', 'rejected'), ruled('rejected', [1, 2], 'recount', CONTEST_ENDS));
    // Of two that could be drawn both must agree; one against is enough to reject.
    opine([opened(), drawn(['a', 'b'])], 'a', 'rejected').then(opinion('a', 'rejected'), ruled('rejected', [0, 1], 'recount', CONTEST_ENDS));
  });

  test('lets what passed go on only when no other dispute is open, and what failed never', () => {
    const other = opened(ZARA, OTHER);
    opine([opened(), other, drawn(['a'])], 'a', 'rejected').then(opinion('a', 'rejected'), ruled('rejected', [0, 1]));
    opine([opened(), drawn(['a'])], 'a', 'rejected', { proposal: failed }).then(opinion('a', 'rejected'), ruled('rejected', [0, 1]));
  });

  test('is given by who was drawn and still is an arbiter, once, in time', () => {
    opine(before, STRANGER, 'upheld').thenRefused('NotAnArbiter');
    opine(before, 'a', 'upheld', { membership: as() }).thenRefused('NotAnArbiter');
    opine([...before, opinion('a', 'upheld')], 'a', 'rejected').thenRefused('OpinionGivenAlready');
    opine(before, 'a', 'upheld', {}, RULING_ENDS).thenRefused('DisputeSettled', { until: RULING_ENDS });
    opine([...before, ruled('upheld', [2, 0])], 'c', 'upheld').thenRefused('DisputeSettled');
    opine(before, 'a', 'upheld', { proposal: folded(proposal, ...decided(5, 3), annulled) }).thenRefused('DisputeSettled');
    opine([], 'a', 'upheld').thenRefused('NoSuchDispute');
  });

  test('that does not come by its deadline leaves the decision standing', () => {
    const lapse = (now: string) => given(disputing, before, context()).when('LapseDispute', { proposal: P, dispute: D }, { now });
    lapse(CLOSES).thenRefused('NotYetDue', { due: RULING_ENDS });
    lapse(RULING_ENDS).then(lapsed('NoRuling', CONTEST_ENDS));
  });
});

describe('a remedy', () => {
  const upheld = (remedy: Remedy) => [opened(NOOR, D, remedy), drawn(), ruled('upheld', [2, 0], remedy)];
  const counted: RecountOnRecord = { recounted: { yes: 5, no: 3, abstain: 0, roll: 9, ballotsHash: 'h', outcome: 'passed' }, agrees: true };
  const recounted = (more: object): DisputeEvent => ({ type: 'VoteRecounted', data: { proposal: P, dispute: D, ...counted, annuls: false, ...more } });

  test('is a recount on record, after which the contest goes on', () => {
    given(disputing, upheld('recount'), context({ recount: counted })).when('RecountVote', { proposal: P, dispute: D }).then(recounted({ resumes: CONTEST_ENDS }));
    given(disputing, upheld('annul'), context({ recount: counted })).when('RecountVote', { proposal: P, dispute: D }).thenRefused('DisputeSettled');
  });

  test('is annulment where a recount comes to another outcome', () => {
    const other: RecountOnRecord = { recounted: { yes: 3, no: 5, abstain: 0, roll: 9, ballotsHash: 'h', outcome: 'NotApproved' }, agrees: false };
    given(disputing, upheld('recount'), context({ recount: other })).when('RecountVote', { proposal: P, dispute: D }).then(recounted({ ...other, annuls: true }));
    const differs = folded(disputes, ...upheld('recount'), recounted({ ...other, annuls: true }));
    given(annulment, decided(5, 3), { disputes: differs }).when('AnnulVote', { proposal: P, dispute: D }).then({ type: 'ProposalAnnulled', data: { proposal: P, dispute: D, reason: 'RecountDiffers' } });
    const agrees = folded(disputes, ...upheld('recount'), recounted({}));
    given(annulment, decided(5, 3), { disputes: agrees }).when('AnnulVote', { proposal: P, dispute: D }).thenRefused('DisputeSettled');
  });

  test('is annulment, of what passed and of what failed, once', () => {
    const annul = (past: readonly Past<ProposalEvent>[], state = folded(disputes, ...upheld('annul'))) => given(annulment, past, { disputes: state }).when('AnnulVote', { proposal: P, dispute: D });
    annul(decided(5, 3)).then(annulled);
    annul(decided(3, 5)).then(annulled);
    annul([...decided(5, 3), annulled]).thenRefused('WrongPhase', { phase: 'annulled' });
    annul(decided(5, 3), folded(disputes, opened(NOOR, D, 'annul'))).thenRefused('DisputeSettled');
    annul(decided(5, 3), []).thenRefused('NoSuchDispute');
    given(protocolStatus, decided(5, 3), opened(), annulled).thenRow('proposal', P, { state: 'annulled', disputes: 0 });
  });

  test('is owed at once, the draw too, and a ruling by its deadline', () => {
    const body = { proposal: P, dispute: D };
    given(arbitersDrawing, [opened()]).thenRuns(D, { command: 'DrawArbiters', body }, NOON);
    given(arbitersDrawing, [opened(), drawn()]).thenOwed();
    given(rulingDeadline, [opened(), drawn()]).thenRuns(D, { command: 'LapseDispute', body }, RULING_ENDS);
    for (const end of [ruled('upheld', [2, 0]), lapsed('NoArbiters')]) given(rulingDeadline, [opened(), end]).thenOwed();
    given(recounting, upheld('recount')).thenOwed(D).thenRuns(D, { command: 'RecountVote', body });
    given(recounting, upheld('annul')).thenOwed();
    given(recounting, upheld('recount'), recounted({})).thenOwed();
    given(annulling, upheld('recount'), recounted({ annuls: true })).thenOwed(P);
    // Two disputes that are upheld annul a vote once.
    const second = { ...ruled('upheld', [2, 0], 'annul'), data: { ...ruled('upheld', [2, 0], 'annul').data, dispute: OTHER } } as DisputeEvent;
    given(annulling, upheld('annul'), second).thenOwed(P);
    given(annulling, upheld('annul'), second, annulled).thenOwed();
  });
});

test('what passed waits while a dispute is open, and no longer', () => {
  const end = (...past: readonly DisputeEvent[]) => given(aftermath, decided(5, 3), { disputes: folded(disputes, ...past), membership: membership.initial }).when('EndContest', { proposal: P }, { now: CONTEST_ENDS });
  end(opened()).thenRefused('NotYetDue');
  end(opened(), ruled('upheld', [2, 0])).thenRefused('NotYetDue');
  end(opened(), lapsed('NoRuling')).then({ type: 'ProposalReleased', data: { proposal: P, reason: 'ContestOver' } });
  given(contestEnding, decided(5, 3)).thenRuns(P, { command: 'EndContest', body: { proposal: P } }, CONTEST_ENDS);
  given(contestEnding, [...decided(5, 3), opened()]).thenOwed();
  given(contestEnding, [...decided(5, 3), opened(), opened(ZARA, OTHER), lapsed('NoRuling')]).thenOwed();
  given(contestEnding, [...decided(5, 3), opened(), lapsed('NoRuling', CONTEST_ENDS)]).thenRuns(P, { command: 'EndContest', body: { proposal: P } }, CONTEST_ENDS);
});

test('disputes are shown with their lot, their opinions and what became of them', () => {
  const view = given(disputesView, opened(), drawn(), opinion('a', 'upheld'), ruled('upheld', [2, 0]), { type: 'VoteRecounted', data: { proposal: P, dispute: D, recounted: { yes: 5, no: 3, abstain: 0, roll: 9, ballotsHash: 'h', outcome: 'passed' }, agrees: true, annuls: false } });
  view.thenRow('dispute', D, {
    proposal: P, state: 'upheld', by: NOOR, remedy: 'recount', affected: 1, lot: { seed: 's', candidates: PANEL, arbiters: PANEL },
    opinions: [{ arbiter: 'a', finding: 'upheld', reasons: 'r', at: NOON }], recount: { recounted: { yes: 5, no: 3, abstain: 0, roll: 9, ballotsHash: 'h', outcome: 'passed' }, agrees: true },
  });
  given(disputesView, opened(), lapsed('NoRuling')).thenRow('dispute', D, { state: 'lapsed' });
  const onPage = (...past: readonly Past<DisputeEvent>[]) => given(protocolStatus, [...decided(5, 3), ...past] as readonly Past<DisputeEvent | ProposalEvent>[]);
  onPage(opened(), opened(ZARA, OTHER)).thenRow('proposal', P, { state: 'contestable', disputes: 2 });
  onPage(opened(), ruled('upheld', [2, 0])).thenRow('proposal', P, { disputes: 1 });
  onPage(opened(), ruled('rejected', [0, 2])).thenRow('proposal', P, { disputes: 0 });
});

describe('the margin', () => {
  const fraction = fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 4 })).map(([n, d]) => ({ n: Math.min(n, d), d }));
  const threshold = fc.constantFrom<DecisionRule['threshold']>(
    { n: 1, d: 2, strict: true }, { n: 1, d: 2, strict: false, tie: 'status-quo' }, { n: 1, d: 2, strict: false, tie: 'passes' }, { n: 2, d: 3, strict: false }, { n: 3, d: 4, strict: true },
  );
  const rule = fc.record({ quorum: fraction, turnout: fraction, threshold, floor: fraction });
  const votes = fc.tuple(rule, fc.nat(4), fc.nat(4), fc.nat(3), fc.nat(4)).filter(([, yes, no, abstain, none]) => yes + no + abstain + none > 0);

  test('is what trying every change of so many ballots finds', () => {
    fc.assert(
      fc.property(votes, fc.integer({ min: 1, max: 6 }), ([of, yes, no, abstain, none], affected) => {
        const roll = yes + no + abstain + none;
        const outcome = outcomeOf(of, { yes, no, abstain, roll });
        let possible = false;
        for (let y = 0; y <= roll; y++) for (let n = 0; n <= roll - y; n++) for (let a = 0; a <= roll - y - n; a++) {
          const same = Math.min(y, yes) + Math.min(n, no) + Math.min(a, abstain) + Math.min(roll - y - n - a, none);
          if (roll - same <= affected && (outcomeOf(of, { yes: y, no: n, abstain: a, roll }) === 'passed') !== (outcome === 'passed')) possible = true;
        }
        expect(couldChange({ yes, no, abstain, roll, rule: of, outcome }, affected)).toBe(possible);
      }),
      { numRuns: 3_000 },
    );
  });

  test('has a least number, below which nothing changes', () => {
    fc.assert(
      fc.property(votes, ([of, yes, no, abstain, none]) => {
        const counts = { yes, no, abstain, roll: yes + no + abstain + none };
        const counted: Judgement = { ...counts, rule: of, outcome: outcomeOf(of, counts) };
        const least = leastAffected(counted);
        for (let affected = 1; affected <= counts.roll; affected++) expect(couldChange(counted, affected)).toBe(least !== undefined && affected >= least);
      }),
    );
  });
});

describe('the margin of an election', () => {
  const options = ['a', 'b', 'c'].map((option) => ({ option, title: option, prose: option, measure: { kind: 'resolution' } as const }));
  const approval = fc.subarray(['a', 'b', 'c']).map((codes) => codes.join(',') || 'none');
  const ranking = fc.shuffledSubarray(['a', 'b', 'c', 'status-quo'], { minLength: 1 }).map((codes) => codes.join('>'));
  const voters = 24;
  const rule: DecisionRule = { quorum: { n: 1, d: 3 }, threshold: { n: 1, d: 2, strict: true }, floor: { n: 1, d: 4 } };
  const result = (method: 'approval' | 'ranked', choices: readonly string[]): Judgement => {
    const measure = { kind: 'choose-one', method, tie: 'status-quo', options } as const;
    const count = countOf(measure, choices.map((choice) => [choice, 1] as const));
    const { outcome, election } = elect(measure, count, { rule, roll: voters, rollRoot: 'root' });
    return { ballots: count.ballots, abstain: count.abstain, election, outcome, rule, roll: voters };
  };
  const electedBy = (judgement: Judgement) => ('election' in judgement ? judgement.election.elected : undefined);

  // Most lean one way, so that margins are wide often enough for this to mean something.
  test.each([['approval', approval, 'a'], ['ranked', ranking, 'a>status-quo']] as const)('by %s: where it is said to hold, no change of so many ballots elects another', (method, choice, usual) => {
    let held = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, choice), { minLength: 12, maxLength: voters }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.tuple(fc.nat(voters), choice), { minLength: 1, maxLength: 6 }),
        (choices, affected, changes) => {
          const before = result(method, choices);
          if (couldChange(before, affected)) return;
          held += 1;
          const others = [...choices];
          for (const [voter, other] of changes.slice(0, affected)) others[voter % others.length] = other;
          expect(electedBy(result(method, others))).toBe(electedBy(before));
          expect(electedBy(result(method, choices.slice(Math.min(affected, choices.length))))).toBe(electedBy(before));
        },
      ),
      { numRuns: 1_000 },
    );
    expect(held).toBeGreaterThan(50);
  });

  test('is wide where one is far ahead, and none where nothing was elected', () => {
    const clear = result('approval', Array.from({ length: 20 }, () => 'a'));
    expect([couldChange(clear, 3), leastAffected(clear)]).toEqual([false, 10]);
    expect(couldChange(result('ranked', ['a>status-quo', 'status-quo>a']), 1)).toBe(true);
  });
});

test('the charter has an odd number of arbiters, or none', () => {
  const of = (arbiters: number, ruling = { days: 5 }) => faultOfRules({ ...FOUNDING_RULES, disputes: { arbiters, ruling } });
  expect([of(0), of(1), of(15)]).toEqual([undefined, undefined, undefined]);
  for (const wrong of [of(2), of(17), of(-1), of(3, { days: 0 }), of(3, { days: 91 })]) expect(wrong).toEqual(expect.any(String));
});
