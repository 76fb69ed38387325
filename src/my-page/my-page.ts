// My page: who I am here, what waits for me, and every act done in my name. Composed of the other rooms' queries.
import {
  admissionOf,
  actsOf,
  memberShown,
  nameOf,
  representativeKey,
  SELF,
  type ActShown,
  type ActsTables,
  type CommunityTables,
  type Open,
  type Role,
  type Scope,
  type Somebody,
  type Term,
  type Viewer,
} from '../community/index.ts';
import { offersTo, requestsTo, type CustodyTables, type RequestRow, type TransferRow } from '../custody/index.ts';
import { awaitingCorroborationBy, type DefenceTables } from '../defence/index.ts';
import { amendmentsAwaiting, appealsAwaiting, ballotsAwaited, type AmendmentTables, type AwaitedAmendment, type AwaitedAppeal, type AwaitedBallot, type CommentTables, type protocolStatus } from '../governance/index.ts';
import type { Instant } from '../kernel/index.ts';
import type { Page, ReaderOf } from '../runtime/index.ts';

/** Rows of each kind on the page; the lists behind it have the rest. */
const MOST = 100;

/** The views that the page is made of, all as of one position. */
export interface MyPageTables {
  readonly community: CommunityTables;
  readonly acts: ActsTables;
  readonly governance: ReaderOf<(typeof protocolStatus)['tables']>;
  readonly comments: CommentTables;
  readonly amendments: AmendmentTables;
  readonly custody: CustodyTables;
  readonly defence: DefenceTables;
}

/** A party that I may act for. */
export interface MyParty {
  readonly party: string;
  readonly name: string;
  readonly scope: readonly Scope[];
  /** null for the community itself, for which its keepers act. */
  readonly until: Instant | null;
}

export interface MyPage {
  readonly person: string;
  readonly name: string | null;
  /** none: linked, but neither member nor applicant. */
  readonly status: 'none' | 'applied' | 'member';
  readonly roles: readonly Role[];
  /** Of the roles that are held for a time: when they end, the first one first. */
  readonly terms: readonly Term[];
  readonly parties: readonly MyParty[];
  readonly waiting: {
    /** The charter, to a founder who has a seat and has not accepted it. */
    readonly charter: { readonly name: string; readonly charterText: string } | null;
    /** Votes open for my ballot. */
    readonly ballots: readonly AwaitedBallot[];
    /** Offers to me, or to whom I act for. */
    readonly offers: readonly TransferRow[];
    /** Requests for lots held by me, or by whom I act for. */
    readonly requests: readonly RequestRow[];
    /** Reports of sabotage that I could corroborate. */
    readonly sabotage: readonly ReportToCorroborate[];
    /** For stewards: persons who have applied for membership. */
    readonly applications: readonly string[];
    /** For stewards: proposals by others that wait to be admitted. */
    readonly proposals: readonly TitledProposal[];
    /** For stewards: admitted proposals that wait to be frozen. */
    readonly freezes: readonly TitledProposal[];
    /** For stewards: appeals against the hiding of a comment, that they have no part in. */
    readonly appeals: readonly AwaitedAppeal[];
    /** Own proposals that passed, could not be enacted, and wait for a new text. */
    readonly rebases: readonly TitledProposal[];
    /** Amendments of own proposals, to be accepted or rejected. */
    readonly amendments: readonly AwaitedAmendment[];
  };
  /** Newest first. */
  readonly acts: Page<ActShown>;
}

export interface TitledProposal {
  readonly proposal: string;
  readonly title: string;
}

export interface ReportToCorroborate {
  readonly sabotage: string;
  readonly facility: string;
  readonly reportedAt: Instant;
  readonly corroborations: number;
  readonly needed: number;
}

function partiesOf({ community }: Pick<MyPageTables, 'community'>, { parties, person }: Viewer): MyParty[] {
  const self = community.community.get(SELF);
  return parties.flatMap((party): MyParty[] => {
    if (self?.community === party) return [{ party, name: self.name, scope: ['transfers'], until: null }];
    const registered = community.party.get(party);
    const appointed = person === undefined ? undefined : community.representative.get(representativeKey(party, person));
    if (!registered || !appointed) return [];
    return [{ party, name: registered.name, scope: appointed.scope as readonly Scope[], until: appointed.until }];
  });
}

function charterFor({ community }: MyPageTables, person: string): MyPage['waiting']['charter'] {
  const self = community.community.get(SELF);
  if (self?.status !== 'forming' || (self.founders as readonly string[]).includes(person)) return null;
  // A seat that was offered anew is no longer the founder's who took it first.
  if (community.seat.count({ person }) === 0) return null;
  return { name: self.name, charterText: self.charterText };
}

/** What stewards are waited for. */
function stewardship(
  { community, governance, comments }: MyPageTables,
  { person, roles }: Somebody,
): Pick<MyPage['waiting'], 'applications' | 'proposals' | 'freezes' | 'appeals'> {
  if (!roles.includes('steward')) return { applications: [], proposals: [], freezes: [], appeals: [] };
  const applied = community.member.list({ where: { status: 'applied' }, limit: MOST }).rows;
  const submitted = governance.proposal.list({ where: { state: 'submitted' }, limit: MOST }).rows;
  return {
    applications: applied.map(({ key }) => key),
    proposals: submitted.filter(({ proposer }) => proposer !== person).map(titled),
    freezes: governance.proposal.list({ where: { state: 'deliberation' }, limit: MOST }).rows.map(titled),
    appeals: appealsAwaiting(comments, person, (proposal) => governance.proposal.get(proposal)?.proposer, MOST),
  };
}

const titled = ({ key: proposal, title }: { readonly key: string; readonly title: string }): TitledProposal => ({ proposal, title });

const rebasesOf = ({ governance }: MyPageTables, person: string): TitledProposal[] =>
  governance.proposal.list({ where: { state: 'needs-rebase' }, limit: MOST }).rows.filter(({ proposer }) => proposer === person).map(titled);

/** The person, and the parties that it may move material for. */
export const moversOf = (tables: Pick<MyPageTables, 'community'>, viewer: Somebody): string[] => [
  viewer.person, ...partiesOf(tables, viewer).filter(({ scope }) => scope.includes('transfers')).map(({ party }) => party),
];

/** The page of a linked person. `parties` and `roles` are the viewer's of now, rows those of the position read. */
export function myPage(tables: MyPageTables, viewer: Somebody, open: Open): MyPage {
  const { person } = viewer;
  const parties = partiesOf(tables, viewer);
  const movers = moversOf(tables, viewer);
  const member = memberShown(tables.community, viewer, open, person);
  return {
    person,
    name: nameOf(tables.community, person, viewer, open),
    status: member?.status ?? 'none',
    roles: member?.roles ?? [],
    terms: member?.terms ?? [],
    parties,
    waiting: {
      charter: charterFor(tables, person),
      ballots: viewer.member ? ballotsAwaited(tables.governance, person, admissionOf(tables.community, person)) : [],
      offers: movers.flatMap((party) => offersTo(tables.custody, party, MOST)),
      requests: movers.flatMap((party) => requestsTo(tables.custody, party, MOST)),
      sabotage: awaitingCorroborationBy(tables.defence, viewer, MOST).map(({ key: sabotage, facility, reportedAt, corroborations, needed }) => ({
        sabotage,
        facility,
        reportedAt,
        corroborations,
        needed,
      })),
      ...stewardship(tables, viewer),
      rebases: rebasesOf(tables, person),
      amendments: amendmentsAwaiting(tables.amendments, tables.governance, person, MOST),
    },
    acts: actsOf(tables.acts, person, {}),
  };
}
