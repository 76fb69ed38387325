// Decision rules: when a vote has passed. Integer cross-multiplication, no fraction is ever rounded.

/** n/d with 0 ≤ n ≤ d, 1 ≤ d ≤ 1,000,000: products with any roll stay exact integers. */
export interface Fraction {
  readonly n: number;
  readonly d: number;
}

/** What becomes of as many yes as no under a threshold of at least one half: it passes, or nothing changes and it is told as `Tied`. */
export const TIE_RULES = ['passes', 'status-quo'] as const;
export type TieRule = (typeof TIE_RULES)[number];

/** Share of yes among the decisive ballots; `strict` = more than, else at least. `tie` where that is at least one half, and only there. */
export interface Threshold extends Fraction {
  readonly strict: boolean;
  readonly tie?: TieRule;
}

export interface DecisionRule {
  /** Share of the roll whose ballots are decisive (yes or no) that makes the vote count. */
  readonly quorum: Fraction;
  /** Share of the roll with any ballot, abstentions included, that makes the vote count; absent = none is asked for. */
  readonly turnout?: Fraction;
  readonly threshold: Threshold;
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

export const OUTCOMES = ['passed', 'NoQuorum', 'NotApproved', 'Tied'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const MOST_IN_A_FRACTION = 1_000_000;

export const isFraction = ({ n, d }: Fraction): boolean =>
  Number.isSafeInteger(n) && Number.isSafeInteger(d) && n >= 0 && d >= 1 && n <= d && d <= MOST_IN_A_FRACTION;

const NONE: Fraction = { n: 0, d: 1 };

const isHalf = ({ n, d }: Fraction): boolean => n * 2 === d;

/** What is wrong with a rule as a sentence; undefined when it can decide every vote. */
export function faultOf({ quorum, turnout = NONE, threshold, floor }: DecisionRule): string | undefined {
  if (![quorum, turnout, threshold, floor].every(isFraction)) {
    return `quorum, turnout, threshold and floor are fractions n/d of whole numbers with 0 ≤ n ≤ d ≤ ${MOST_IN_A_FRACTION}`;
  }
  if (threshold.strict && threshold.n === threshold.d) return 'more than all can never be reached';
  if (threshold.n * 2 < threshold.d) return 'a threshold below one half would let a minority decide against a majority';
  const mayTie = isHalf(threshold) && !threshold.strict;
  if (mayTie && threshold.tie === undefined) return 'a threshold of at least one half leaves ties open: it needs a tie rule, or must be strict';
  if (!mayTie && threshold.tie !== undefined) return 'a tie rule is for a threshold of at least one half: under any other there is nothing to break';
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
  const strict = higher.strict || (same && other.strict);
  const tie = isHalf(higher) && !strict ? { tie: a.threshold.tie === 'status-quo' || b.threshold.tie === 'status-quo' ? 'status-quo' : 'passes' } as const : {};
  return {
    quorum: larger(a.quorum, b.quorum),
    ...(a.turnout || b.turnout ? { turnout: larger(a.turnout ?? NONE, b.turnout ?? NONE) } : {}),
    threshold: { n: higher.n, d: higher.d, strict, ...tie },
    floor: larger(a.floor, b.floor),
  };
}

/** Whether enough of the roll took part: with decisive ballots, and with any. */
export const hasQuorum = ({ quorum, turnout = NONE }: DecisionRule, { decisive, any, roll }: { readonly decisive: number; readonly any: number; readonly roll: number }): boolean =>
  compareFractions(decisive, roll, quorum) >= 0 && compareFractions(any, roll, turnout) >= 0;

/** At least one yes, threshold and floor, and the tie rule, in this order. */
export function approvalBy({ threshold, floor }: DecisionRule, { yes, no, roll }: Omit<Counts, 'abstain'>): Exclude<Outcome, 'NoQuorum'> {
  const share = compareFractions(yes, yes + no, threshold);
  const reached = threshold.strict ? share > 0 : share >= 0;
  if (yes === 0 || !reached || compareFractions(yes, roll, floor) < 0) return 'NotApproved';
  return yes === no && threshold.tie === 'status-quo' ? 'Tied' : 'passed';
}

/** Quorum over decisive ballots and over all, then approval. */
export const outcomeOf = (rule: DecisionRule, { yes, no, abstain, roll }: Counts): Outcome =>
  hasQuorum(rule, { decisive: yes + no, any: yes + no + abstain, roll }) ? approvalBy(rule, { yes, no, roll }) : 'NoQuorum';
