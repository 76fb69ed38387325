// The outlook of an open vote: what it would come to now, and what it needs to pass. Pure.
import { outcomeOf, type Counts, type DecisionRule, type Outcome } from '../community/index.ts';

export interface Outlook {
  /** If the vote closed now. */
  readonly outcome: Outcome;
  /** Persons on the roll without a ballot. */
  readonly outstanding: number;
  /** Least number of further ballots, all of them yes, with which it passes; null when not even all that are outstanding would do. */
  readonly yesNeeded: number | null;
}

export function outlookOf(rule: DecisionRule, counts: Counts): Outlook {
  const outstanding = Math.max(0, counts.roll - counts.yes - counts.no - counts.abstain);
  const passesWith = (more: number): boolean => outcomeOf(rule, { ...counts, yes: counts.yes + more }) === 'passed';
  const outcome = outcomeOf(rule, counts);
  if (!passesWith(outstanding)) return { outcome, outstanding, yesNeeded: null };
  // One more yes never makes fail what passes: the least number is found by halving.
  let [low, high] = [0, outstanding];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (passesWith(middle)) high = middle;
    else low = middle + 1;
  }
  return { outcome, outstanding, yesNeeded: low };
}
