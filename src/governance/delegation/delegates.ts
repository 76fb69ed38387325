// What each delegate carries in a proposal's present vote, from the log alone.
import type { Inquiry } from '../../runtime/index.ts';
import { boxOf, castOn, type CountOf } from '../counting.ts';

export interface Load {
  readonly person: string;
  /** Votes beside the own one. */
  readonly carried: number;
}

/** Most that are told: those that carry most. */
const MOST = 1_000;

/** As of the close where the polls have closed, else as of the position that is asked about. */
export const delegates: Inquiry<CountOf, readonly Load[]> = {
  name: 'delegates',
  answer(log, { proposal }) {
    const cast = castOn(proposal, log);
    const { carried = new Map<string, number>() } = boxOf(proposal, cast, cast.pollsClosedAt ?? Infinity, log);
    const loads = [...carried].map(([person, number]) => ({ person, carried: number }));
    return loads.toSorted((a, b) => b.carried - a.carried || (a.person < b.person ? -1 : 1)).slice(0, MOST);
  },
};
