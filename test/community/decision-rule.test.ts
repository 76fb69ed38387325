// The arithmetic of decisions.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { faultOf, FOUNDING_RULES, outcomeOf, stricterOf, TIE_RULES, type Counts, type DecisionRule, type Fraction, type TieRule } from '../../src/community/index.ts';

const ordinary = FOUNDING_RULES.decision.ordinary;
const counts = (yes: number, no: number, abstain: number, roll: number): Counts => ({ yes, no, abstain, roll });

describe('the usual rule', () => {
  test('passes with a third of the roll decisive and more yes than no', () => {
    expect(outcomeOf(ordinary, counts(2, 1, 0, 9))).toBe('passed');
    expect(outcomeOf(ordinary, counts(2, 0, 0, 7))).toBe('NoQuorum');
    expect(outcomeOf(ordinary, counts(3, 3, 0, 6))).toBe('NotApproved');
  });

  test('does not count abstentions to the quorum, nor against a proposal', () => {
    expect(outcomeOf(ordinary, counts(2, 0, 7, 9))).toBe('NoQuorum');
    expect(outcomeOf(ordinary, counts(2, 1, 6, 9))).toBe('passed');
  });
});

test('a vote without a yes or without a decisive ballot never passes, whatever the rule', () => {
  const lax: DecisionRule = { quorum: { n: 0, d: 1 }, threshold: { n: 1, d: 2, strict: true }, floor: { n: 0, d: 1 } };
  expect(outcomeOf(lax, counts(0, 0, 5, 9))).toBe('NotApproved');
  expect(outcomeOf(lax, counts(0, 1, 0, 9))).toBe('NotApproved');
  expect(outcomeOf(lax, counts(1, 0, 0, 9))).toBe('passed');
});

test('the floor is of the whole roll', () => {
  const rule: DecisionRule = { ...ordinary, floor: { n: 1, d: 2 } };
  expect(outcomeOf(rule, counts(4, 0, 0, 9))).toBe('NotApproved');
  expect(outcomeOf(rule, counts(5, 0, 0, 9))).toBe('passed');
  expect(outcomeOf(rule, counts(5, 0, 0, 10))).toBe('passed');
});

test('at least two thirds and more than two thirds differ by exactly two thirds', () => {
  const rule = (strict: boolean): DecisionRule => ({ ...ordinary, threshold: { n: 2, d: 3, strict } });
  expect(outcomeOf(rule(false), counts(2, 1, 0, 3))).toBe('passed');
  expect(outcomeOf(rule(true), counts(2, 1, 0, 3))).toBe('NotApproved');
});

test.each([
  ['a tie left open', { ...ordinary, threshold: { n: 1, d: 2, strict: false } }],
  ['a tie rule where nothing can tie', { ...ordinary, threshold: { n: 1, d: 2, strict: true, tie: 'passes' } }],
  ['a tie rule for two thirds', { ...ordinary, threshold: { n: 2, d: 3, strict: false, tie: 'status-quo' } }],
  ['a turnout of more than all', { ...ordinary, turnout: { n: 3, d: 2 } }],
  ['a minority that wins', { ...ordinary, threshold: { n: 49, d: 100, strict: false } }],
  ['more than all', { ...ordinary, threshold: { n: 1, d: 1, strict: true } }],
  ['more than one', { ...ordinary, quorum: { n: 2, d: 1 } }],
  ['no whole number', { ...ordinary, floor: { n: 0.5, d: 1 } }],
  ['a division by zero', { ...ordinary, quorum: { n: 0, d: 0 } }],
] satisfies [string, DecisionRule][])('a rule with %s is at fault', (_, rule) => {
  expect(faultOf(rule)).toBeDefined();
});

test('the usual rule and a qualified majority are not at fault', () => {
  expect(faultOf(ordinary)).toBeUndefined();
  expect(faultOf({ ...ordinary, threshold: { n: 2, d: 3, strict: false } })).toBeUndefined();
  for (const tie of TIE_RULES) expect(faultOf({ ...ordinary, threshold: { n: 2, d: 4, strict: false, tie } })).toBeUndefined();
});

test('as many yes as no is what the tie rule says, and told as a tie where nothing changes', () => {
  const atLeastHalf = (tie: TieRule): DecisionRule => ({ ...ordinary, threshold: { n: 1, d: 2, strict: false, tie } });
  expect(outcomeOf(atLeastHalf('passes'), counts(3, 3, 0, 6))).toBe('passed');
  expect(outcomeOf(atLeastHalf('status-quo'), counts(3, 3, 0, 6))).toBe('Tied');
  for (const tie of TIE_RULES) {
    expect(outcomeOf(atLeastHalf(tie), counts(4, 3, 0, 7))).toBe('passed');
    expect(outcomeOf(atLeastHalf(tie), counts(3, 4, 0, 7))).toBe('NotApproved');
    expect(outcomeOf({ ...atLeastHalf(tie), quorum: { n: 0, d: 1 } }, counts(0, 0, 5, 7))).toBe('NotApproved');
    expect(outcomeOf({ ...atLeastHalf(tie), floor: { n: 2, d: 3 } }, counts(3, 3, 0, 6))).toBe('NotApproved');
  }
});

test('a turnout counts abstentions, and does not take the place of the quorum', () => {
  const rule: DecisionRule = { ...ordinary, turnout: { n: 1, d: 2 } };
  expect(outcomeOf(rule, counts(3, 1, 0, 9))).toBe('NoQuorum');
  expect(outcomeOf(rule, counts(3, 1, 1, 9))).toBe('passed');
  expect(outcomeOf(rule, counts(2, 0, 7, 9))).toBe('NoQuorum');
});

// The law, told in another way: exact rational numbers as reduced fractions of BigInts.
interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}
const rational = (n: bigint, d: bigint): Rational => {
  const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
  const g = gcd(n < 0n ? -n : n, d) || 1n;
  return { n: n / g, d: d / g };
};
const minus = (a: Rational, b: Rational): Rational => rational(a.n * b.d - b.n * a.d, a.d * b.d);
const share = (a: number, b: number): Rational => rational(BigInt(a), BigInt(b));
const of = ({ n, d }: Fraction): Rational => rational(BigInt(n), BigInt(d));

function outcomeByRationals(rule: DecisionRule, { yes, no, abstain, roll }: Counts): string {
  const decisive = yes + no;
  if (minus(share(decisive, roll), of(rule.quorum)).n < 0n) return 'NoQuorum';
  if (rule.turnout && minus(share(decisive + abstain, roll), of(rule.turnout)).n < 0n) return 'NoQuorum';
  if (yes === 0) return 'NotApproved';
  const above = minus(share(yes, decisive), of(rule.threshold)).n;
  const reached = rule.threshold.strict ? above > 0n : above >= 0n;
  if (!reached || minus(share(yes, roll), of(rule.floor)).n < 0n) return 'NotApproved';
  return rule.threshold.tie === 'status-quo' && yes === no ? 'Tied' : 'passed';
}

const fraction = fc.integer({ min: 1, max: 1_000_000 }).chain((d) => fc.record({ n: fc.integer({ min: 0, max: d }), d: fc.constant(d) }));
const nearby = fc.integer({ min: 1, max: 12 }).chain((d) => fc.record({ n: fc.integer({ min: 0, max: d }), d: fc.constant(d) }));
const anyFraction = fc.oneof(fraction, nearby);
const anyRule = fc
  .record({
    quorum: anyFraction, threshold: fc.oneof(anyFraction, fc.constant({ n: 1, d: 2 }), fc.constant({ n: 3, d: 6 })), floor: anyFraction, strict: fc.boolean(),
    turnout: fc.option(anyFraction, { nil: undefined }), tie: fc.constantFrom(...TIE_RULES),
  })
  .map(({ threshold, strict, turnout, tie, ...rest }): DecisionRule => {
    const mayTie = threshold.n * 2 === threshold.d && !strict;
    return { ...rest, ...(turnout ? { turnout } : {}), threshold: { ...threshold, strict, ...(mayTie ? { tie } : {}) } };
  });
const ballots = fc.oneof(fc.nat(12), fc.nat(100_000_000));
const anyCounts = fc.record({ yes: ballots, no: ballots, abstain: ballots, absent: ballots }).map(({ yes, no, abstain, absent }) => {
  return counts(yes, no, abstain, Math.max(1, yes + no + abstain + absent));
});

describe('a rule that is not at fault', () => {
  test('decides as exact rational numbers do', () => {
    fc.assert(fc.property(anyRule, anyCounts, (rule, counted) => expect(outcomeOf(rule, counted)).toBe(outcomeByRationals(rule, counted))), { numRuns: 2_000 });
  });

  test('is not lost by a voter who says yes instead of nothing', () => {
    fc.assert(
      fc.property(anyRule, anyCounts, (rule, counted) => {
        fc.pre(counted.yes + counted.no + counted.abstain < counted.roll);
        if (outcomeOf(rule, counted) === 'passed') expect(outcomeOf(rule, { ...counted, yes: counted.yes + 1 })).toBe('passed');
      }),
    );
  });

  test('never passes what more decisive ballots reject than approve', () => {
    fc.assert(
      fc.property(anyRule, anyCounts, (rule, counted) => {
        if (faultOf(rule) === undefined && counted.yes <= counted.no) expect(outcomeOf(rule, counted)).not.toBe('passed');
      }),
    );
  });
});

test('under the stricter of two rules passes exactly what passes under both', () => {
  fc.assert(
    fc.property(anyRule, anyRule, anyCounts, (a, b, counted) => {
      const both = outcomeOf(a, counted) === 'passed' && outcomeOf(b, counted) === 'passed';
      expect(outcomeOf(stricterOf(a, b), counted) === 'passed').toBe(both);
      expect(outcomeOf(stricterOf(b, a), counted) === 'passed').toBe(both);
    }),
    { numRuns: 2_000 },
  );
  const [more, atLeast] = [true, false].map((strict): DecisionRule => ({ ...ordinary, threshold: { n: 2, d: 3, strict } })) as [DecisionRule, DecisionRule];
  expect(stricterOf(atLeast, { ...more, threshold: { n: 4, d: 6, strict: true } }).threshold.strict).toBe(true);
});
