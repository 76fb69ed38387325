// A community's history made up for benches: founders, members, an open vote, and years of votes, lots and transfers behind it.
import { createHash } from 'node:crypto';
import { FOUNDING_RULES, CHARTER_STREAM, memberStream, personStream, type CharterEvent, type MembershipEvent, type PersonEvent } from '../../src/community/index.ts';
import { lotStream, materialStream, type LotEvent, type MaterialEvent } from '../../src/custody/index.ts';
import { ballotStream, proposalStream, type BallotEvent, type Choice, type ProposalEvent } from '../../src/governance/index.ts';
import type { Event } from '../../src/kernel/index.ts';

/** One append: events on a stream that must not exist yet, or must have this many events. */
export interface Chapter {
  readonly stream: string;
  readonly before: number;
  readonly actor: string;
  readonly events: readonly Event[];
}

export interface HistorySize {
  readonly members: number;
  /** Proposals open for voting, with every member on the roll. */
  readonly open: number;
  /** Events in all, at least; the rest is past votes and lots. */
  readonly events: number;
  /** A name as it stands sealed in the log: everybody's. */
  readonly sealedName: string;
}

/** The same ids in every run. */
export function idOf(kind: string, n: number): string {
  const hex = createHash('sha256').update(`${kind} ${n}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const memberOf = (n: number): string => idOf('member', n);
export const openProposal = (n: number): string => idOf('open proposal', n);
export const COMMUNITY = idOf('community', 0);
/** A tenth of all transfers go to this member: the busiest holder. */
export const BUSIEST = 0;

const FOUNDERS = 3;
const FAR = '2999-12-31T23:59:59.999Z';
const MATERIALS = 40;
const material = (n: number): string => `material-${n % MATERIALS}`;

type Any = CharterEvent | MembershipEvent | PersonEvent | ProposalEvent | BallotEvent | LotEvent | MaterialEvent;
const chapter = (stream: string, actor: string, events: readonly Any[], before = 0): Chapter => ({ stream, before, actor, events });

function* founding(members: number, sealedName: string): Generator<Chapter> {
  const founders = Array.from({ length: FOUNDERS }, (_, n) => memberOf(n));
  const first = founders[0] as string;
  yield chapter(CHARTER_STREAM, first, [
    {
      type: 'CommunityFounded',
      data: {
        community: COMMUNITY, name: 'Bench', timeZone: 'Europe/Lisbon', language: 'en', charterText: 'For benches.',
        firstFounder: first, firstFounderName: sealedName, founderInvitations: [], rules: FOUNDING_RULES,
      },
    },
    ...founders.map((person) => ({ type: 'CharterAccepted', data: { person, certificate: 1 } }) as const),
    { type: 'CommunityInForce', data: { community: COMMUNITY, founders } },
  ]);
  for (let n = 0; n < members; n += 1) {
    const person = memberOf(n);
    const isFounder = n < FOUNDERS;
    const purpose = isFounder ? 'founder' : 'member';
    yield chapter(personStream(person), person, [
      { type: 'PersonLinked', data: { person, purpose, invitation: idOf('invitation', n), name: sealedName, again: false } },
    ]);
    yield chapter(memberStream(person), first, [
      ...(isFounder ? [] : [{ type: 'MembershipApplied', data: { person, invitation: idOf('invitation', n) } } as const]),
      { type: 'MemberAdmitted', data: { person, roles: isFounder ? ['member', 'steward', 'keeper'] : ['member'], as: isFounder ? 'founder' : 'admitted' } },
    ]);
  }
  for (let n = 0; n < MATERIALS; n += 1) {
    yield chapter(materialStream(material(n)), first, [
      { type: 'MaterialRegistered', data: { material: material(n), name: `Material ${n}`, productClass: 'reclaimed' } },
    ]);
  }
}

function opened(proposal: string, members: number, closesAt: string): ProposalEvent[] {
  const proposer = memberOf(1);
  return [
    { type: 'ProposalDrafted', data: { proposal, kind: 'adopt-protocol', proposer, writtenAgainst: 1, protocol: `protocol-${proposal.slice(0, 8)}`, title: 'Keep what is ours', prose: 'Nothing leaves.', clauses: [] } },
    { type: 'ProposalSubmitted', data: { proposal } },
    { type: 'ProposalAdmitted', data: { proposal, by: memberOf(0) } },
    {
      type: 'ProposalFrozen',
      data: { proposal, textHash: '0'.repeat(64), charterRevision: 1, rule: FOUNDING_RULES.decision.ordinary, membershipBeforeFreeze: {}, opensAt: '2020-01-01T00:00:00.000Z', closesAt },
    },
    { type: 'RollSealed', data: { proposal, size: members, root: '0'.repeat(64) } },
    { type: 'VotingOpened', data: { proposal, closesAt } },
  ];
}

function* pastVote(n: number, members: number): Generator<Chapter> {
  const proposal = idOf('past proposal', n);
  const beginning = opened(proposal, members, FAR);
  yield chapter(proposalStream(proposal), memberOf(1), beginning);
  const voters = Math.min(members, 400);
  let yes = 0;
  for (let v = 0; v < voters; v += 1) {
    const voter = memberOf((n * 17 + v) % members);
    const choice: Choice = v % 3 === 0 ? 'no' : 'yes';
    if (choice === 'yes') yes += 1;
    yield chapter(ballotStream(proposal, voter), voter, [{ type: 'BallotCast', data: { proposal, voter, choice } }]);
  }
  const counts = { yes, no: voters - yes, abstain: 0 };
  const rule = FOUNDING_RULES.decision.ordinary;
  const closing: ProposalEvent[] = [
    { type: 'PollsClosed', data: { proposal } },
    { type: 'VotingClosed', data: { proposal, pollsClosedAt: 1 } },
    { type: 'ProposalCertified', data: { proposal, ...counts, roll: members, rollRoot: '0'.repeat(64), rule, frozenAt: 1, pollsClosedAt: 1, stampedLater: [], outcome: 'NotApproved' } },
  ];
  yield chapter(proposalStream(proposal), 'system', closing, beginning.length);
}

/** A lot with six transfers: thirteen events of one stream in one append. */
function lotHistory(n: number, members: number): Chapter {
  const lot = idOf('lot', n);
  const holder = (step: number): string => memberOf((n + step) % 10 === 0 ? BUSIEST : 1 + ((n * 7 + step * 13) % (members - 1)));
  let from = holder(0);
  const owner = COMMUNITY;
  const quantity = { amount: String((n % 900) + 100), unit: 'KGM' } as const;
  const events: LotEvent[] = [
    { type: 'LotRegistered', data: { lot, material: material(n), quantity, method: 'weighed', owner, custodian: from, location: `yard ${n % 12}`, provenance: 'collected', model: 'segregated' } },
  ];
  for (let step = 1; step <= 6; step += 1) {
    const to = holder(step);
    if (to === from) continue;
    const ends = { lot, material: material(n), transfer: idOf(`transfer ${step}`, n), from, owner, to, passes: 'custody' } as const;
    events.push({ type: 'CustodyOffered', data: ends }, { type: 'OfferAccepted', data: ends });
    from = to;
  }
  return chapter(lotStream(lot), from, events);
}

/** Appends in log order. */
export function* historyOf({ members, open, events, sealedName }: HistorySize): Generator<Chapter> {
  let written = 0;
  const counted = function* (chapters: Iterable<Chapter>): Generator<Chapter> {
    for (const one of chapters) {
      written += one.events.length;
      yield one;
    }
  };
  yield* counted(founding(members, sealedName));
  for (let n = 0; n < open; n += 1) yield* counted([chapter(proposalStream(openProposal(n)), memberOf(1), opened(openProposal(n), members, FAR))]);
  for (let n = 0; written < events; n += 1) {
    yield* counted(pastVote(n, members));
    for (let m = 0; m < 25 && written < events; m += 1) yield* counted([lotHistory(n * 25 + m, members)]);
  }
}
