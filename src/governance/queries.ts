// What people ask of governance: proposals as far as they may see them, and what awaits a voter.
import { eachShown, maySee, paging, standsOnRoll, type Admission, type Counts, type DecisionRule, type Viewer } from '../community/index.ts';
import { defineRejections, msOf, type Duration } from '../kernel/index.ts';
import type { Page, Read, ReaderOf, TableReader } from '../runtime/index.ts';
import { isElection, type Measure } from './measure.ts';
import { outlookOf, type Outlook } from './outlook.ts';
import { ballotKey, protocolStatus, voteKey } from './protocol-status.view.ts';
import { VOTING_STATES, type PlainCounts, type ProposalState } from './proposal.ts';
import { proposalRejections } from './rejections.ts';
import { ruleUnder } from './rule-asked.ts';

export const outlookRejections = defineRejections({
  OutlookOfElection: [422, 'the vote is between options', 'What is still needed can be told of a vote of yes and no; how options stand, a recount tells after the certificate.'],
});

type Tables = ReaderOf<(typeof protocolStatus)['tables']>;
export type GovernanceTables = Tables;
type RowIn<K extends keyof Tables> = Tables[K] extends TableReader<infer C> ? Read<C> : never;

export type ProposalRow = RowIn<'proposal'>;
export type BallotRow = RowIn<'ballot'>;

/** Ballots on record: of yes and no, or of options those that mark any. */
export type BallotCounts = PlainCounts | MarkedCounts;

export interface MarkedCounts {
  readonly marked: number;
  readonly abstain: number;
}

/** A proposal with the ballots on record so far. */
export type ProposalPage = ProposalRow & { readonly counts: BallotCounts | null };

/** @throws Rejection MembersOnly for who may not read the community's matters */
export function membersOnly(viewer: Viewer): void {
  if (!maySee(viewer, ['community'])) throw proposalRejections.MembersOnly();
}

const mayRead = (viewer: Viewer, row: ProposalRow): boolean => maySee(viewer, [row.shown as 'community' | 'public']);

/** The vote that a proposal is in, or that is to come. */
export const presentVote = ({ key, round, frozenAt }: ProposalRow): string => voteKey(key, frozenAt === null ? round + 1 : round);

/** Whether its last vote is between options: to override a veto is a matter of yes and no. */
const isBetweenOptions = ({ measure, vetoedCertificate }: ProposalRow): boolean => isElection(measure as Measure) && vetoedCertificate === null;

/** What a tally's row counts, by the method of the vote: what it does not ask for is not told as zero. */
export const countsIn = (row: ProposalRow, { yes, no, abstain, marked }: RowIn<'tally'>): BallotCounts => (isBetweenOptions(row) ? { marked, abstain } : { yes, no, abstain });

/** Ballots are the members' to see while the vote is on; the certificate is everybody's. */
const withCounts = (tables: Tables, viewer: Viewer, row: ProposalRow): ProposalPage => {
  const tally = row.certificate !== null || maySee(viewer, ['community']) ? tables.tally.get(presentVote(row)) : undefined;
  return { ...row, counts: tally ? countsIn(row, tally) : null };
};

/** Whether an admission stands on the roll of a proposal's freeze. */
export const isOnItsRoll = ({ frozenAt, frozenTime, membershipBeforeFreeze }: ProposalRow, admission: Admission): boolean =>
  frozenAt !== null && frozenTime !== null && standsOnRoll(admission, { position: frozenAt, time: msOf(frozenTime) }, membershipBeforeFreeze as Duration);

const ballotOf = (tables: Tables, row: ProposalRow, voter: string): BallotRow | undefined => tables.ballot.get(ballotKey(presentVote(row), voter));

export function proposalFor(tables: Tables, viewer: Viewer, proposal: string): ProposalPage | undefined {
  const row = tables.proposal.get(proposal);
  return row && mayRead(viewer, row) ? withCounts(tables, viewer, row) : undefined;
}

/** What the board is filtered by; every part of it must fit. */
export interface ProposalsAsked {
  /** Words of title, prose or the protocol's code, the last one as a beginning. */
  readonly search?: string;
  readonly state?: string;
  readonly kind?: string;
  readonly decisionClass?: string;
  readonly proposer?: string;
  readonly protocol?: string;
  readonly after?: string;
  readonly limit?: number;
}

/**
 * The proposal board, newest first. Who is no member finds what was admitted: what is hidden is no part of the search, so neither pages nor
 * cursors tell of it.
 */
export function proposalsFor(tables: Tables, viewer: Viewer, { after, limit, search, ...asked }: ProposalsAsked): Page<ProposalPage> {
  const shown = maySee(viewer, ['community']) ? {} : { shown: 'public' };
  const where = { ...shown, ...asked };
  const page = tables.proposal.find({ ...paging({ after, limit }), order: 'newest', where, ...(search === undefined ? {} : { text: search }) });
  return eachShown(page, (row) => withCounts(tables, viewer, row));
}

/** A vote that waits for somebody's ballot. */
export interface AwaitedBallot {
  readonly proposal: string;
  readonly title: string;
  readonly closesAt: string;
}

/** Proposals open for voting whose roll the admission stands on, without a ballot of the voter; at most 500, oldest first, then what is to be overridden. */
export function ballotsAwaited(tables: Tables, voter: string, admission: Admission | undefined): AwaitedBallot[] {
  if (!admission) return [];
  const rows = VOTING_STATES.flatMap((state) => tables.proposal.list({ where: { state }, limit: 500 }).rows);
  return rows.flatMap((row) => {
    const { key: proposal, title, closesAt } = row;
    return closesAt !== null && isOnItsRoll(row, admission) && !ballotOf(tables, row, voter) ? [{ proposal, title, closesAt }] : [];
  });
}

export type OutlookShown = Outlook & Counts & { readonly rule: DecisionRule; readonly closesAt: string };

export const isOpen = ({ state }: ProposalRow): boolean => VOTING_STATES.includes(state as ProposalState);

/**
 * How an open vote stands, by its own rule or with parts of another in its place; `counts`: where votes are carried by delegates, with those. undefined when it is not open. @throws Rejection InvalidRules, OutlookOfElection
 */
export function outlookFor(tables: Tables, row: ProposalRow, under: Partial<DecisionRule>, counts?: PlainCounts): OutlookShown | undefined {
  const tally = tables.tally.get(presentVote(row));
  const { rollSize, closesAt } = row;
  if (isBetweenOptions(row)) throw outlookRejections.OutlookOfElection();
  if (!isOpen(row) || !tally || rollSize === null || closesAt === null) return undefined;
  const rule = ruleUnder(row.rule as DecisionRule, under);
  const { yes, no, abstain } = counts ?? tally;
  return { yes, no, abstain, roll: rollSize, rule, closesAt, ...outlookOf(rule, { yes, no, abstain, roll: rollSize }) };
}

/** Somebody's ballot in a proposal's last vote, and whether it counts. */
export interface OwnBallot {
  readonly choice: string | null;
  readonly castAt: string | null;
  /** `too-late-a-member`: admitted after the freeze, or not long enough before it. */
  readonly standing: 'counts' | 'no-ballot' | 'no-member' | 'too-late-a-member' | 'no-vote-yet';
}

export function ownBallot(tables: Tables, row: ProposalRow, voter: string, admission: Admission | undefined): OwnBallot {
  const none = { choice: null, castAt: null };
  if (row.frozenAt === null) return { ...none, standing: 'no-vote-yet' };
  if (!admission) return { ...none, standing: 'no-member' };
  if (!isOnItsRoll(row, admission)) return { ...none, standing: 'too-late-a-member' };
  const ballot = ballotOf(tables, row, voter);
  return ballot ? { choice: ballot.choice, castAt: ballot.castAt, standing: 'counts' } : { ...none, standing: 'no-ballot' };
}
