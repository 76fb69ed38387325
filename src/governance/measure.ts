// A measure: what a proposal would do. Typed, so that enactment does what it says.
import {
  changed, lastMoved, stricterOf,
  type Charter, type Clause, type DecisionClass, type DecisionRule, type OrderOnParty, type OrderOnPerson, type Rules, type RulesChange, type Touched,
} from '../community/index.ts';
import type { Instant } from '../kernel/index.ts';

/** What can be done by itself, and as one of several options. */
export type SingleMeasure =
  /** Puts a protocol in force, or its new text in the place of the one in force; `until`: when it ends by itself. */
  | { readonly kind: 'adopt-protocol'; readonly protocol: string; readonly clauses: readonly Clause[]; readonly until?: Instant }
  | { readonly kind: 'repeal-protocol'; readonly protocol: string }
  | { readonly kind: 'change-rules'; readonly rules: RulesChange }
  /** Gives a role to a member, until it is recalled or laid down or its term ends; or takes it back. */
  | OrderOnPerson
  /** Enters a party into the books, as an ally, or with no place there any more. */
  | Omit<Extract<OrderOnParty, { kind: 'register-party' }>, 'party'>
  | Exclude<OrderOnParty, { kind: 'register-party' }>
  /** Words only. */
  | { readonly kind: 'resolution' };

export const ELECTION_METHODS = ['approval', 'ranked'] as const;
export type ElectionMethod = (typeof ELECTION_METHODS)[number];

/** What becomes of options that are equally good: one is drawn by lot, or nothing changes and it is told as `Tied`. */
export const ELECTION_TIES = ['lot', 'status-quo'] as const;
export type ElectionTie = (typeof ELECTION_TIES)[number];

/** One way out of several. */
export interface ChooseOne {
  readonly kind: 'choose-one';
  readonly method: ElectionMethod;
  readonly tie: ElectionTie;
  readonly options: readonly Option[];
}

export interface Option extends ProposedText<SingleMeasure> {
  /** Code of the option on ballots. */
  readonly option: string;
}

export type Measure = SingleMeasure | ChooseOne;

export const MEASURE_KINDS = Object.keys({
  'adopt-protocol': true, 'repeal-protocol': true, 'change-rules': true, 'grant-role': true, 'recall-role': true, 'register-party': true, 'ally-party': true, 'expel-party': true, resolution: true, 'choose-one': true,
} satisfies Record<Measure['kind'], true>) as readonly Measure['kind'][];

/** What people vote on: the words, and what they do. */
export interface ProposedText<M extends Measure = Measure> {
  readonly title: string;
  readonly prose: string;
  readonly measure: M;
  /** Code of the charter, which delegations go by. */
  readonly topic?: string;
}

/** The text alone, of what says more: what its hash is over. */
export const textIn = ({ title, prose, measure, topic }: ProposedText): ProposedText => ({ title, prose, measure, ...(topic === undefined ? {} : { topic }) });

export const isElection = (measure: Measure): measure is ChooseOne => measure.kind === 'choose-one';

/** What a measure can come to: itself, or any one of its options. */
export const waysOf = (measure: Measure): readonly SingleMeasure[] => (isElection(measure) ? measure.options.map((option) => option.measure) : [measure]);

/** What was decided: the text, or of several options the elected one. @throws Error an option that is not there */
export function decidedIn({ title, prose, measure }: ProposedText, elected: string | undefined): ProposedText<SingleMeasure> {
  if (!isElection(measure)) return { title, prose, measure };
  const option = measure.options.find((one) => one.option === elected);
  if (!option) throw new Error(`${elected} is not among the options`);
  return option;
}

/**
 * The kind fixes the class; of several options the strictest class is the class of all. Who was elected by a majority can be recalled by
 * one: a recall that asked for more would keep in office whom most no longer want there.
 */
export const decisionClassOf = (measure: Measure): DecisionClass => (waysOf(measure).some(({ kind }) => kind === 'change-rules') ? 'charter' : 'ordinary');

/** The rule that a measure is decided under: where it changes that rule, the stricter of the old and the new one. */
export function ruleFor(measure: Measure, rules: Rules): DecisionRule {
  const of = decisionClassOf(measure);
  const changes = waysOf(measure).flatMap((way) => (way.kind === 'change-rules' ? changed(rules, way.rules).decision[of] : []));
  return changes.reduce(stricterOf, rules.decision[of]);
}

/** The part of the charter that a measure changes. */
function touchedBy(measure: SingleMeasure): Touched | undefined {
  if ('protocol' in measure) return `protocol ${measure.protocol}`;
  return measure.kind === 'change-rules' ? 'rules' : undefined;
}

/** Those whom a measure is about, each once: they neither admit nor freeze nor veto it. */
export const personsConcernedBy = (measure: Measure): readonly string[] => [...new Set(waysOf(measure).flatMap((way) => ('person' in way ? way.person : [])))];

/** Registered parties that a measure is about. */
export const partiesConcernedBy = (measure: Measure): readonly string[] => [...new Set(waysOf(measure).flatMap((way) => ('party' in way ? way.party : [])))];

/** What a measure is about, in words: its kind, the parts of the charter that it can change, the roles, and whom, where these are not the options. */
export const matterOf = (measure: Measure): string =>
  [
    measure.kind,
    ...new Set(waysOf(measure).flatMap((way) => touchedBy(way) ?? ('role' in way ? way.role : []))),
    ...(isElection(measure) ? [] : [...personsConcernedBy(measure), ...partiesConcernedBy(measure)]),
  ].join(', ');

/** What a measure can change, where that has moved since a charter revision, and the revision it moved to; of several parts the one that moved last. */
export function movedSince(charter: Charter, measure: Measure, revision: number): { readonly touched: Touched; readonly movedTo: number } | undefined {
  const moved = waysOf(measure).flatMap((way) => {
    const touched = touchedBy(way);
    const movedTo = touched === undefined ? 0 : lastMoved(charter, touched);
    return touched !== undefined && movedTo > revision ? { touched, movedTo } : [];
  });
  return moved.toSorted((a, b) => b.movedTo - a.movedTo)[0];
}
