// The community as it is shown, and what it owes to who accepted something.
import { describe, expect, test } from '@jest/globals';
import {
  actsOf, actsView, applications, appointments, communityShown, communityView, foundersAdmission, FOUNDING_RULES, invitationsShown, linkingPersons, memberShown,
  membersShown, partiesShown, partyShown, PUBLIC,
  type CharterEvent, type InvitationEvent, type MembershipEvent, type PartyEvent, type PersonEvent, type Viewer,
} from '../../src/community/index.ts';
import { after, SYSTEM_ACTOR, type Event } from '../../src/kernel/index.ts';
import { at, given, NOON, recorded } from '../support/given.ts';
import { tablesAfter } from '../support/memory-tables.ts';

const [ZARA, ILMARI, RHEA] = [1, 2, 3].map((n) => `0000000${n}-0000-5000-8000-000000000000`) as [string, string, string];
const IN_TWO_WEEKS = after(NOON, { days: 14 });
const NEXT_MONTH = after(NOON, { days: 30 });

const founded: CharterEvent = {
  type: 'CommunityFounded',
  data: {
    community: 'mossgate', name: 'Mossgate', timeZone: 'Europe/Tallinn', language: 'et', charterText: 'Stays with us.', firstFounder: ZARA,
    firstFounderName: 'sealed Zara', founderInvitations: [{ invitation: 'second', codeHash: 'h', expiresAt: IN_TWO_WEEKS }], rules: FOUNDING_RULES,
  },
};
const chartered = (person: string): CharterEvent => ({ type: 'CharterAccepted', data: { person, certificate: 1 } });
const inForce: CharterEvent = { type: 'CommunityInForce', data: { community: 'mossgate', founders: [ZARA, ILMARI] } };
const linked = (person: string, purpose: 'founder' | 'member' | 'representative', invitation?: string, again = false): PersonEvent => ({
  type: 'PersonLinked',
  data: {
    person, purpose, name: `sealed ${person}`, again,
    ...(invitation === undefined ? {} : { invitation }),
    ...(purpose === 'representative' ? { party: 'acme' } : {}),
  },
});
const admitted = (person: string, as: 'founder' | 'admitted'): MembershipEvent => ({ type: 'MemberAdmitted', data: { person, roles: ['member', 'keeper'], as } });
const applied = (person: string): MembershipEvent => ({ type: 'MembershipApplied', data: { person, invitation: 'i' } });
const issued: InvitationEvent = { type: 'InvitationIssued', data: { invitation: 'i', codeHash: 'h', expiresAt: IN_TWO_WEEKS, purpose: 'member' } };
const taken = (invitation: string, person: string): InvitationEvent => ({ type: 'InvitationAccepted', data: { invitation, person, name: 'sealed', purpose: 'member' } });
const registered: PartyEvent = { type: 'PartyRegistered', data: { party: 'acme', kind: 'external', name: 'Acme' } };
const appointed: PartyEvent = { type: 'RepresentativeAppointed', data: { party: 'acme', person: RHEA, scope: ['requests'], until: NEXT_MONTH, invitation: 'r' } };

describe('the community’s view', () => {
  test('shows a community forming, then in force', () => {
    given(communityView, founded, chartered(ZARA)).thenRow('community', 'self', { status: 'forming', founders: [ZARA], inForceSince: null });
    given(communityView, founded, chartered(ZARA), chartered(ILMARI), inForce).thenRow('community', 'self', {
      status: 'in-force', founders: [ZARA, ILMARI], inForceSince: NOON,
    });
  });

  test('keeps open invitations only', () => {
    const open = { purpose: 'member', party: null, issuedBy: ZARA, issuedAt: NOON, expiresAt: IN_TWO_WEEKS };
    given(communityView, at(issued, { actor: ZARA })).then('invitation', { i: open });
    given(communityView, issued, taken('i', ILMARI)).then('invitation', {});
    given(communityView, issued, { type: 'InvitationRevoked', data: { invitation: 'i' } }).then('invitation', {});
  });

  test('shows a founder’s seat offered anew, also when the first invitation had been accepted in vain', () => {
    const replaced: CharterEvent = { type: 'FounderInvitationReplaced', data: { replaces: 'second', invitation: 'other', codeHash: 'h', expiresAt: NEXT_MONTH } };
    const seat = { purpose: 'founder', party: null, issuedBy: ZARA, issuedAt: NOON, expiresAt: NEXT_MONTH };
    given(communityView, founded, at(replaced, { actor: ZARA })).then('invitation', { other: seat });
    given(communityView, founded, taken('second', ILMARI), at(replaced, { actor: ZARA })).then('invitation', { other: seat });
  });

  test('knows since which position who is a member', () => {
    const member = { status: 'member', roles: ['member', 'keeper'], as: 'admitted', appliedAt: NOON, admittedAt: NOON, admission: 7, admittedBy: ZARA };
    given(communityView, applied(ILMARI), at(admitted(ILMARI, 'admitted'), { position: 7, actor: ZARA })).then('member', { [ILMARI]: member });
    given(communityView, applied(ILMARI)).thenRow('member', ILMARI, { status: 'applied', roles: [], admission: null });
    given(communityView, admitted(ZARA, 'founder')).thenRow('member', ZARA, { as: 'founder', appliedAt: null, admittedBy: null });
  });

  test('holds names only as they are sealed, the latest one', () => {
    const renamed = { ...linked(RHEA, 'representative', 'q'), data: { ...linked(RHEA, 'representative', 'q').data, name: 'sealed anew' } } as PersonEvent;
    given(communityView, linked(RHEA, 'member', 'p'), renamed).then('person', { [RHEA]: { name: 'sealed anew', linkedAt: NOON } });
  });

  test('an appointment renewed replaces the older one; a removed one is gone', () => {
    const renewed = { ...appointed, data: { ...appointed.data, scope: ['transfers'] } } as PartyEvent;
    given(communityView, registered, appointed, renewed).then('representative', {
      [`acme.${RHEA}`]: { party: 'acme', person: RHEA, scope: ['transfers'], until: NEXT_MONTH },
    });
    given(communityView, registered, appointed, { type: 'RepresentativeRemoved', data: { party: 'acme', person: RHEA } }).then('representative', {});
  });
});

describe('what is shown to whom', () => {
  const tables = tablesAfter(communityView, recorded<Event>([
    founded, chartered(ZARA), inForce, linked(ZARA, 'founder'), admitted(ZARA, 'founder'), linked(ILMARI, 'member', 'm'), applied(ILMARI),
    at(issued, { actor: ZARA }), registered, linked(RHEA, 'representative', 'r'), appointed,
  ]));
  const open = (sealed: string): string | undefined => (sealed.includes(ILMARI) ? undefined : sealed.replace('sealed', 'name of'));
  const member: Viewer = { person: ZARA, linked: true, member: true, roles: ['member'], parties: [] };
  const applicant: Viewer = { person: ILMARI, linked: true, member: false, roles: [], parties: [] };
  const representative: Viewer = { person: RHEA, linked: true, member: false, roles: [], parties: ['acme'] };

  test('the charter is public', () => {
    expect(communityShown(tables)).toMatchObject({ name: 'Mossgate', status: 'in-force', rules: FOUNDING_RULES });
    expect(communityShown(tablesAfter(communityView, []))).toBeUndefined();
  });

  test('members see members and applicants, and an erased name as none', () => {
    expect(membersShown(tables, member, open, {}).rows.map(({ person, name, status }) => [person, name, status])).toEqual([
      [ZARA, `name of ${ZARA}`, 'member'],
      [ILMARI, null, 'applied'],
    ]);
    expect(membersShown(tables, member, open, { status: 'applied' }).rows.map(({ person }) => person)).toEqual([ILMARI]);
  });

  test('who is no member sees the own membership only', () => {
    expect(membersShown(tables, applicant, open, {}).rows.map(({ person }) => person)).toEqual([ILMARI]);
    expect(membersShown(tables, applicant, open, { status: 'member' }).rows).toEqual([]);
    expect(membersShown(tables, representative, open, {}).rows).toEqual([]);
    expect(membersShown(tables, PUBLIC, open, {}).rows).toEqual([]);
    expect(memberShown(tables, applicant, open, ILMARI)).toMatchObject({ person: ILMARI, status: 'applied' });
    expect(memberShown(tables, applicant, open, ZARA)).toBeUndefined();
  });

  test('who represents a party is shown to members and to the party', () => {
    expect(partyShown(tables, PUBLIC, open, 'acme')).toEqual({ party: 'acme', kind: 'external', name: 'Acme', registeredAt: NOON, standing: 'registered' });
    for (const viewer of [member, representative]) {
      expect(partyShown(tables, viewer, open, 'acme')?.representatives).toEqual([{ person: RHEA, name: `name of ${RHEA}`, scope: ['requests'], until: NEXT_MONTH }]);
    }
    expect(partiesShown(tables, applicant, open, { kind: 'external' }).rows).toEqual([expect.not.objectContaining({ representatives: expect.anything() })]);
    expect(partyShown(tables, member, open, 'nobody')).toBeUndefined();
  });

  test('open invitations are shown to officers, and to others those that they issued', () => {
    const ids = (viewer: Viewer) => invitationsShown(tables, viewer, {}).rows.map(({ invitation }) => invitation);
    expect(ids({ ...applicant, roles: ['steward'] })).toEqual(['second', 'i']);
    expect(ids(member)).toEqual(['i']);
    expect(ids(applicant)).toEqual([]);
    expect(ids(PUBLIC)).toEqual([]);
  });
});

test('a person’s acts are what it did and the tokens that others had minted for it; what the service owes itself is nobody’s act', () => {
  const minted = (by: string): PersonEvent => ({ type: 'TokenMinted', data: { person: ZARA, tokenId: 't', expiresAt: NEXT_MONTH, by } });
  const events = [
    at(issued, { actor: ZARA, onBehalfOf: 'acme', stream: 'invitation-i' }),
    at(linked(ZARA, 'founder'), { actor: SYSTEM_ACTOR }),
    at(minted(ZARA), { actor: ZARA, stream: `person-${ZARA}` }),
    at(minted('operator'), { actor: 'operator', stream: `person-${ZARA}` }),
    at(applied(ILMARI), { actor: ILMARI }),
  ];
  const tables = tablesAfter(actsView, recorded<Event>(events));
  expect(actsOf(tables, ZARA, {}).rows.map(({ what, by, onBehalfOf }) => [what, by, onBehalfOf])).toEqual([
    ['TokenMinted', 'operator', null],
    ['TokenMinted', ZARA, null],
    ['InvitationIssued', ZARA, 'acme'],
  ]);
});

describe('what the community owes', () => {
  test('a link to the first founder and to whoever accepted an invitation', () => {
    given(linkingPersons, founded).thenRuns('first-founder', { command: 'LinkPerson', body: { person: ZARA } }, NOON);
    given(linkingPersons, founded, linked(ZARA, 'founder')).thenOwed();
    given(linkingPersons, taken('i', ILMARI)).thenRuns('i', { command: 'LinkPerson', body: { person: ILMARI, invitation: 'i' } });
    given(linkingPersons, taken('i', ILMARI), linked(ILMARI, 'member', 'i')).thenOwed();
  });

  test('an application to an invited member, once', () => {
    given(applications, linked(ILMARI, 'member', 'i')).thenRuns(ILMARI, { command: 'ApplyForMembership', body: { person: ILMARI, invitation: 'i' } });
    given(applications, linked(ILMARI, 'member', 'i'), applied(ILMARI), linked(ILMARI, 'member', 'j', true)).thenOwed();
    given(applications, linked(ZARA, 'founder', 'i'), linked(RHEA, 'representative', 'r')).thenOwed();
  });

  test('an admission to every founder once the community is in force', () => {
    given(foundersAdmission, inForce).thenOwed(ZARA, ILMARI).thenRuns(ZARA, { command: 'AdmitFounder', body: { person: ZARA } });
    given(foundersAdmission, inForce, admitted(ZARA, 'founder')).thenOwed(ILMARI);
  });

  test('an appointment to an invited representative', () => {
    given(appointments, linked(RHEA, 'representative', 'r')).thenRuns('r', {
      command: 'AppointRepresentative', body: { party: 'acme', person: RHEA, invitation: 'r' },
    });
    given(appointments, linked(RHEA, 'representative', 'r'), appointed).thenOwed();
  });
});
