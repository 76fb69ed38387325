// A community's history made up for benches: founders, members, an open vote, and years of votes, lots, transfers and attacks behind it.
import { createHash } from 'node:crypto';
import { FOUNDING_RULES, CHARTER_STREAM, memberStream, personStream, type CharterEvent, type MembershipEvent, type PersonEvent } from '../../src/community/index.ts';
import { lotStream, materialStream, type LotEvent, type MaterialEvent } from '../../src/custody/index.ts';
import { attemptStream, sabotageStream, type AttemptEvent, type SabotageEvent } from '../../src/defence/index.ts';
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
  /** Events in all, at least; the rest is past votes, lots that pass from hand to hand, and attacks. */
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
/** A tenth of all lots and transfers go to this member: the busiest holder. */
export const BUSIEST = 0;

const FOUNDERS = 3;
const FAR = '2999-12-31T23:59:59.999Z';
const MATERIALS = 40;
const material = (n: number): string => `material-${n % MATERIALS}`;

type Any =
  | CharterEvent | MembershipEvent | PersonEvent | ProposalEvent | BallotEvent | LotEvent | MaterialEvent | AttemptEvent | SabotageEvent;
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
    { type: 'ProposalDrafted', data: { proposal, proposer, writtenAgainst: 1, title: 'Keep what is ours', prose: 'Nothing leaves.', measure: { kind: 'adopt-protocol', protocol: `protocol-${proposal.slice(0, 8)}`, clauses: [] } } },
    { type: 'ProposalSubmitted', data: { proposal } },
    { type: 'ProposalAdmitted', data: { proposal, by: memberOf(0) } },
    {
      type: 'ProposalFrozen',
      data: { proposal, textHash: '0'.repeat(64), charterRevision: 1, decisionClass: 'ordinary', rule: FOUNDING_RULES.decision.ordinary, membershipBeforeFreeze: {}, opensAt: '2020-01-01T00:00:00.000Z', closesAt },
    },
    { type: 'RollSealed', data: { proposal, size: members, root: '0'.repeat(64), opensAt: '2020-01-01T00:00:00.000Z' } },
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
    yield chapter(ballotStream(proposal, voter), voter, [{ type: 'BallotCast', data: { proposal, round: 1, voter, choice } }]);
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

/** Numbers from 0 to below 1, the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const lotOf = (n: number): string => idOf('lot', n);

/** Offers that wait for an answer at any time. */
const WAITING = 100;

interface StoredLot {
  readonly n: number;
  custodian: string;
  events: number;
  offered: boolean;
}

/** All lots. Any of them may be passed on at any later time, so that every moment of the past has its own holders. */
class Stock {
  private readonly members: number;
  private readonly random = seeded(1);
  private readonly lots: StoredLot[] = [];
  private readonly offers: { readonly lot: StoredLot; readonly ends: Extract<LotEvent, { type: 'CustodyOffered' }>['data'] }[] = [];
  private transfers = 0;

  constructor(members: number) {
    this.members = members;
  }

  register(): Chapter {
    const n = this.lots.length;
    const custodian = this.holder();
    this.lots.push({ n, custodian, events: 1, offered: false });
    const quantity = { amount: String((n % 900) + 100), unit: 'KGM' } as const;
    return chapter(lotStream(lotOf(n)), custodian, [
      {
        type: 'LotRegistered',
        data: {
          lot: lotOf(n), material: material(n), quantity, method: 'weighed', owner: COMMUNITY, custodian,
          location: `yard ${n % 12}`, provenance: 'collected', model: 'segregated',
        },
      },
    ]);
  }

  /** An offer, and the acceptance of an earlier one. */
  *passOn(): Generator<Chapter> {
    const lot = this.lots[this.below(this.lots.length)] as StoredLot;
    const to = this.holder();
    if (!lot.offered && to !== lot.custodian) {
      const { n, custodian: from } = lot;
      const ends = { lot: lotOf(n), material: material(n), transfer: idOf('transfer', (this.transfers += 1)), from, owner: COMMUNITY, to, passes: 'custody' } as const;
      lot.offered = true;
      this.offers.push({ lot, ends });
      yield this.next(lot, from, { type: 'CustodyOffered', data: ends });
    }
    if (this.offers.length > WAITING) {
      const { lot: taken, ends: accepted } = this.offers.shift() as (typeof this.offers)[number];
      taken.custodian = accepted.to;
      taken.offered = false;
      yield this.next(taken, accepted.to, { type: 'OfferAccepted', data: accepted });
    }
  }

  private next(lot: StoredLot, actor: string, event: LotEvent): Chapter {
    const before = lot.events;
    lot.events += 1;
    return chapter(lotStream(lotOf(lot.n)), actor, [event], before);
  }

  private holder(): string {
    return memberOf(this.random() < 0.1 ? BUSIEST : 1 + this.below(this.members - 1));
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}

/** An attempt to siphon off a lot, and a sabotage that two others saw. */
function* attack(n: number, members: number, sealedName: string): Generator<Chapter> {
  const [party, reporter] = [idOf('party', n % 20), memberOf(n % members)];
  const attempt = idOf('attempt', n);
  const clauses = [{ protocol: 'water', clause: 'untouchable', words: 'What is ours stays here.' }];
  const refused = { attempt, lot: lotOf(n), material: material(n), quantity: { amount: '100', unit: 'KGM' }, clauses, charterRevision: 4 } as const;
  yield chapter(attemptStream(attempt), idOf('representative', n % 20), [
    { type: 'SiphonAttempted', data: { ...refused, kind: 'automatic', act: 'request', party, actor: idOf('representative', n % 20) } },
  ]);
  const [sabotage, facility] = [idOf('sabotage', n), idOf('facility', n % 10)];
  const seen = (by: number) => ({ type: 'SabotageCorroborated', data: { sabotage, facility, by: memberOf(by % members) } }) as const;
  yield chapter(sabotageStream(sabotage), reporter, [
    { type: 'SabotageReported', data: { sabotage, facility, reporter, statement: sealedName, evidence: [], needed: 2 } },
    seen(n + 1),
    seen(n + 2),
    { type: 'SabotageConfirmed', data: { sabotage, facility, k: 2 } },
  ]);
}

/** One vote, and what passes between two votes. */
function* season(n: number, members: number, stock: Stock, sealedName: string): Generator<Chapter> {
  yield* pastVote(n, members);
  for (let m = 0; m < 25; m += 1) yield stock.register();
  for (let m = 0; m < 150; m += 1) yield* stock.passOn();
  yield* attack(n, members, sealedName);
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
  const stock = new Stock(members);
  for (let n = 0; written < events; n += 1) yield* counted(season(n, members, stock, sealedName));
}
