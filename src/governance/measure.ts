// A measure: what a proposal would do. Typed, so that enactment does what it says.
import {
  changed, lastMoved, stricterOf,
  type Charter, type Clause, type DecisionClass, type DecisionRule, type Rules, type RulesChange, type Touched,
} from '../community/index.ts';
import type { Instant } from '../kernel/index.ts';

export type Measure =
  /** Puts a protocol in force, or its new text in the place of the one in force; `until`: when it ends by itself. */
  | { readonly kind: 'adopt-protocol'; readonly protocol: string; readonly clauses: readonly Clause[]; readonly until?: Instant }
  | { readonly kind: 'repeal-protocol'; readonly protocol: string }
  | { readonly kind: 'change-rules'; readonly rules: RulesChange }
  /** Words only. */
  | { readonly kind: 'resolution' };

export const MEASURE_KINDS = Object.keys({
  'adopt-protocol': true, 'repeal-protocol': true, 'change-rules': true, resolution: true,
} satisfies Record<Measure['kind'], true>) as readonly Measure['kind'][];

/** What people vote on: the words, and what they do. */
export interface ProposedText {
  readonly title: string;
  readonly prose: string;
  readonly measure: Measure;
}

/** The kind fixes the class. */
export const decisionClassOf = ({ kind }: Measure): DecisionClass => (kind === 'change-rules' ? 'charter' : 'ordinary');

/** The rule that a measure is decided under: where it changes that rule, the stricter of the old and the new one. */
export function ruleFor(measure: Measure, rules: Rules): DecisionRule {
  const of = decisionClassOf(measure);
  const now = rules.decision[of];
  return measure.kind === 'change-rules' ? stricterOf(now, changed(rules, measure.rules).decision[of]) : now;
}

/** The part of the charter that a measure changes. */
function touchedBy(measure: Measure): Touched | undefined {
  if (measure.kind === 'resolution') return undefined;
  return measure.kind === 'change-rules' ? 'rules' : `protocol ${measure.protocol}`;
}

/** What a measure is about, in words: its kind, and the part of the charter that it changes. */
export const matterOf = (measure: Measure): string => [measure.kind, touchedBy(measure) ?? []].flat().join(', ');

/** What a measure changes, where that has moved since a charter revision, and the revision it moved to. */
export function movedSince(charter: Charter, measure: Measure, revision: number): { readonly touched: Touched; readonly movedTo: number } | undefined {
  const touched = touchedBy(measure);
  if (touched === undefined) return undefined;
  const movedTo = lastMoved(charter, touched);
  return movedTo > revision ? { touched, movedTo } : undefined;
}
