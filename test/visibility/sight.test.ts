// Visibility as declared beside each event type, against the table of who sees what.
import { describe, expect, test } from '@jest/globals';
import {
  FOUNDING_RULES, maySee, PUBLIC,
  type CharterEvent, type InvitationEvent, type MembershipEvent, type OfficeEvent, type PartyEvent, type PersonEvent, type Role, type Viewer,
} from '../../src/community/index.ts';
import type { GrandfatheringEvent, LotEvent, MaterialEvent, RequestEvent } from '../../src/custody/index.ts';
import type { AttemptEvent, EvidenceEvent, SabotageEvent } from '../../src/defence/index.ts';
import type { AmendmentEvent, BallotEvent, CommentEvent, DelegationEvent, DisputeEvent, ProposalEvent, SponsorEvent } from '../../src/governance/index.ts';
import { catalogue } from '../../src/registry.ts';
import { NOON } from '../support/given.ts';
import { KINDS, sees, SIGHT, type Kind, type Reader } from './sight.ts';

const ends = { lot: 'lot', material: 'm', transfer: 't', from: 'from', owner: 'owner', to: 'to', passes: 'custody', request: 'r' } as const;
const asked = { request: 'r', party: 'asking', lot: 'lot', holder: 'holder' };
const refused = {
  attempt: 'a', lot: 'lot', material: 'm', quantity: { amount: '1', unit: 'KGM' }, clauses: [{ protocol: 'p', clause: 'c', words: 'w' }], charterRevision: 2, actor: 'actor',
} as const;
const words = { title: 't', prose: 'x' };
const text = { protocol: 'p', ...words, clauses: [] };
const rule = FOUNDING_RULES.decision.ordinary;
const frozen = { textHash: 'h', charterRevision: 1, decisionClass: 'ordinary', rule, membershipBeforeFreeze: {}, opensAt: NOON, closesAt: NOON } as const;
const certificate = { yes: 1, no: 0, abstain: 0, roll: 3, rollRoot: 'root', rule, frozenAt: 1, pollsClosedAt: 2, stampedLater: [], outcome: 'passed' } as const;
const proposal = 'proposal';
const comment = { comment: 'comment', proposal, author: 'author', shown: 'public' } as const;
const amendment = { amendment: 'amendment', proposal, author: 'author' };
const ruled = { ...comment, by: 'steward', reason: 'x' };

/** One of each type; every id in it is another. */
const EVENTS: readonly (
  | CharterEvent | InvitationEvent | PersonEvent | MembershipEvent | OfficeEvent | PartyEvent | ProposalEvent | SponsorEvent | CommentEvent | AmendmentEvent
  | BallotEvent | DelegationEvent | MaterialEvent | LotEvent | RequestEvent | GrandfatheringEvent | DisputeEvent
  | AttemptEvent | EvidenceEvent | SabotageEvent
)[] = [
  {
    type: 'CommunityFounded',
    data: {
      community: 'community', name: 'n', timeZone: 'UTC', language: 'en', charterText: 'x', firstFounder: 'founder', firstFounderName: 'sealed',
      founderInvitations: [{ invitation: 'i', codeHash: 'h', expiresAt: NOON }], rules: FOUNDING_RULES,
    },
  },
  { type: 'FounderInvitationReplaced', data: { replaces: 'i', invitation: 'j', codeHash: 'h', expiresAt: NOON } },
  { type: 'CharterAccepted', data: { person: 'founder', certificate: 1, invitation: 'i' } },
  { type: 'CommunityInForce', data: { community: 'community', founders: ['founder', 'second'] } },
  { type: 'ProtocolEnacted', data: { proposal, ...text, charterRevision: 2 } },
  { type: 'ProtocolRepealed', data: { proposal, protocol: 'p', charterRevision: 3 } },
  { type: 'ProtocolEnded', data: { proposal, protocol: 'p', charterRevision: 3 } },
  { type: 'ClauseSuspended', data: { protocol: 'p', clause: 'c', charterRevision: 2, ground: 'endangers-people', by: 'guardian', until: NOON } },
  { type: 'SuspensionEnded', data: { protocol: 'p', clause: 'c', charterRevision: 2 } },
  { type: 'RulesChanged', data: { proposal, rules: FOUNDING_RULES, charterRevision: 4 } },
  { type: 'ResolutionAdopted', data: { proposal, title: 't', prose: 'p' } },
  { type: 'MeasureOrdered', data: { proposal, order: { kind: 'recall-role', person: 'person', role: 'keeper' } } },
  { type: 'EnactmentRefused', data: { proposal, touched: 'protocol p', reason: 'NeedsRebase', frozenAt: 1, movedTo: 2 } },
  { type: 'InvitationIssued', data: { invitation: 'i', codeHash: 'h', expiresAt: NOON, purpose: 'representative', party: 'party', scope: ['requests'], until: NOON } },
  { type: 'InvitationAccepted', data: { invitation: 'i', person: 'person', name: 'sealed', purpose: 'representative', party: 'party', scope: ['requests'], until: NOON } },
  { type: 'InvitationRevoked', data: { invitation: 'i' } },
  { type: 'PersonLinked', data: { person: 'person', purpose: 'representative', invitation: 'i', party: 'party', name: 'sealed', again: false } },
  { type: 'TokenMinted', data: { person: 'person', tokenId: 't', expiresAt: NOON, by: 'operator' } },
  { type: 'MembershipApplied', data: { person: 'person', invitation: 'i' } },
  { type: 'MemberAdmitted', data: { person: 'person', roles: ['member'], as: 'admitted' } },
  { type: 'RoleGranted', data: { person: 'person', role: 'keeper', until: NOON, proposal } },
  { type: 'RoleRecalled', data: { person: 'person', role: 'keeper', proposal } },
  { type: 'RoleEnded', data: { person: 'person', role: 'keeper', until: NOON } },
  { type: 'RoleLaidDown', data: { person: 'person', role: 'keeper' } },
  { type: 'OfficeEntered', data: { role: 'keeper', person: 'person' } },
  { type: 'OfficeVacated', data: { role: 'keeper', person: 'person' } },
  { type: 'PartyRegistered', data: { party: 'party', kind: 'external', name: 'n' } },
  { type: 'PartyAllied', data: { party: 'party', proposal } },
  { type: 'PartyExpelled', data: { party: 'party', proposal } },
  { type: 'RepresentativeAppointed', data: { party: 'party', person: 'person', scope: ['requests'], until: NOON, invitation: 'i' } },
  { type: 'RepresentativeRemoved', data: { party: 'party', person: 'person' } },
  { type: 'ProposalDrafted', data: { proposal, proposer: 'proposer', writtenAgainst: 1, ...words, measure: { kind: 'resolution' } } },
  { type: 'ProposalRevised', data: { proposal, textRevision: 2, admitted: true, writtenAgainst: 1, ...words, measure: { kind: 'resolution' } } },
  { type: 'ProposalSubmitted', data: { proposal } },
  { type: 'ProposalAdmitted', data: { proposal, by: 'steward' } },
  { type: 'ProposalFoundInadmissible', data: { proposal, by: 'steward', reason: 'x' } },
  { type: 'ProposalWithdrawn', data: { proposal, admitted: true } },
  { type: 'ProposalFrozen', data: { proposal, ...frozen } },
  { type: 'RollSealed', data: { proposal, size: 3, root: 'root', opensAt: NOON } },
  { type: 'VotingOpened', data: { proposal, closesAt: NOON } },
  { type: 'ProposalLapsed', data: { proposal, reason: 'EmptyRoll' } },
  { type: 'PollsClosed', data: { proposal } },
  { type: 'VotingExtended', data: { proposal, reason: 'LateSwing', pollsClosedAt: 2, closesAt: NOON } },
  { type: 'VotingClosed', data: { proposal, pollsClosedAt: 2 } },
  { type: 'ProposalCertified', data: { proposal, ...certificate } },
  { type: 'ProposalContestable', data: { proposal, until: NOON, outcome: 'passed' } },
  { type: 'ProposalTimelocked', data: { proposal, reason: 'ContestOver', until: NOON, vetoUntil: NOON } },
  { type: 'ProposalReleased', data: { proposal, reason: 'TimelockOver' } },
  { type: 'VetoCast', data: { proposal, guardian: 'goro', ground: 'unlawful', reasons: 'r' } },
  { type: 'ProposalVetoed', data: { proposal, guardians: ['goro'] } },
  { type: 'OverrideVotingOpened', data: { proposal, round: 2, rule, closesAt: NOON } },
  { type: 'VetoUpheld', data: { proposal, outcome: 'NotApproved' } },
  { type: 'ProposalAnnulled', data: { proposal, dispute: 'd', reason: 'Irregularity' } },
  {
    type: 'DisputeOpened',
    data: { proposal, dispute: 'd', round: 1, by: 'loser', irregularity: 'miscount', affected: 3, remedy: 'recount', reasons: 'sealed', arbiters: 3, until: NOON },
  },
  { type: 'ArbitersDrawn', data: { proposal, dispute: 'd', seed: 's', candidates: ['one', 'two'], arbiters: ['two'] } },
  { type: 'OpinionGiven', data: { proposal, dispute: 'd', arbiter: 'two', finding: 'upheld', reasons: 'r' } },
  { type: 'DisputeRuled', data: { proposal, dispute: 'd', finding: 'upheld', remedy: 'recount', for: 1, against: 0 } },
  { type: 'DisputeLapsed', data: { proposal, dispute: 'd', reason: 'NoRuling', resumes: NOON } },
  { type: 'VoteRecounted', data: { proposal, dispute: 'd', recounted: { yes: 1, no: 0, abstain: 0, roll: 3, ballotsHash: 'h', outcome: 'passed' }, agrees: true, annuls: false, resumes: NOON } },
  { type: 'ProposalEnacted', data: { proposal, charterRevision: 2 } },
  { type: 'EnactmentFailed', data: { proposal, cause: 'RoleNotHeld' } },
  { type: 'ProposalNeedsRebase', data: { proposal, touched: 'rules', movedTo: 2 } },
  { type: 'ProposalRebased', data: { proposal, writtenAgainst: 2, ...words, measure: { kind: 'resolution' } } },
  { type: 'ProposalSponsored', data: { proposal, sponsor: 'sponsor', textRevision: 1 } },
  { type: 'SponsorshipWithdrawn', data: { proposal, sponsor: 'sponsor', textRevision: 1 } },
  { type: 'SponsorsReached', data: { proposal, textRevision: 1, sponsors: 3 } },
  { type: 'CommentMade', data: { ...comment, text: 'sealed', replyTo: 'another' } },
  { type: 'CommentEdited', data: { ...comment, text: 'sealed' } },
  { type: 'CommentWithdrawn', data: comment },
  { type: 'CommentHidden', data: ruled },
  { type: 'HidingAppealed', data: { ...comment, statement: 'sealed' } },
  { type: 'HidingUpheld', data: ruled },
  { type: 'CommentRestored', data: ruled },
  { type: 'AmendmentProposed', data: { ...amendment, against: 1, ...words, measure: { kind: 'resolution' } } },
  { type: 'AmendmentWithdrawn', data: amendment },
  { type: 'AmendmentRejected', data: { ...amendment, reason: 'sealed' } },
  { type: 'DelegationGiven', data: { person: 'voter', to: 'delegate', scope: 'all', named: false } },
  { type: 'DelegationRevoked', data: { person: 'voter', to: 'delegate', scope: 'all', named: false } },
  { type: 'BallotCast', data: { proposal, round: 1, voter: 'voter', choice: 'yes', replaces: 0 } },
  { type: 'BallotWithdrawn', data: { proposal, round: 1, voter: 'voter', choice: 'yes' } },
  { type: 'MaterialRegistered', data: { material: 'm', name: 'n', wasteCode: '150102' } },
  {
    type: 'LotRegistered',
    data: {
      lot: 'lot', material: 'm', quantity: { amount: '1', unit: 'KGM' }, method: 'weighed', instrument: 'scale', ticket: 'k', owner: 'owner',
      custodian: 'custodian', location: 'yard',
      provenance: 'quay', model: 'segregated',
    },
  },
  { type: 'CustodyOffered', data: { ...ends, expiresAt: NOON } },
  { type: 'TransferConfirmed', data: { ...ends, by: 'witness' } },
  { type: 'OfferAccepted', data: { ...ends, location: 'yard' } },
  { type: 'OfferDeclined', data: ends },
  { type: 'OfferWithdrawn', data: ends },
  { type: 'OfferLapsed', data: ends },
  { type: 'MaterialRequested', data: { ...asked, material: 'm', purpose: 'x' } },
  { type: 'RequestDeclined', data: asked },
  { type: 'RequestWithdrawn', data: asked },
  { type: 'RequestLapsed', data: { ...asked, because: { protocol: 'p', charterRevision: 2, clauses: ['c'] } } },
  {
    type: 'Grandfathered',
    data: { protocol: 'p', charterRevision: 2, enactedAt: 1, holdings: [{ lot: 'lot', material: 'm', party: 'holding', as: 'owner', clauses: ['c'] }], offers: [], requests: [] },
  },
  { type: 'SiphonAttempted', data: { ...refused, kind: 'automatic', act: 'acceptance', party: 'party', transfer: 't', passes: 'custody' } },
  { type: 'OfferDenied', data: { ...refused, from: 'from', intendedReceiver: 'receiver', passes: 'custody', request: 'r' } },
  { type: 'EvidenceFiled', data: { hash: 'h', size: 1, mediaType: 'text/plain', by: 'filer' } },
  { type: 'SabotageReported', data: { sabotage: 's', facility: 'facility', reporter: 'reporter', statement: 'sealed', evidence: ['h'], occurredAt: NOON, needed: 2 } },
  { type: 'SabotageCorroborated', data: { sabotage: 's', facility: 'facility', by: 'witness', statement: 'sealed' } },
  { type: 'SabotageConfirmed', data: { sabotage: 's', facility: 'facility', k: 2 } },
];

const viewerFor: Readonly<Record<Kind, Viewer>> = {
  public: PUBLIC,
  linked: { person: 'some applicant', linked: true, member: false, roles: [], parties: [] },
  ...(Object.fromEntries(
    KINDS.slice(2).map((kind): [string, Viewer] => {
      const roles = (kind === 'member' ? ['member'] : ['member', kind]) as readonly Role[];
      return [kind, { person: `some ${kind}`, linked: true, member: true, roles, parties: kind === 'keeper' ? ['the community'] : [] }];
    }),
  ) as Record<Exclude<Kind, 'public' | 'linked'>, Viewer>),
};

/** Every text in an event's data, wherever: all that could be taken for somebody's id. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

test('every type of event of the service has a line in the table, and an example', () => {
  const types = catalogue.types().toSorted();
  expect([...SIGHT.keys()].toSorted()).toEqual(types);
  expect(EVENTS.map(({ type }) => type).toSorted()).toEqual(types);
  for (const event of EVENTS) {
    const { parties, persons } = SIGHT.get(event.type) ?? { parties: [], persons: [] };
    for (const field of [...parties, ...persons]) expect(Object.keys(event.data)).toContain(field);
  }
});

describe.each(EVENTS.map((event): [string, (typeof EVENTS)[number]] => [event.type, event]))('%s', (_, event) => {
  const audience = catalogue.audienceOf(event);

  test('is shown to each kind of reader as the table says', () => {
    const by = (may: (kind: Kind) => boolean) => Object.fromEntries(KINDS.map((kind) => [kind, may(kind)]));
    expect(by((kind) => maySee(viewerFor[kind], audience))).toEqual(by((kind) => sees({ name: kind, kinds: [kind], parties: [] }, event)));
  });

  test('is shown to who represents a party or is a person that it concerns, and to nobody else whom it names', () => {
    const linked: Viewer = { person: 'somebody', linked: true, member: false, roles: [], parties: ['another party'] };
    const asReader = ({ person, parties }: Viewer): Reader => ({ name: '', kinds: ['linked'], ...(person === undefined ? {} : { person }), parties });
    expect(maySee(linked, audience)).toBe(sees(asReader(linked), event));
    for (const id of new Set(textsIn(event.data))) {
      for (const viewer of [{ ...linked, parties: ['another party', id] }, { ...linked, person: id }]) {
        expect({ id, viewer, may: maySee(viewer, audience) }).toEqual({ id, viewer, may: sees(asReader(viewer), event) });
      }
    }
  });
});
