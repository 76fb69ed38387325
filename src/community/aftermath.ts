// Rules of the time between a certificate and its enactment: contest, timelock, veto and disputes. Each is off where the charter does not say it.
import { msOfDuration, type Duration } from '../kernel/index.ts';
import { faultOf, type DecisionRule } from './decision-rule.ts';

/**
 * breaks-charter: against the charter as it is · harm-to-persons · irreversible-harm: to the commons, beyond repair · flawed-procedure: how it came about ·
 * unlawful: against law that binds the community.
 */
export const VETO_GROUNDS = ['breaks-charter', 'harm-to-persons', 'irreversible-harm', 'flawed-procedure', 'unlawful'] as const;
export type VetoGround = (typeof VETO_GROUNDS)[number];

export interface VetoRule {
  /** So many of them stop a proposal; 0: there is no veto. */
  readonly guardians: number;
  /** On these grounds and no others. */
  readonly grounds: readonly VetoGround[];
  /** How long they have; enactment waits for it. */
  readonly window: Duration;
  /** The rule by which the roll overrides them. */
  readonly override: DecisionRule;
}

export interface DisputeRule {
  /** Drawn by lot for each dispute; 0: there are none. */
  readonly arbiters: number;
  /** How long they have; enactment waits for it. */
  readonly ruling: Duration;
}

/** Times by class of proposal; a class that is not named has none. */
export type TimesByClass = { readonly ordinary?: Duration; readonly charter?: Duration };

export interface AftermathRules {
  /** After a certificate: how long it can be disputed, with enactment waiting. */
  readonly contest?: TimesByClass;
  /** Between the end of the contest and enactment. */
  readonly timelock?: TimesByClass;
  readonly veto?: VetoRule;
  readonly disputes?: DisputeRule;
}

const DAY = 86_400_000;
const LONGEST_WAIT = 90 * DAY;
const MOST_GUARDIANS = 100;
const MOST_ARBITERS = 15;

const within = (duration: Duration, least: number, most: number): boolean => {
  const ms = msOfDuration(duration);
  return ms >= least && ms <= most;
};

const isCount = (value: number, most: number): boolean => Number.isSafeInteger(value) && value >= 0 && value <= most;

/** What is wrong with these rules as a sentence; undefined when a community can live under them. */
export function faultOfAftermath({ contest = {}, timelock = {}, veto, disputes }: AftermathRules): string | undefined {
  for (const [name, times] of Object.entries({ contest, timelock })) {
    if (!Object.values(times).every((time: Duration | undefined) => time === undefined || within(time, 0, LONGEST_WAIT))) return `${name} lasts at most 90 days`;
  }
  if (veto) {
    if (!isCount(veto.guardians, MOST_GUARDIANS)) return `at most ${MOST_GUARDIANS} guardians are needed for a veto`;
    if (veto.grounds.length === 0 || new Set(veto.grounds).size < veto.grounds.length) return 'a veto has grounds, none of them named twice';
    if (!within(veto.window, 1_000, LONGEST_WAIT)) return 'a veto can be cast for between 1 second and 90 days';
    const fault = faultOf(veto.override);
    if (fault !== undefined) return fault;
  }
  if (!disputes) return undefined;
  if (!isCount(disputes.arbiters, MOST_ARBITERS) || (disputes.arbiters > 0 && disputes.arbiters % 2 === 0)) return `an odd number of arbiters, at most ${MOST_ARBITERS}, or none`;
  return within(disputes.ruling, 1_000, LONGEST_WAIT) ? undefined : 'arbiters have between 1 second and 90 days';
}

/** The rules said in one way, so that two that say the same are equal. */
export function aftermathInOneWay({ contest = {}, timelock = {}, veto, disputes }: AftermathRules, decision: (rule: DecisionRule) => unknown): readonly unknown[] {
  const times = [contest, timelock].map(({ ordinary = {}, charter = {} }) => [msOfDuration(ordinary), msOfDuration(charter)]);
  return [
    ...times,
    veto && veto.guardians > 0 ? [veto.guardians, veto.grounds.toSorted(), msOfDuration(veto.window), decision(veto.override)] : null,
    disputes && disputes.arbiters > 0 ? [disputes.arbiters, msOfDuration(disputes.ruling)] : null,
  ];
}
