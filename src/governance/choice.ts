// What a ballot says, as text: `yes`, `no` or `abstain`; approved options `a,c`, or `none`; a ranking `b>a=c`, best first, equals joined by `=`.
import type { ChooseOne } from './measure.ts';

export const CHOICES = ['yes', 'no', 'abstain'] as const;
export type Choice = (typeof CHOICES)[number];

export const ABSTAIN = 'abstain';
/** On an approval ballot: not one of them. */
export const NONE = 'none';
/** On a ranking: that nothing changes. Like every option, it is tied last where it is not ranked. */
export const STATUS_QUO = 'status-quo';

const isChoice = (text: string): text is Choice => (CHOICES as readonly string[]).includes(text);

/** A ranking's groups, best first. */
export const groupsOf = (ranking: string): string[][] => ranking.split('>').map((group) => group.split('='));

/** Approved options. */
export const approvedIn = (choice: string): string[] => (choice === NONE ? [] : choice.split(','));

const sorted = (codes: readonly string[]): string[] => codes.toSorted();

/** None is named twice, and all are among those that may be named. */
const fit = (named: readonly string[], options: readonly string[]): boolean => new Set(named).size === named.length && named.every((code) => options.includes(code));

/** A choice in its one form, equals in the order of their codes; undefined where it does not fit the vote, which is of yes and no where there is no election. */
export function canonicalChoice(election: ChooseOne | undefined, text: string): string | undefined {
  if (!election) return isChoice(text) ? text : undefined;
  if (text === ABSTAIN) return text;
  const options = election.options.map(({ option }) => option);
  if (election.method === 'approval') {
    const approved = approvedIn(text);
    return fit(approved, options) ? sorted(approved).join(',') || NONE : undefined;
  }
  const groups = groupsOf(text);
  return fit(groups.flat(), [...options, STATUS_QUO]) ? groups.map((group) => sorted(group).join('=')).join('>') : undefined;
}
