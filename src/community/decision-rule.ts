// Decision rules: when a vote has passed. Integer cross-multiplication, no fraction is ever rounded.

/** n/d with 0 ≤ n ≤ d, 1 ≤ d ≤ 1,000,000: products with any roll stay exact integers. */
export interface Fraction {
  readonly n: number;
  readonly d: number;
}

export interface DecisionRule {
  /** Share of the roll whose ballots are decisive (yes or no) that makes the vote count. */
  readonly quorum: Fraction;
  /** Share of yes among the decisive ballots; `strict` = more than, else at least. */
  readonly threshold: Fraction & { readonly strict: boolean };
  /** Share of the whole roll that must say yes. */
  readonly floor: Fraction;
}

export interface Counts {
  readonly yes: number;
  readonly no: number;
  readonly abstain: number;
  /** Persons on the roll. */
  readonly roll: number;
}

export type Outcome = 'passed' | 'NoQuorum' | 'NotApproved';

export const MOST_IN_A_FRACTION = 1_000_000;

export const isFraction = ({ n, d }: Fraction): boolean =>
  Number.isSafeInteger(n) && Number.isSafeInteger(d) && n >= 0 && d >= 1 && n <= d && d <= MOST_IN_A_FRACTION;

/** What is wrong with a rule as a sentence; undefined when it can decide every vote. */
export function faultOf({ quorum, threshold, floor }: DecisionRule): string | undefined {
  if (![quorum, threshold, floor].every(isFraction)) {
    return `quorum, threshold and floor are fractions n/d of whole numbers with 0 ≤ n ≤ d ≤ ${MOST_IN_A_FRACTION}`;
  }
  if (threshold.strict && threshold.n === threshold.d) return 'more than all can never be reached';
  if (threshold.n * 2 < threshold.d) return 'a threshold below one half would let a minority decide against a majority';
  if (!threshold.strict && threshold.n * 2 === threshold.d) return 'a threshold of at least one half leaves ties open: it must be strict';
  return undefined;
}

/** a/b against n/d, without dividing: negative, zero or positive. b and d positive. */
const compareFractions = (a: number, b: number, { n, d }: Fraction): number => {
  const difference = BigInt(a) * BigInt(d) - BigInt(b) * BigInt(n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

const larger = <F extends Fraction>(a: F, b: F): F => (a.n * b.d >= b.n * a.d ? a : b);

/** The rule under which passes what passes under both. */
export function stricterOf(a: DecisionRule, b: DecisionRule): DecisionRule {
  const [higher, other] = a.threshold.n * b.threshold.d >= b.threshold.n * a.threshold.d ? [a.threshold, b.threshold] : [b.threshold, a.threshold];
  const same = higher.n * other.d === other.n * higher.d;
  return {
    quorum: larger(a.quorum, b.quorum),
    threshold: { n: higher.n, d: higher.d, strict: higher.strict || (same && other.strict) },
    floor: larger(a.floor, b.floor),
  };
}

/** Quorum over decisive ballots, at least one yes, threshold and floor, in this order. */
export function outcomeOf({ quorum, threshold, floor }: DecisionRule, { yes, no, roll }: Counts): Outcome {
  const decisive = yes + no;
  if (compareFractions(decisive, roll, quorum) < 0) return 'NoQuorum';
  const share = compareFractions(yes, decisive, threshold);
  const reached = threshold.strict ? share > 0 : share >= 0;
  return yes > 0 && reached && compareFractions(yes, roll, floor) >= 0 ? 'passed' : 'NotApproved';
}
