// What people ask of governance: proposals as far as they may see them, and what awaits a voter.
import { maySee, standsOnRoll, type Admission, type Viewer } from '../community/index.ts';
import { msOf, type Duration } from '../kernel/index.ts';
import type { Page, Read, ReaderOf, TableReader } from '../runtime/index.ts';
import { ballotKey, protocolStatus, voteKey } from './protocol-status.view.ts';

type Tables = ReaderOf<(typeof protocolStatus)['tables']>;
type RowIn<K extends keyof Tables> = Tables[K] extends TableReader<infer C> ? Read<C> : never;

export type ProposalRow = RowIn<'proposal'>;
export type BallotRow = RowIn<'ballot'>;

export interface Counts {
  readonly yes: number;
  readonly no: number;
  readonly abstain: number;
}

/** A proposal with the ballots on record so far. */
export type ProposalPage = ProposalRow & { readonly counts: Counts | null };

const mayRead = (viewer: Viewer, row: ProposalRow): boolean => maySee(viewer, [row.shown as 'community' | 'public']);

/** Ballots are the members' to see while the vote is on; the certificate is everybody's. */
const withCounts = (tables: Tables, viewer: Viewer, row: ProposalRow): ProposalPage => {
  const mayCount = row.frozenAt !== null && (row.certificate !== null || maySee(viewer, ['community']));
  const tally = mayCount ? tables.tally.get(voteKey(row.key, row.round)) : undefined;
  return { ...row, counts: tally ? { yes: tally.yes, no: tally.no, abstain: tally.abstain } : null };
};

export function proposalFor(tables: Tables, viewer: Viewer, proposal: string): ProposalPage | undefined {
  const row = tables.proposal.get(proposal);
  return row && mayRead(viewer, row) ? withCounts(tables, viewer, row) : undefined;
}

export interface ProposalsAsked {
  readonly state?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** Newest first. Who is no member sees what was admitted. */
export function proposalsFor(tables: Tables, viewer: Viewer, { state, ...paging }: ProposalsAsked): Page<ProposalPage> {
  const shown = maySee(viewer, ['community']) ? {} : { shown: 'public' };
  const where = { ...shown, ...(state === undefined ? {} : { state }) };
  const page = tables.proposal.list({ ...paging, order: 'newest', ...(Object.keys(where).length > 0 ? { where } : {}) });
  return { ...page, rows: page.rows.map((row) => withCounts(tables, viewer, row)) };
}

/** A vote that waits for somebody's ballot. */
export interface AwaitedBallot {
  readonly proposal: string;
  readonly title: string;
  readonly closesAt: string;
}

/** Proposals open for voting whose roll the admission stands on, without a ballot of the voter; at most 500, oldest first. */
export function ballotsAwaited(tables: Tables, voter: string, admission: Admission | undefined): AwaitedBallot[] {
  if (!admission) return [];
  const { rows } = tables.proposal.list({ where: { state: 'voting' }, limit: 500 });
  return rows.flatMap(({ key, round, title, closesAt, frozenAt, frozenTime, membershipBeforeFreeze }) => {
    if (frozenAt === null || frozenTime === null || closesAt === null || tables.ballot.get(ballotKey(voteKey(key, round), voter))) return [];
    const freeze = { position: frozenAt, time: msOf(frozenTime) };
    return standsOnRoll(admission, freeze, membershipBeforeFreeze as Duration) ? [{ proposal: key, title, closesAt }] : [];
  });
}
