// Elections: one option out of several, by approval or by ranking, held against the status quo under a decision rule. Pure.
import { hash } from 'node:crypto';
import { approvalBy, hasQuorum, type DecisionRule, type Outcome } from '../community/index.ts';
import { ABSTAIN, approvedIn, groupsOf, STATUS_QUO } from './choice.ts';
import type { ChooseOne, ElectionMethod } from './measure.ts';
import { beats, schulze, unbeaten, type Matrix } from './schulze.ts';

/** What marked ballots add up to; `ballots`: how many. Options by their place in the measure, the status quo after them. */
export type ElectionCount = { readonly ballots: number; readonly abstain: number } & (
  | { readonly method: 'approval'; readonly approvals: readonly number[] }
  /** `[i][j]`: ballots that put i above j. */
  | { readonly method: 'ranked'; readonly pairwise: Matrix }
);

/** The result of an election, complete enough to follow it step by step. Options by code. */
export type Election = {
  readonly options: readonly string[];
  /** Options that meet threshold and floor against the status quo. */
  readonly eligible: readonly string[];
  /** Best of the eligible, where there is more than one. */
  readonly tied?: readonly string[];
  readonly elected?: string;
} & (
  | { readonly method: 'approval'; readonly approvals: readonly number[] }
  /** `options` end with the status quo; `paths` and `order` are Schulze's. */
  | { readonly method: 'ranked'; readonly pairwise: Matrix; readonly paths: Matrix; readonly order: readonly (readonly string[])[] }
);

/** How often each choice was made. */
export type Choices = Iterable<readonly [choice: string, times: number]>;

/**
 * Adds choices up. Of ballots that were cast for the other method: who ranks approves what stands above the status quo; who approves ranks
 * what is approved, as equals, above the status quo, and the rest below it.
 */
export function countOf({ method: castFor, options }: ChooseOne, choices: Choices, method: ElectionMethod = castFor): ElectionCount {
  const codes = options.map(({ option }) => option);
  const places = new Map([...codes, STATUS_QUO].map((code, place) => [code, place]));
  const approvals = new Float64Array(codes.length);
  const size = places.size;
  const above = new Float64Array(size * size);
  const ranks = new Int32Array(size);
  let [ballots, abstain] = [0, 0];
  for (const [choice, times] of choices) {
    if (choice === ABSTAIN) {
      abstain += times;
      continue;
    }
    ballots += times;
    rank(castFor, choice, places, ranks);
    if (method === 'approval') {
      for (let i = 0; i < codes.length; i += 1) if ((ranks[i] ?? 0) < (ranks[size - 1] ?? 0)) approvals[i] = (approvals[i] ?? 0) + times;
    } else compare(ranks, above, times);
  }
  if (method === 'approval') return { method, ballots, abstain, approvals: [...approvals] };
  return { method, ballots, abstain, pairwise: Array.from({ length: size }, (_, i) => [...above.subarray(i * size, (i + 1) * size)]) };
}

/** The rank of each option in a choice, 0 is best; what is not named shares the last. */
function rank(castFor: ElectionMethod, choice: string, places: ReadonlyMap<string, number>, ranks: Int32Array): void {
  ranks.fill(places.size);
  const groups = castFor === 'ranked' ? groupsOf(choice) : [approvedIn(choice), [STATUS_QUO]];
  for (const [rank, group] of groups.entries()) for (const code of group) ranks[places.get(code) as number] = rank;
}

function compare(ranks: Int32Array, above: Float64Array, times: number): void {
  const size = ranks.length;
  for (let i = 0; i < size; i += 1) {
    const mine = ranks[i] as number;
    for (let j = i + 1; j < size; j += 1) {
      const theirs = ranks[j] as number;
      if (mine < theirs) above[i * size + j] = (above[i * size + j] as number) + times;
      else if (mine > theirs) above[j * size + i] = (above[j * size + i] as number) + times;
    }
  }
}

export interface Electing {
  readonly rule: DecisionRule;
  /** Persons on the roll. */
  readonly roll: number;
  /** Fixed before the vote opened: what a lot is drawn from. */
  readonly rollRoot: string;
}

/**
 * An option is eligible iff its approvals among the marked ballots, or in the ranking those that put it above the status quo among those that
 * tell the two apart, meet the threshold, and their share of the roll the floor; in the ranking it must also beat the status quo by strongest
 * paths. Of the eligible the one with the most approvals, or the highest in Schulze's order, is elected; else nothing changes.
 */
export function elect({ options, tie }: ChooseOne, count: ElectionCount, { rule, roll, rollRoot }: Electing): { readonly outcome: Outcome; readonly election: Election } {
  const codes = options.map(({ option }) => option);
  const { result, eligible, best } = count.method === 'approval' ? byApproval(codes, count, rule, roll) : byRanking(codes, count, rule, roll);
  const election = { ...result, eligible: eligible.map((i) => codes[i] as string) };
  const tied = best.length > 1 ? { tied: best.map((i) => codes[i] as string) } : {};
  const elected = best.length > 1 && tie === 'lot' ? drawn(tied.tied as string[], rollRoot) : best.length === 1 ? codes[best[0] as number] : undefined;
  if (!hasQuorum(rule, { decisive: count.ballots, any: count.ballots + count.abstain, roll })) return { outcome: 'NoQuorum', election };
  if (best.length === 0) return { outcome: 'NotApproved', election };
  if (elected === undefined) return { outcome: 'Tied', election: { ...election, ...tied } };
  return { outcome: 'passed', election: { ...election, ...tied, elected } };
}

type Counted<M extends ElectionMethod> = Extract<ElectionCount, { readonly method: M }>;

function byApproval(codes: readonly string[], { method, approvals, ballots }: Counted<'approval'>, rule: DecisionRule, roll: number) {
  const votes = (i: number): number => approvals[i] ?? 0;
  const eligible = codes.map((_, i) => i).filter((i) => approvalBy(rule, { yes: votes(i), no: ballots - votes(i), roll }) === 'passed');
  const most = Math.max(...eligible.map(votes));
  return { result: { method, options: codes, approvals }, eligible, best: eligible.filter((i) => votes(i) === most) };
}

function byRanking(codes: readonly string[], { method, pairwise }: Counted<'ranked'>, rule: DecisionRule, roll: number) {
  const { paths, order } = schulze(pairwise);
  const quo = codes.length;
  const all = [...codes, STATUS_QUO];
  const against = (i: number, j: number): number => pairwise[i]?.[j] ?? 0;
  const meets = (i: number): boolean => approvalBy(rule, { yes: against(i, quo), no: against(quo, i), roll }) === 'passed';
  const eligible = codes.map((_, i) => i).filter((i) => meets(i) && beats(paths, i, quo));
  const result = { method, options: all, pairwise, paths, order: order.map((group) => group.map((i) => all[i] as string)) };
  return { result, eligible, best: unbeaten(paths, eligible) };
}

/** One of several by lot: the least SHA-256 of the roll's root and the code. Whoever knows the root can draw again; no list order matters. */
function drawn(tied: readonly string[], rollRoot: string): string {
  const lots = tied.map((code) => ({ code, lot: hash('sha256', `${rollRoot}\n${code}`) }));
  return lots.reduce((least, one) => (one.lot < least.lot ? one : least)).code;
}

/** What a result would do: nothing, or which. Of two ways to do nothing neither is another. */
export const doneBy = ({ outcome, election }: { readonly outcome: Outcome; readonly election?: Election }): string =>
  outcome === 'passed' ? `passed ${election?.elected ?? ''}` : 'nothing';
