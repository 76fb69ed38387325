// Elections: one option out of several, against the status quo.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { DecisionRule } from '../../src/community/index.ts';
import { canonicalChoice, countOf, elect, type ChooseOne, type ElectionMethod, type ElectionTie } from '../../src/governance/index.ts';

const rule: DecisionRule = { quorum: { n: 0, d: 1 }, threshold: { n: 1, d: 2, strict: true }, floor: { n: 0, d: 1 } };

const between = (method: ElectionMethod, codes: readonly string[], tie: ElectionTie = 'status-quo'): ChooseOne => ({
  kind: 'choose-one', method, tie,
  options: codes.map((option) => ({ option, title: option, prose: option, measure: { kind: 'resolution' } })),
});

type Cast = readonly (readonly [times: number, choice: string])[];

function result(measure: ChooseOne, cast: Cast, { under = {}, roll = 100, rollRoot = 'root' }: { under?: Partial<DecisionRule>; roll?: number; rollRoot?: string } = {}) {
  const choices = cast.map(([times, choice]) => [canonicalChoice(measure, choice) as string, times] as const);
  return elect(measure, countOf(measure, choices), { rule: { ...rule, ...under }, roll, rollRoot });
}

describe('by ranking', () => {
  const ab = between('ranked', ['a', 'b']);

  test('the status quo is no option like the others: what most do not want instead of it is not elected, though plain Schulze puts it first', () => {
    const { outcome, election } = result(ab, [[49, 'b>a>status-quo'], [21, 'status-quo>b>a'], [19, 'status-quo>a>b'], [11, 'a>status-quo>b']]);
    expect(election).toMatchObject({ order: [['b'], ['a'], ['status-quo']], options: ['a', 'b', 'status-quo'], pairwise: [[0, 30, 60], [70, 0, 49], [40, 51, 0]] });
    expect(election).toMatchObject({ eligible: ['a'], elected: 'a' });
    expect(outcome).toBe('passed');
  });

  test('what is not ranked is last, and as good as the rest that is not ranked, the status quo included', () => {
    expect(result(ab, [[3, 'a']]).election).toMatchObject({ pairwise: [[0, 3, 3], [0, 0, 0], [0, 0, 0]], elected: 'a' });
  });

  test('equals add nothing to their pair', () => {
    expect(result(ab, [[3, 'a=b>status-quo']]).election).toMatchObject({ pairwise: [[0, 0, 3], [0, 0, 3], [0, 0, 0]] });
  });

  test('equally good options are told as a tie, and nothing changes …', () => {
    expect(result(ab, [[3, 'a=b']])).toMatchObject({ outcome: 'Tied', election: { tied: ['a', 'b'] } });
    expect(result(ab, [[3, 'a=b']]).election.elected).toBeUndefined();
  });

  test('… or one is drawn by lot, where that was fixed before: the same one, wherever it stands in the list, and another for another roll', () => {
    const drawn = (codes: readonly string[], rollRoot: string) => result(between('ranked', codes, 'lot'), [[3, codes.join('=')]], { rollRoot }).election.elected;
    expect(drawn(['a', 'b'], 'root')).toBe(drawn(['b', 'a'], 'root'));
    expect(new Set(['1', '2', '3', '4', '5', '6', '7', '8'].map((root) => drawn(['a', 'b'], root)))).toEqual(new Set(['a', 'b']));
  });

  test.each([
    ['quorum', { quorum: { n: 1, d: 2 } }, 'NoQuorum'],
    ['turnout, which abstentions add to', { turnout: { n: 8, d: 10 } }, 'NoQuorum'],
    ['threshold', { threshold: { n: 3, d: 4, strict: false } }, 'NotApproved'],
    ['floor', { floor: { n: 1, d: 3 } }, 'NotApproved'],
  ] as const)('nothing changes for want of the %s', (_, under, outcome) => {
    const cast: Cast = [[28, 'a>status-quo'], [12, 'status-quo>a'], [30, 'abstain']];
    expect(result(ab, cast).outcome).toBe('passed');
    expect(result(ab, cast, { under }).outcome).toBe(outcome);
  });

  test('an option must beat the status quo by paths, too', () => {
    // Round a circle: c is above the status quo, which is far above b, which is far above a …
    const abc = between('ranked', ['a', 'b', 'c']);
    const { election } = result(abc, [[4, 'a>status-quo>b>c'], [3, 'b>c>a>status-quo'], [2, 'status-quo>b>c>a']]);
    const { eligible, order } = election as Extract<typeof election, { method: 'ranked' }>;
    for (const option of eligible) expect(order.findIndex((group) => group.includes(option))).toBeLessThan(order.findIndex((group) => group.includes('status-quo')));
  });
});

describe('by approval', () => {
  const abc = between('approval', ['a', 'b', 'c']);

  test('most approvals among those that enough approve of', () => {
    const cast: Cast = [[30, 'a,b'], [20, 'a'], [25, 'b'], [5, 'c'], [10, 'none'], [10, 'abstain']];
    expect(result(abc, cast)).toEqual({
      outcome: 'passed',
      election: { method: 'approval', options: ['a', 'b', 'c'], approvals: [50, 55, 5], eligible: ['a', 'b'], elected: 'b' },
    });
  });

  test('who approves of nothing is one against all; who abstains is none', () => {
    expect(result(abc, [[5, 'a'], [5, 'abstain']]).outcome).toBe('passed');
    expect(result(abc, [[5, 'a'], [5, 'none']]).outcome).toBe('NotApproved');
  });

  test('nobody approved of anything: nothing is elected, whatever the threshold', () => {
    const under = { threshold: { n: 1, d: 2, strict: false, tie: 'passes' as const } };
    expect(result(abc, [[5, 'none']], { under }).outcome).toBe('NotApproved');
    expect(result(abc, [], { under }).outcome).toBe('NotApproved');
  });

  test('as many for two are a tie', () => {
    expect(result(abc, [[5, 'a,b'], [1, 'a'], [1, 'b']])).toMatchObject({ outcome: 'Tied', election: { tied: ['a', 'b'] } });
  });
});

describe('ballots', () => {
  const ranked = between('ranked', ['a', 'b', 'c']);
  const approval = between('approval', ['a', 'b', 'c']);

  test.each([
    [ranked, 'c=a>b', 'a=c>b'], [ranked, 'status-quo', 'status-quo'], [ranked, 'abstain', 'abstain'],
    [approval, 'c,a', 'a,c'], [approval, 'none', 'none'], [approval, 'abstain', 'abstain'],
  ] as const)('have one form', (measure, said, canonical) => {
    expect(canonicalChoice(measure, said)).toBe(canonical);
  });

  test.each([
    [ranked, 'yes'], [ranked, 'a>a'], [ranked, 'a>d'], [ranked, 'a,b'], [ranked, 'none'], [ranked, 'a>'], [ranked, ''],
    [approval, 'no'], [approval, 'a,a'], [approval, 'a>b'], [approval, 'status-quo'], [approval, 'a,none'], [approval, ''],
    [undefined, 'a'], [undefined, 'none'],
  ] as const)('of another form are none', (measure, said) => {
    expect(canonicalChoice(measure, said)).toBeUndefined();
  });
});

describe('laws', () => {
  const codes = ['a', 'b', 'c', 'd'];
  const ranking = fc.shuffledSubarray([...codes, 'status-quo'], { minLength: 1 }).chain((order) =>
    fc.array(fc.constantFrom('>', '='), { minLength: order.length, maxLength: order.length }).map((joins) => order.map((code, i) => (i === 0 ? code : `${joins[i]}${code}`)).join('')));
  const approving = fc.subarray(codes).map((some) => some.join(',') || 'none');
  const cast = (choice: fc.Arbitrary<string>) => fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.oneof({ weight: 9, arbitrary: choice }, { weight: 1, arbitrary: fc.constant('abstain') })), { maxLength: 12 });
  const cases = fc.oneof(cast(ranking).map((all) => ['ranked', all] as const), cast(approving).map((all) => ['approval', all] as const));

  test('neither the order of ballots nor that of options makes a difference', () => {
    fc.assert(fc.property(cases, fc.shuffledSubarray(codes, { minLength: 4 }), fc.constantFrom('lot' as const, 'status-quo' as const), ([method, all], mixed, tie) => {
      const [one, other] = [result(between(method, codes, tie), all), result(between(method, mixed, tie), all.toReversed())];
      expect([other.outcome, other.election.elected, [...other.election.eligible].toSorted()]).toEqual([one.outcome, one.election.elected, [...one.election.eligible].toSorted()]);
    }));
  });

  test('what is elected is preferred to the status quo by more than half of those who tell the two apart', () => {
    fc.assert(fc.property(cast(ranking), (all) => {
      const { election } = result(between('ranked', codes, 'lot'), all);
      if (election.elected === undefined || election.method !== 'ranked') return;
      const i = election.options.indexOf(election.elected);
      expect(election.pairwise[i]?.[4]).toBeGreaterThan(election.pairwise[4]?.[i] as number);
    }));
  });

  test('with one option, a ranking, an approval and a vote of yes and no come to the same', () => {
    fc.assert(fc.property(fc.nat(20), fc.nat(20), fc.nat(5), (yes, no, abstain) => {
      const [ranked, approval] = [between('ranked', ['a']), between('approval', ['a'])];
      const counted = result(ranked, [[yes, 'a>status-quo'], [no, 'status-quo>a'], [abstain, 'abstain']]).outcome;
      expect(counted).toBe(result(approval, [[yes, 'a'], [no, 'none'], [abstain, 'abstain']]).outcome);
      expect(counted === 'passed').toBe(yes > no);
    }));
  });

  test('ballots for the other method: above the status quo is approved, approved is above the status quo', () => {
    const ranked = between('ranked', ['a', 'b', 'c']);
    expect(countOf(ranked, [['a>b>status-quo>c', 2], ['c=status-quo', 1], ['b', 4]], 'approval')).toEqual({ method: 'approval', ballots: 7, abstain: 0, approvals: [2, 6, 0] });
    const approval = between('approval', ['a', 'b']);
    expect(countOf(approval, [['a', 2], ['none', 1]], 'ranked')).toEqual({ method: 'ranked', ballots: 3, abstain: 0, pairwise: [[0, 2, 2], [0, 0, 0], [1, 3, 0]] });
  });
});
