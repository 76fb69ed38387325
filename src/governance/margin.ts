// The margin of a vote: whether so many persons' ballots, had they been others, could have changed whether it passed. Pure.
import { approvalBy, hasQuorum, outcomeOf, type Counts } from '../community/index.ts';
import { STATUS_QUO } from './choice.ts';
import type { Certified, Counted, ElectionCounts } from './proposal.ts';

/** A count and what it was judged by. */
export type Judgement = Pick<Certified, 'roll' | 'rule' | 'outcome'> & Counted;

/** The counts after the ballots of some became others: no → yes, abstain → yes, none → yes. */
interface Turned {
  readonly fromNo: number;
  readonly fromAbstain: number;
  readonly fromNone: number;
}

/**
 * Whether any way of changing the ballots of `affected` persons on the roll, ballots taken away and added included, turns a vote that passed into one
 * that did not, or the other way round. Which way to fail it is, does not matter. Of an election: whether it cannot be shown that the same option
 * would have been elected.
 */
export const couldChange = (judgement: Judgement, affected: number): boolean =>
  'election' in judgement ? couldElectAnother(judgement, affected) : couldTurn(judgement, affected);

type Elected = Pick<Certified, 'roll' | 'rule' | 'outcome'> & ElectionCounts;

/** The elected option stays elected where it stays eligible and, each of its comparisons turned by so many, still comes before every other. */
function couldElectAnother({ ballots, abstain, election, roll, rule, outcome }: Elected, affected: number): boolean {
  const { elected } = election;
  if (outcome !== 'passed' || elected === undefined) return true;
  if (!hasQuorum(rule, { decisive: ballots - affected, any: ballots + abstain - affected, roll })) return true;
  const fails = (yes: number, no: number): boolean => yes <= affected || approvalBy(rule, { yes: yes - affected, no: no + affected, roll }) !== 'passed';
  const first = election.options.indexOf(elected);
  const others = [...election.options.keys()].filter((option) => option !== first);
  if (election.method === 'approval') {
    const votes = (option: number): number => election.approvals[option] ?? 0;
    return fails(votes(first), ballots - votes(first)) || others.some((option) => votes(first) - affected <= votes(option) + affected);
  }
  const above = (a: number, b: number): number => election.pairwise[a]?.[b] ?? 0;
  const quo = election.options.indexOf(STATUS_QUO);
  // Who beats everybody, one by one, is first in Schulze's order.
  return fails(above(first, quo), above(quo, first)) || others.some((option) => above(first, option) - affected <= above(option, first) + affected);
}

function couldTurn({ yes, no, abstain, roll, rule, outcome }: Pick<Certified, 'rule' | 'outcome'> & Counts, affected: number): boolean {
  const passes = (counts: Omit<Counts, 'roll'>): boolean => outcomeOf(rule, { ...counts, roll }) === 'passed';
  if (outcome === 'passed') {
    // Against it: yes that were no, yes that were none, and, for the quorum, ballots of any kind that were none.
    const turned = Math.min(affected, yes);
    const more = affected - turned;
    const fewerNo = Math.min(more, no);
    return (
      !passes({ yes: yes - turned, no: no + turned, abstain }) ||
      !passes({ yes: yes - turned, no: no - fewerNo, abstain: abstain - Math.min(more - fewerNo, abstain) })
    );
  }
  // For it: what was no counts most for the threshold, what was none for quorum and turnout. As few of the latter as these need.
  const none = roll - yes - no - abstain;
  const after = ({ fromNo, fromAbstain, fromNone }: Turned) => ({ yes: yes + fromNo + fromAbstain + fromNone, no: no - fromNo, abstain: abstain - fromAbstain });
  const missing = (share: { readonly n: number; readonly d: number }, have: number): number => Math.max(0, Math.ceil((share.n * roll) / share.d) - have);
  const turnout = missing(rule.turnout ?? { n: 0, d: 1 }, yes + no + abstain);
  const decisive = missing(rule.quorum, yes + no);
  const fromNone = Math.min(none, Math.max(turnout, decisive), affected);
  const fromAbstain = Math.min(abstain, Math.max(0, decisive - fromNone), affected - fromNone);
  const fromNo = Math.min(no, affected - fromNone - fromAbstain);
  const rest = affected - fromNone - fromAbstain - fromNo;
  const moreNone = Math.min(none - fromNone, rest);
  return passes(after({ fromNo, fromAbstain: Math.min(abstain, fromAbstain + rest - moreNone), fromNone: fromNone + moreNone }));
}

/** Least number of affected ballots that could change it; undefined where not even all could. */
export function leastAffected(counted: Judgement): number | undefined {
  let [low, high] = [1, counted.roll];
  if (!couldChange(counted, high)) return undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (couldChange(counted, middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
