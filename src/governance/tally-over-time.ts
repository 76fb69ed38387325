// The tally over time: what the ballots of a vote added up to at moments from its opening to its close, from the rows as they were then.
import { instantOf, msOf, type Instant } from '../kernel/index.ts';
import { countsIn, presentVote, type BallotCounts, type GovernanceTables, type ProposalRow } from './queries.ts';

export interface TallyPoint {
  readonly at: Instant;
  /** The counts are as of this position of the log. */
  readonly position: number;
  readonly counts: BallotCounts;
}

export interface TallyOverTime {
  readonly proposal: string;
  readonly round: number;
  readonly closesAt: Instant;
  /** Evenly spread over time, the first at the opening and the last at the close, or now. */
  readonly points: readonly TallyPoint[];
}

/** Where the log is asked. */
export interface Moments {
  /** Log time of the event at a position, ms. */
  readonly timeOf: (position: number) => number;
  /** Last position whose log time is not later than an instant in ms. */
  readonly positionAt: (time: number) => number;
  readonly tablesAt: (position: number) => Promise<GovernanceTables>;
}

/** The row's vote as it went up to a position; undefined before it was opened. At most `most` points, two or more. */
export async function tallyOverTime(tables: GovernanceTables, row: ProposalRow, upTo: number, most: number, moments: Moments): Promise<TallyOverTime | undefined> {
  const vote = presentVote(row);
  if (row.opensAt === null || row.closesAt === null || !tables.tally.get(vote)) return undefined;
  const end = row.pollsClosedAt ?? upTo;
  const [from, to] = [Math.min(msOf(row.opensAt), moments.timeOf(end)), moments.timeOf(end)];
  const points: TallyPoint[] = [];
  for (let n = 0; n < most; n += 1) {
    const time = n === most - 1 ? to : Math.floor(from + ((to - from) * n) / (most - 1));
    const position = n === most - 1 ? end : Math.min(moments.positionAt(time), end);
    const tally = (await moments.tablesAt(position)).tally.get(vote);
    // A service that was down when the vote was to open has opened it later.
    if (tally) points.push({ at: instantOf(time), position, counts: countsIn(row, tally) });
  }
  return { proposal: row.key, round: row.round, closesAt: row.closesAt, points };
}
