// Parts of a decision rule as people write them, in a query or on a command line.
import { communityRejections, faultOf, type DecisionRule, type Fraction } from '../community/index.ts';

export const FRACTION = /^(0|[1-9]\d{0,6})\/([1-9]\d{0,6})$/;
/** `>` for more than, `>=` or nothing for at least. */
export const THRESHOLD = /^(>=?)?(0|[1-9]\d{0,6})\/([1-9]\d{0,6})$/;

export interface RuleParts {
  readonly quorum?: string | undefined;
  readonly turnout?: string | undefined;
  readonly threshold?: string | undefined;
  readonly floor?: string | undefined;
}

function fraction(text: string): Fraction {
  const [n, d] = text.replace(/^>=?/, '').split('/');
  return { n: Number(n), d: Number(d) };
}

/** The parts that are given, as a rule has them. They have the form of the patterns above. */
export const partsOf = ({ quorum, turnout, threshold, floor }: RuleParts): Partial<DecisionRule> => ({
  ...(quorum === undefined ? {} : { quorum: fraction(quorum) }),
  ...(turnout === undefined ? {} : { turnout: fraction(turnout) }),
  ...(threshold === undefined ? {} : { threshold: { ...fraction(threshold), strict: /^>\d/.test(threshold) } }),
  ...(floor === undefined ? {} : { floor: fraction(floor) }),
});

/** A rule with parts of another in the place of its own. @throws Rejection InvalidRules one that could not decide every vote */
export function ruleUnder(decided: DecisionRule, under: Partial<DecisionRule>): DecisionRule {
  const rule = { ...decided, ...under };
  const fault = faultOf(rule);
  if (fault !== undefined) throw communityRejections.InvalidRules({ fault });
  return rule;
}
