// The charter's rules: how decisions are made and how long things take. Set at founding, changed by vote.
import { contentHash, msOfDuration, type Duration } from '../kernel/index.ts';
import { aftermathInOneWay, faultOfAftermath, type AftermathRules } from './aftermath.ts';
import { faultOf, isFraction, type DecisionRule, type Fraction } from './decision-rule.ts';
import { OFFICES, type Office } from './membership.ts';

/** ordinary: protocols and resolutions · charter: what changes the rules themselves. */
export const DECISION_CLASSES = ['ordinary', 'charter'] as const;
export type DecisionClass = (typeof DECISION_CLASSES)[number];

export type DecisionRules = Readonly<Record<DecisionClass, DecisionRule>>;

/** Whether members may delegate their votes. */
export interface DelegationRule {
  readonly allowed: boolean;
  /** Codes that a proposal may have as its topic. */
  readonly topics: readonly string[];
  /** Most that one delegate carries beside the own vote; absent = any number. */
  readonly cap?: number;
}

export interface Rules extends AftermathRules {
  /** Absent = not allowed. */
  readonly delegation?: DelegationRule;
  /** Per class of proposal. */
  readonly decision: DecisionRules;
  /** Between the freeze of a text and the opening of its vote. */
  readonly reading: Duration;
  /** Shortest time that a vote is open. */
  readonly voting: Duration;
  /** Share of the voting time, at its end, in which a swing of the outcome extends the vote, once, by as long. */
  readonly lateSwing: Fraction;
  /** How long a member must have been one when a proposal is frozen, to be on its roll. Founders need not wait. */
  readonly membershipBeforeFreeze: Duration;
  /** How long an invitation can be accepted. */
  readonly invitation: Duration;
  /** How long a token is valid. */
  readonly token: Duration;
  /** Distinct members, other than the reporter, that confirm a report of sabotage. */
  readonly corroborations: number;
  /** Distinct members, other than the proposer, whose sponsorship admits a submitted proposal; absent or 0: stewards alone admit. */
  readonly sponsors?: number;
  /** How many hold a role at the least: it is not taken from who is needed for that. Absent: none, but for the last steward. */
  readonly roleMinimum?: RoleMinimum;
}

export type RoleMinimum = Readonly<Partial<Record<Office, number>>>;

/** Whatever the rules say: without a steward nobody would be invited and nothing admitted. */
export const minimumOf = ({ roleMinimum = {} }: Rules, role: Office): number => Math.max(roleMinimum[role] ?? 0, role === 'steward' ? 1 : 0);

/**
 * What holds where the founders say nothing else. A third of the roll as quorum is what large assemblies use (European
 * Parliament, Rule 178); more than half of the decisive ballots is the ordinary majority of parliamentary practice, abstentions
 * not counted (Robert's Rules of Order, § 44); no further floor. Rules themselves are changed by two thirds, as bylaws are (ibid., § 57),
 * with half of the roll as quorum. An outcome that turns in the last tenth of the vote gives everybody as long to answer. Three days to read and a week to vote let everybody who works
 * and sleeps take part.
 */
export const FOUNDING_RULES: Rules = {
  decision: {
    ordinary: { quorum: { n: 1, d: 3 }, threshold: { n: 1, d: 2, strict: true }, floor: { n: 0, d: 1 } },
    charter: { quorum: { n: 1, d: 2 }, threshold: { n: 2, d: 3, strict: false }, floor: { n: 0, d: 1 } },
  },
  reading: { days: 3 },
  voting: { days: 7 },
  lateSwing: { n: 1, d: 10 },
  membershipBeforeFreeze: {},
  invitation: { days: 14 },
  token: { days: 90 },
  corroborations: 2,
};

/** Rules that are to be others; what is left out stays as it is. */
export type RulesChange = Partial<Omit<Rules, 'decision'>> & { readonly decision?: Partial<DecisionRules> };

export const changed = (rules: Rules, change: RulesChange): Rules => ({ ...rules, ...change, decision: { ...rules.decision, ...change.decision } });

/** Whether two sets of rules say the same, in whatever words: 7 days are 168 hours, 2/4 is 1/2. */
export const sameRules = (a: Rules, b: Rules): boolean => contentHash(inOneWay(a)) === contentHash(inOneWay(b));

function inOneWay({ decision, lateSwing, corroborations, sponsors = 0, contest, timelock, veto, disputes, roleMinimum = {}, delegation, ...durations }: Rules): object {
  const lowest = ({ n, d }: Fraction): Fraction => {
    let [a, b] = [n, d];
    while (b !== 0) [a, b] = [b, a % b];
    return { n: n / a, d: d / a };
  };
  const ruled = ({ quorum, turnout = { n: 0, d: 1 }, threshold, floor }: DecisionRule): unknown[] =>
    [lowest(quorum), lowest(turnout), lowest(threshold), threshold.strict, threshold.tie ?? null, lowest(floor)];
  const rules = DECISION_CLASSES.map((of) => ruled(decision[of]));
  const aftermath = aftermathInOneWay({ ...(contest ? { contest } : {}), ...(timelock ? { timelock } : {}), ...(veto ? { veto } : {}), ...(disputes ? { disputes } : {}) }, ruled);
  const minimum = OFFICES.map((role) => roleMinimum[role] ?? 0);
  const lasting = Object.entries(durations).toSorted().map(([name, duration]) => [name, msOfDuration(duration)]);
  const delegated = delegation?.allowed ? [delegation.topics.toSorted(), delegation.cap ?? null] : null;
  return { rules, aftermath, delegated, minimum, lateSwing: lowest(lateSwing), corroborations, sponsors, durations: lasting };
}

const DAY = 86_400_000;
export const MOST_SPONSORS = 10_000;

/** Largest minimum of a role: so many memberships is a removal decided with. */
const MOST_NEEDED = 100;

type Lasting = keyof Omit<Rules, 'decision' | 'lateSwing' | 'corroborations' | 'sponsors' | 'roleMinimum' | 'delegation' | keyof AftermathRules>;

/** Bounds of the durations in ms: a rule can neither abolish what it regulates nor put it beyond anybody's lifetime. */
const BOUNDS: Readonly<Record<Lasting, readonly [least: number, most: number]>> = {
  reading: [0, 90 * DAY],
  voting: [1_000, 90 * DAY],
  membershipBeforeFreeze: [0, 365 * DAY],
  invitation: [60_000, 365 * DAY],
  token: [60_000, 365 * DAY],
};

/** What is wrong with the rules as a sentence; undefined when a community can live under them. */
export function faultOfRules(rules: Rules): string | undefined {
  for (const [name, [least, most]] of Object.entries(BOUNDS)) {
    const ms = msOfDuration(rules[name as keyof typeof BOUNDS]);
    if (!(ms >= least && ms <= most)) return `${name} lasts between ${least / 1000} seconds and ${most / DAY} days`;
  }
  if (!Number.isSafeInteger(rules.corroborations) || rules.corroborations < 1 || rules.corroborations > 100) {
    return 'between 1 and 100 members corroborate a report';
  }
  const { sponsors = 0 } = rules;
  if (!Number.isSafeInteger(sponsors) || sponsors < 0 || sponsors > MOST_SPONSORS) return `up to ${MOST_SPONSORS} sponsors admit a proposal`;
  if (Object.values(rules.roleMinimum ?? {}).some((least) => !Number.isSafeInteger(least) || least < 0 || least > MOST_NEEDED)) {
    return `a role is held by between 0 and ${MOST_NEEDED} at the least`;
  }
  const { cap, topics = [] } = rules.delegation ?? {};
  if (cap !== undefined && !(Number.isSafeInteger(cap) && cap >= 1)) return 'a delegate carries at least one vote where there is a cap';
  if (new Set(topics).size < topics.length) return 'a topic is named once';
  if (!isFraction(rules.lateSwing) || rules.lateSwing.n * 2 > rules.lateSwing.d) return 'lateSwing is a fraction of at most one half';
  return DECISION_CLASSES.map((of) => faultOf(rules.decision[of])).find((fault) => fault !== undefined) ?? faultOfAftermath(rules);
}
