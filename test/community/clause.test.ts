// What clauses of each kind deny, and that it does not matter in which order they are asked.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  evaluate, partiesIn, ROLES, wordsOf,
  type Binding, type Clause, type Judged, type Movement, type Untouchable,
} from '../../src/community/index.ts';
import { after } from '../../src/kernel/index.ts';
import { NOON } from '../support/given.ts';

const untouchable = (more: Partial<Untouchable> = {}): Untouchable => ({
  kind: 'untouchable', id: 'c1', materials: ['mycelium'], parties: 'all-external', exceptions: [], ...more,
});
const protocol = (name: string, ...clauses: Clause[]): Binding => ({ protocol: name, title: `About ${name}`, clauses });
const outsider = (more: Partial<Movement> = {}): Movement => ({
  act: 'acceptance', material: 'mycelium', party: 'acme', external: true, gets: 'ownership-and-custody', roles: [], seconded: [], attempts: [], at: NOON, ...more,
});
const insider = (more: Partial<Movement> = {}): Movement => outsider({ party: 'zara', external: false, roles: ['member'], ...more });
const allowed = { allowed: true };

describe('an untouchable clause', () => {
  test('denies its materials to external parties, and says by which clause', () => {
    expect(evaluate([protocol('moss', untouchable())], outsider())).toEqual({
      allowed: false,
      denied: [{ protocol: 'moss', clause: 'c1', words: 'No external party may acquire mycelium, as owner or as custodian (“About moss”, clause c1).' }],
    });
  });

  test('an exception lifts only its own clause: another one still denies', () => {
    const carrier = untouchable({ exceptions: ['acme'] });
    expect(evaluate([protocol('moss', carrier)], outsider())).toEqual(allowed);
    expect(evaluate([protocol('moss', carrier, untouchable({ id: 'c2' }))], outsider())).toMatchObject({ denied: [{ clause: 'c2' }] });
    expect(evaluate([protocol('moss', carrier), protocol('fern', untouchable())], outsider())).toMatchObject({ denied: [{ protocol: 'fern' }] });
  });

  test('of parties with a mandate frees them while that protocol is in force, whatever its clauses', () => {
    const moss = protocol('moss', untouchable({ mandates: [{ party: 'acme', protocol: 'big-move' }] }));
    expect(evaluate([moss], outsider()).allowed).toBe(false);
    expect(evaluate([moss, protocol('big-move')], outsider())).toEqual(allowed);
    expect(evaluate([moss, protocol('big-move')], outsider({ party: 'other' })).allowed).toBe(false);
  });
});

const keepers: Clause = { kind: 'certified-keeper', id: 'k', materials: ['mycelium'], roles: ['keeper', 'steward'], exceptions: ['works'] };
const two: Clause = { kind: 'two-person', id: 't', materials: ['mycelium'], second: 'keeper' };
const dwell: Clause = { kind: 'dwell', id: 'd', materials: 'all', longest: { days: 2 }, exceptions: ['works'] };
const shares: Clause = { kind: 'allocation', id: 'a', materials: ['mycelium'], shares: [{ to: 'north', share: { n: 1, d: 3 } }, { to: 'repair', share: { n: 2, d: 3 } }] };
const barrier: Clause = { kind: 'barrier-response', id: 'b', materials: 'all', attempts: 2, within: { hours: 1 }, closedFor: { days: 1 } };
const reporting: Clause = { kind: 'reporting', id: 'r', report: 'What is in store', every: { days: 7 } };
const minutes = (n: number): string => after(NOON, { minutes: n });
const stay = { act: 'stay', material: 'moss', party: 'zara', since: NOON } as const;
const yields = { act: 'yield', material: 'mycelium' } as const;
const due = { act: 'due', protocol: 'p', clause: 'r', last: NOON } as const;

const TABLE: readonly (readonly [rule: string, clause: Clause, judged: Judged, allowed: boolean])[] = [
  ['untouchable: other materials are free', untouchable(), outsider({ material: 'glass' }), true],
  ['untouchable: the community’s own are free', untouchable(), insider(), true],
  ['untouchable: all materials', untouchable({ materials: 'all' }), outsider({ material: 'glass' }), false],
  ['untouchable: a listed party is bound, external or not', untouchable({ parties: ['zara'] }), insider(), false],
  ['untouchable: who is not listed is free', untouchable({ parties: ['zara'] }), outsider(), true],
  ['untouchable: it may not even be asked for', untouchable(), outsider({ act: 'request' }), false],
  ['untouchable: nor offered', untouchable(), outsider({ act: 'offer', gets: 'custody' }), false],
  ['untouchable: a listed carrier may take custody', untouchable({ carriers: ['acme'] }), outsider({ gets: 'custody' }), true],
  ['untouchable: and never ownership', untouchable({ carriers: ['acme'] }), outsider({ gets: 'ownership' }), false],
  ['untouchable: nor both', untouchable({ carriers: ['acme'] }), outsider(), false],
  ['certified-keeper: one of the roles takes over', keepers, insider({ roles: ['member', 'keeper'] }), true],
  ['certified-keeper: no other person does', keepers, insider({ roles: ['member', 'guardian'] }), false],
  ['certified-keeper: at intake likewise', keepers, insider({ act: 'intake', gets: 'custody' }), false],
  ['certified-keeper: who only owns takes nothing into hands', keepers, insider({ act: 'intake', gets: 'ownership' }), true],
  ['certified-keeper: an offer is not taken over yet', keepers, insider({ act: 'offer' }), true],
  ['certified-keeper: a party may be excepted', keepers, insider({ party: 'works' }), true],
  ['two-person: nobody confirmed it', two, insider(), false],
  ['two-person: somebody else did', two, insider({ seconded: [['member']] }), false],
  ['two-person: one of the role did', two, insider({ seconded: [['member'], ['member', 'keeper']] }), true],
  ['two-person: an intake passes through one pair of hands', two, insider({ act: 'intake' }), true],
  ['dwell: in time', dwell, { ...stay, at: after(NOON, { days: 2 }) }, true],
  ['dwell: too long', dwell, { ...stay, at: after(NOON, { days: 2, seconds: 1 }) }, false],
  ['dwell: with whom it may stay', dwell, { ...stay, party: 'works', at: after(NOON, { days: 9 }) }, true],
  ['allocation: its share', shares, { ...yields, to: 'north', share: { n: 333_333, d: 1_000_000 } }, true],
  ['allocation: more than its share', shares, { ...yields, to: 'north', share: { n: 333_334, d: 1_000_000 } }, false],
  ['allocation: who has none', shares, { ...yields, to: 'south', share: { n: 1, d: 1_000_000 } }, false],
  ['barrier-response: one attempt', barrier, outsider({ attempts: [NOON], at: minutes(1) }), true],
  ['barrier-response: as many as it takes', barrier, outsider({ attempts: [NOON, minutes(60)], at: minutes(61) }), false],
  ['barrier-response: too far apart', barrier, outsider({ attempts: [NOON, minutes(61)], at: minutes(62) }), true],
  ['barrier-response: it opens again', barrier, outsider({ attempts: [NOON, minutes(1)], at: after(minutes(1), { days: 1 }) }), true],
  ['barrier-response: the community’s own are not shut out', barrier, insider({ attempts: [NOON, minutes(1)], at: minutes(2) }), true],
  ['reporting: in time', reporting, { ...due, at: after(NOON, { days: 7 }) }, true],
  ['reporting: overdue', reporting, { ...due, at: after(NOON, { days: 7, seconds: 1 }) }, false],
  ['reporting: another clause’s', reporting, { ...due, clause: 'other', at: after(NOON, { days: 8 }) }, true],
];

describe('each kind of clause', () => {
  test.each(TABLE)('%s', (_, clause, judged, expected) => {
    const verdict = evaluate([protocol('p', clause)], judged);
    expect(verdict).toEqual(expected ? allowed : { allowed: false, denied: [{ protocol: 'p', clause: clause.id, words: wordsOf(clause, 'About p') }] });
  });

  test.each([
    [keepers, 'Only a keeper or steward may take over mycelium (“T”, clause k).'],
    [two, 'Nobody passes on mycelium alone: another keeper has to confirm it (“T”, clause t).'],
    [dwell, 'Nobody holds any material for longer than 2 days (“T”, clause d).'],
    [shares, 'Yields of mycelium go to north (1/3) and repair (2/3) (“T”, clause a).'],
    [barrier, 'After 2 refused requests within 1 hour, any material is closed to a party for 1 day (“T”, clause b).'],
    [reporting, 'What is in store: to be reported every 7 days (“T”, clause r).'],
  ] as const)('is a sentence: %#', (clause, words) => {
    expect(wordsOf(clause, 'T')).toBe(words);
  });

  test('says which parties it names', () => {
    const full = untouchable({ parties: ['a'], exceptions: ['b'], carriers: ['c'], mandates: [{ party: 'd', protocol: 'p' }] });
    expect(partiesIn(full)).toEqual(['a', 'b', 'c', 'd']);
    expect([keepers, dwell, two, shares, barrier, reporting].map(partiesIn)).toEqual([['works'], ['works'], [], [], [], []]);
  });
});

describe('whatever the clauses', () => {
  const parties = fc.constantFrom('acme', 'other', 'zara');
  const some = fc.uniqueArray(parties);
  const of = fc.oneof(fc.constant('all' as const), fc.subarray(['mycelium', 'glass']));
  const id = fc.constantFrom('c1', 'c2', 'c3');
  const clause: fc.Arbitrary<Clause> = fc.oneof(
    fc.record({
      kind: fc.constant('untouchable' as const), id, materials: of, parties: fc.oneof(fc.constant('all-external' as const), some), exceptions: some, carriers: some,
      mandates: fc.array(fc.record({ party: parties, protocol: fc.constantFrom('p', 'q') }), { maxLength: 1 }),
    }),
    fc.record({ kind: fc.constant('certified-keeper' as const), id, materials: of, roles: fc.subarray([...ROLES], { minLength: 1 }), exceptions: some }),
    fc.record({ kind: fc.constant('two-person' as const), id, materials: of, second: fc.constantFrom(...ROLES) }),
    fc.record({
      kind: fc.constant('barrier-response' as const), id, materials: of, attempts: fc.integer({ min: 1, max: 3 }),
      within: fc.record({ minutes: fc.integer({ min: 0, max: 9 }) }), closedFor: fc.record({ minutes: fc.integer({ min: 0, max: 9 }) }),
    }),
    fc.constant(dwell), fc.constant(shares), fc.constant(reporting),
  );
  const roles = fc.subarray([...ROLES]);
  const attempts = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }).map((at) => at.toSorted((a, b) => a - b).map(minutes));
  const movement: fc.Arbitrary<Movement> = fc.record({
    act: fc.constantFrom('intake', 'request', 'offer', 'acceptance'), material: fc.constantFrom('mycelium', 'glass'), party: parties, external: fc.boolean(),
    gets: fc.constantFrom('custody', 'ownership', 'ownership-and-custody'), roles, seconded: fc.array(roles, { maxLength: 2 }), attempts,
    at: fc.integer({ min: 9, max: 12 }).map(minutes),
  });
  const bindings = (...names: string[]) => fc.array(fc.tuple(fc.constantFrom(...names), fc.array(clause, { maxLength: 3 })).map(([name, clauses]) => protocol(name, ...clauses)), { maxLength: 3 });
  const names = (verdict: ReturnType<typeof evaluate>): string[] => (verdict.allowed ? [] : verdict.denied.map((denial) => JSON.stringify(denial)).toSorted());

  test('deny wins: together they deny what any one of them denies', () => {
    // Protocols that are nobody's mandate: what is in force besides frees nobody.
    fc.assert(
      fc.property(bindings('x', 'y'), bindings('x', 'y'), movement, (few, more, asked) => {
        expect(names(evaluate([...few, ...more], asked))).toEqual([...names(evaluate(few, asked)), ...names(evaluate(more, asked))].toSorted());
      }),
    );
  });

  test('neither the order of protocols nor that of clauses matters', () => {
    fc.assert(
      fc.property(bindings('p', 'q', 'x'), movement, (protocols, asked) => {
        const turned = protocols.toReversed().map((one) => ({ ...one, clauses: one.clauses.toReversed() }));
        expect(names(evaluate(turned, asked))).toEqual(names(evaluate(protocols, asked)));
      }),
    );
  });

  test('an exception lifts its own clause and no other', () => {
    fc.assert(
      fc.property(bindings('x', 'y'), movement, clause, (others, asked, one) => {
        if (one.kind !== 'untouchable' && one.kind !== 'certified-keeper') return;
        const excepting: Clause = { ...one, exceptions: [...(one.exceptions ?? []), asked.party] };
        expect(names(evaluate([...others, protocol('z', excepting)], asked))).toEqual(names(evaluate(others, asked)));
      }),
    );
  });
});
