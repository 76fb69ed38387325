// Members and parties: admission, the roll, representation.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  admission, appointmentOf, charter, FOUNDING_RULES, invitation, isOnRoll, isRepresentedBy, maySee, membership, party, person, PUBLIC, representation, viewerOf, wasMemberAt,
  type CharterEvent, type InvitationEvent, type LoadNow, type MembershipEvent, type PartyEvent, type PersonEvent, type Role, type Viewer,
} from '../../src/community/index.ts';
import { after, derivedId, msOf, type Event, type Recorded } from '../../src/kernel/index.ts';
import { at, folded, given, NOON, recorded } from '../support/given.ts';

const [ZARA, ILMARI] = [1, 2].map((n) => `0000000${n}-0000-5000-8000-000000000000`) as [string, string];
const DAY = 86_400_000;

const founded: CharterEvent = {
  type: 'CommunityFounded',
  data: {
    community: 'mossgate', name: 'Mossgate', timeZone: 'UTC', language: 'en', charterText: '', firstFounder: ZARA, firstFounderName: 'sealed',
    founderInvitations: [], rules: FOUNDING_RULES,
  },
};
const acceptance: CharterEvent = { type: 'CharterAccepted', data: { person: ZARA, certificate: 1 } };
const forming = folded(charter, founded, acceptance);
const living = folded(charter, founded, acceptance, { type: 'CommunityInForce', data: { community: 'mossgate', founders: [ZARA] } });

const admitted = (who: string, roles: readonly Role[] = ['member'], as: 'founder' | 'admitted' = 'admitted'): MembershipEvent => ({
  type: 'MemberAdmitted',
  data: { person: who, roles, as },
});
const applied: MembershipEvent = { type: 'MembershipApplied', data: { person: ILMARI, invitation: 'i' } };
const steward = folded(membership, admitted(ZARA, ['member', 'steward'], 'founder'));
const invited = (purpose: 'member' | 'representative', by = ILMARI): InvitationEvent => ({
  type: 'InvitationAccepted',
  data: {
    invitation: 'i', person: by, name: 'sealed',
    ...(purpose === 'member' ? { purpose } : { purpose, party: 'p', scope: ['transfers'], until: after(NOON, { days: 30 }) }),
  },
});

describe('becoming a member', () => {
  const context = { charter: living, admitter: steward, invitation: folded(invitation, invited('member')) };

  test('begins with the application that an accepted invitation is', () => {
    given(admission, context).when('ApplyForMembership', { person: ILMARI, invitation: 'i' }).then(applied);
    given(admission, { ...context, invitation: folded(invitation, invited('representative')) })
      .when('ApplyForMembership', { person: ILMARI, invitation: 'i' })
      .thenRefused('InvitationNotAccepted');
    given(admission, { ...context, invitation: folded(invitation, invited('member', ZARA)) })
      .when('ApplyForMembership', { person: ILMARI, invitation: 'i' })
      .thenRefused('InvitationNotAccepted');
    given(admission, applied, context).when('ApplyForMembership', { person: ILMARI, invitation: 'i' }).thenRefused('AlreadyMember');
  });

  test('ends with a steward’s admission, with roles besides membership', () => {
    given(admission, applied, context).when('AdmitMember', { person: ILMARI, roles: ['keeper', 'auditor'] }).then(admitted(ILMARI, ['member', 'keeper', 'auditor']));
    given(admission, applied, context).when('AdmitMember', { person: ILMARI }).then(admitted(ILMARI, ['member']));
    given(admission, applied, context).when('AdmitMember', { person: ILMARI, roles: ['member', 'keeper'] }).then(admitted(ILMARI, ['member', 'keeper']));
  });

  test('is refused without an application, twice, by others than stewards, and before the community is in force', () => {
    const command = { person: ILMARI };
    given(admission, context).when('AdmitMember', command).thenRefused('NotAnApplicant');
    given(admission, applied, admitted(ILMARI), context).when('AdmitMember', command).thenRefused('NotAnApplicant');
    given(admission, applied, { ...context, admitter: folded(membership, admitted(ZARA, ['member', 'auditor'])) }).when('AdmitMember', command).thenRefused('StewardRequired');
    given(admission, applied, { ...context, charter: forming }).when('AdmitMember', command).thenRefused('CommunityNotInForce');
  });

  test('no steward makes another steward', () => {
    given(admission, applied, context).when('AdmitMember', { person: ILMARI, roles: ['steward'] }).thenRefused('RoleNeedsDecision', { roles: ['steward'] });
  });

  test('founders are members and stewards when the community is in force', () => {
    given(admission, context).when('AdmitFounder', { person: ZARA }).then(admitted(ZARA, ['member', 'steward'], 'founder'));
    given(admission, { ...context, charter: forming }).when('AdmitFounder', { person: ZARA }).thenRefused('CommunityNotInForce');
    given(admission, context).when('AdmitFounder', { person: ILMARI }).thenRefused('NoFoundersSeat');
    given(admission, admitted(ZARA, ['member'], 'founder'), context).when('AdmitFounder', { person: ZARA }).thenRefused('AlreadyMember');
  });
});

describe('the roll', () => {
  const freezeAt = (position: number, time = msOf(NOON)) => ({ position, time });

  test('is membership at the freeze’s own position', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), (admission, freeze) => {
        const state = folded(membership, at(admitted(ILMARI), { position: admission + 1 }));
        expect(wasMemberAt(state, freeze)).toBe(admission + 1 <= freeze);
        expect(isOnRoll(state, freezeAt(freeze), {})).toBe(admission + 1 <= freeze);
      }),
    );
  });

  test('an applicant and a stranger are not on it', () => {
    expect(isOnRoll(folded(membership, applied), freezeAt(99), {})).toBe(false);
    expect(isOnRoll(membership.initial, freezeAt(99), {})).toBe(false);
  });

  test('asks for the charter’s time of membership, to the millisecond, of all but founders', () => {
    const wait = { days: 2 };
    const time = msOf(NOON);
    const since = (as: 'founder' | 'admitted') => folded(membership, at(admitted(ILMARI, ['member'], as), { position: 5, time }));
    expect(isOnRoll(since('admitted'), freezeAt(6, time + 2 * DAY), wait)).toBe(true);
    expect(isOnRoll(since('admitted'), freezeAt(6, time + 2 * DAY - 1), wait)).toBe(false);
    expect(isOnRoll(since('founder'), freezeAt(6, time), wait)).toBe(true);
    expect(isOnRoll(since('founder'), freezeAt(4, time), wait)).toBe(false);
  });
});

describe('parties', () => {
  const registered: PartyEvent = { type: 'PartyRegistered', data: { party: 'p', kind: 'external', name: 'Acme' } };
  const context = { charter: living, membership: steward, invitation: folded(invitation, invited('representative')) };
  const until = after(NOON, { days: 30 });
  const appointed: PartyEvent = { type: 'RepresentativeAppointed', data: { party: 'p', person: ILMARI, scope: ['transfers'], until, invitation: 'i' } };
  const removed: PartyEvent = { type: 'RepresentativeRemoved', data: { party: 'p', person: ILMARI } };

  test('are registered by a steward once the community is in force', () => {
    const commandId = '50000000-0000-5000-8000-000000000000';
    given(representation, context)
      .when('RegisterParty', { kind: 'external', name: 'Acme' }, { commandId })
      .then({ type: 'PartyRegistered', data: { party: derivedId(commandId), kind: 'external', name: 'Acme' } });
    given(representation, { ...context, membership: membership.initial }).when('RegisterParty', { kind: 'external', name: 'Acme' }).thenRefused('StewardRequired');
    given(representation, { ...context, charter: forming }).when('RegisterParty', { kind: 'external', name: 'Acme' }).thenRefused('CommunityNotInForce');
  });

  test('are represented by who accepted that invitation, with its scope and term', () => {
    const appoint = { party: 'p', person: ILMARI, invitation: 'i' };
    given(representation, registered, context).when('AppointRepresentative', appoint).then(appointed);
    given(representation, registered, context).when('AppointRepresentative', { ...appoint, person: ZARA }).thenRefused('InvitationNotAccepted');
    given(representation, registered, context).when('AppointRepresentative', { ...appoint, party: 'q' }).thenRefused('InvitationNotAccepted');
    given(representation, registered, { ...context, invitation: folded(invitation, invited('member')) }).when('AppointRepresentative', appoint).thenRefused('InvitationNotAccepted');
  });

  test('a representative acts until the term is over or a steward removes it, and in its scope', () => {
    const state = folded(party, registered, appointed);
    expect(appointmentOf(state, ILMARI, NOON)).toMatchObject({ until });
    expect(isRepresentedBy(state, ILMARI, NOON, 'transfers')).toBe(true);
    expect(isRepresentedBy(state, ILMARI, NOON, 'requests')).toBe(false);
    expect(appointmentOf(state, ILMARI, until)).toBeUndefined();
    expect(appointmentOf(state, ZARA, NOON)).toBeUndefined();
    expect(appointmentOf(folded(party, registered, appointed, removed), ILMARI, NOON)).toBeUndefined();
    given(representation, registered, appointed, context).when('RemoveRepresentative', { party: 'p', person: ILMARI }).then(removed);
    given(representation, registered, context).when('RemoveRepresentative', { party: 'p', person: ILMARI }).thenRefused('NotRepresented');
    given(representation, registered, appointed, { ...context, membership: membership.initial }).when('RemoveRepresentative', { party: 'p', person: ILMARI }).thenRefused('StewardRequired');
  });
});

describe('who asks', () => {
  const linked: PersonEvent = { type: 'PersonLinked', data: { person: ILMARI, purpose: 'representative', invitation: 'i', party: 'p', name: 'sealed', again: false } };
  const registered: PartyEvent = { type: 'PartyRegistered', data: { party: 'p', kind: 'external', name: 'Acme' } };
  const appointed: PartyEvent = {
    type: 'RepresentativeAppointed',
    data: { party: 'p', person: ILMARI, scope: ['transfers'], until: after(NOON, { days: 30 }), invitation: 'i' },
  };
  const world = (streams: Record<string, readonly Event[]>): LoadNow => (fold, stream) =>
    (recorded(streams[stream] ?? []) as Recorded<never>[]).reduce(fold.evolve, fold.initial);

  test('a person without a link is the public with a name', () => {
    expect(viewerOf(ILMARI, world({}), NOON)).toEqual({ ...PUBLIC, person: ILMARI });
    expect(viewerOf(undefined, world({}), NOON)).toEqual(PUBLIC);
  });

  test('a representative stands for its party while the term lasts', () => {
    const load = world({ [`person-${ILMARI}`]: [linked], 'party-p': [registered, appointed] });
    expect(viewerOf(ILMARI, load, NOON)).toMatchObject({ linked: true, member: false, roles: [], parties: ['p'], until: after(NOON, { days: 30 }) });
    expect(viewerOf(ILMARI, load, after(NOON, { days: 31 }))).toMatchObject({ linked: true, parties: [] });
  });

  test('a keeper acts for the community itself', () => {
    const load = world({ [`member-${ILMARI}`]: [admitted(ILMARI, ['member', 'keeper'])], 'charter-self': [founded] });
    expect(viewerOf(ILMARI, load, NOON)).toMatchObject({ member: true, roles: ['member', 'keeper'], parties: ['mossgate'] });
  });

  test('sees what it is the audience of; auditors see everything', () => {
    const viewer = (more: Partial<Viewer>): Viewer => ({ ...PUBLIC, ...more });
    expect(maySee(PUBLIC, ['public'])).toBe(true);
    expect(maySee(PUBLIC, ['community', { role: 'steward' }, { person: ILMARI }, { party: 'p' }])).toBe(false);
    expect(maySee(viewer({ member: true }), ['community'])).toBe(true);
    expect(maySee(viewer({ roles: ['steward'] }), [{ role: 'steward' }])).toBe(true);
    expect(maySee(viewer({ roles: ['keeper'] }), [{ role: 'steward' }])).toBe(false);
    expect(maySee(viewer({ parties: ['p'] }), [{ party: 'p' }])).toBe(true);
    expect(maySee(viewer({ person: ILMARI }), [{ party: ILMARI }])).toBe(true);
    expect(maySee(viewer({ person: ILMARI }), [{ person: ILMARI }])).toBe(true);
    expect(maySee(viewer({ person: ILMARI }), [{ person: ZARA }])).toBe(false);
    expect(maySee(viewer({ roles: ['auditor'] }), [{ person: ZARA }])).toBe(true);
  });
});

test('the folds of persons know every link, in order', () => {
  const link = (invitationId: string): PersonEvent => ({ type: 'PersonLinked', data: { person: ILMARI, purpose: 'member', invitation: invitationId, name: invitationId, again: false } });
  expect(folded(person, link('a'), link('b'))).toEqual({ links: [{ purpose: 'member', invitation: 'a' }, { purpose: 'member', invitation: 'b' }], name: 'b' });
});
