// Deadlines of proposals and protocols, as calendars show them.
import { maySee, type Admission, type Viewer } from '../community/index.ts';
import { instantOf, msOf, type Instant } from '../kernel/index.ts';
import { ballotsAwaited, presentVote, type GovernanceTables, type ProposalRow } from './queries.ts';

export interface Deadline {
  /** Unique in the community, and the same however often it is moved. */
  readonly id: string;
  readonly at: Instant;
  readonly summary: string;
  readonly description: string;
  /** Position of the last change of what it is about. */
  readonly since: number;
}

/** Proposals and protocols that are looked at: the newest. */
const MOST = 500;

/** When a swing of the outcome extends the vote at the latest; undefined where none does any more. */
function latestClose({ closesAt, swingFrom, extended, state }: ProposalRow): Instant | undefined {
  if (closesAt === null || swingFrom === null || extended !== null || !['frozen', 'voting'].includes(state)) return undefined;
  return instantOf(2 * msOf(closesAt) - msOf(swingFrom));
}

function deadlinesOf(row: ProposalRow): Deadline[] {
  const { opensAt, closesAt, contestableUntil, timelockedUntil, vetoUntil, title, since, outcome, state } = row;
  // What lapsed is never opened, nor what has to be written anew.
  if (opensAt === null || closesAt === null || ['lapsed', 'withdrawn', 'needs-rebase', 'deliberation'].includes(state)) return [];
  const vote = presentVote(row);
  const deadline = (what: string, at: Instant, summary: string, description: string): Deadline => ({ id: `${vote}.${what}`, at, summary, description, since });
  const latest = latestClose(row);
  return [
    deadline('opens', opensAt, `Reading ends, vote opens: ${title}`, 'Until then there is time to read; from then on ballots are taken.'),
    deadline('closes', closesAt, `Vote closes: ${title}`, outcome === null ? 'Ballots are taken until then.' : `The outcome: ${outcome}.`),
    ...(latest === undefined ? [] : [deadline('latest-close', latest, `Latest close, if it turns late: ${title}`, 'A swing shortly before the close extends the vote to this, once.')]),
    ...(contestableUntil === null ? [] : [deadline('contest-ends', contestableUntil, `Contest ends: ${title}`, 'Until then the vote can be disputed, and enactment waits.')]),
    ...(vetoUntil === null ? [] : [deadline('veto-ends', vetoUntil, `Veto window ends: ${title}`, 'Until then guardians may stop what has passed.')]),
    ...(timelockedUntil === null ? [] : [deadline('timelock-ends', timelockedUntil, `Timelock ends: ${title}`, 'What has passed is enacted then.')]),
  ];
}

/** Deadlines that the viewer may see: of proposals, and when protocols end by themselves. */
export function deadlinesFor(tables: GovernanceTables, viewer: Viewer): Deadline[] {
  const where = maySee(viewer, ['community']) ? {} : { shown: 'public' };
  const proposals = tables.proposal.find({ where, order: 'newest', limit: MOST }).rows.toReversed();
  const protocols = tables.protocol.list({ order: 'newest', limit: MOST }).rows.toReversed();
  return [
    ...proposals.flatMap(deadlinesOf),
    ...protocols.flatMap(({ key, proposal, title, until, since }): Deadline[] =>
      until === null ? [] : [{ id: `${proposal}.ends`, at: until, summary: `Protocol ends: ${title}`, description: `${key} binds nobody from then on, unless it is renewed by a vote.`, since }]),
  ];
}

/** Until when somebody's ballots are awaited. */
export function ballotDeadlines(tables: GovernanceTables, voter: string, admission: Admission | undefined): Deadline[] {
  return ballotsAwaited(tables, voter, admission).flatMap(({ proposal, title, closesAt }): Deadline[] => {
    const row = tables.proposal.get(proposal);
    return row ? [{ id: `${presentVote(row)}.ballot`, at: closesAt, summary: `Your ballot is awaited: ${title}`, description: 'You have not voted yet.', since: row.since }] : [];
  });
}
