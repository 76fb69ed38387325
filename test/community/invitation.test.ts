// How a person comes to be known to the community.
import { describe, expect, test } from '@jest/globals';
import {
  accepting, charter, codeHash, FOUNDING_RULES, invitation, invitationCode, inviting, linking, membership, minting, party, person,
  type CharterEvent, type InvitationEvent, type MembershipEvent, type PartyEvent, type PersonEvent, type Terms,
} from '../../src/community/index.ts';
import { after, derivedId } from '../../src/kernel/index.ts';
import { folded, given, NOON } from '../support/given.ts';

const [ZARA, ILMARI, NOOR] = [1, 2, 3].map((n) => `0000000${n}-0000-5000-8000-000000000000`) as [string, string, string];
const INVITATION = '00000000-0000-5000-8000-00000000000a';
const CODE = 'a code that only its holder knows';
const codeHashOf = (id: string): string => codeHash(`code of ${id}`);
const LATER = after(NOON, { days: 14 });
const NEXT_YEAR = after(NOON, { days: 365 });

const founded: CharterEvent = {
  type: 'CommunityFounded',
  data: {
    community: 'mossgate',
    name: 'Mossgate',
    timeZone: 'UTC',
    language: 'en',
    charterText: '',
    firstFounder: ZARA,
    firstFounderName: 'sealed.zara',
    founderInvitations: [{ invitation: INVITATION, codeHash: codeHash(CODE), expiresAt: LATER }],
    rules: FOUNDING_RULES,
  },
};
const inForce: CharterEvent = { type: 'CommunityInForce', data: { community: 'mossgate', founders: [ZARA] } };
const forming = folded(charter, founded);
const living = folded(charter, founded, inForce);
const admitted = (roles: readonly ('member' | 'steward')[]): MembershipEvent => ({ type: 'MemberAdmitted', data: { person: ZARA, roles, as: 'founder' } });
const steward = folded(membership, admitted(['member', 'steward']));
const member = folded(membership, admitted(['member']));
const registered: PartyEvent = { type: 'PartyRegistered', data: { party: 'p', kind: 'external', name: 'Acme' } };

const MEMBER: Terms = { purpose: 'member' };
const REPRESENTATIVE: Terms = { purpose: 'representative', party: 'p', scope: ['requests'], until: NEXT_YEAR };
const issued = (terms: Terms): InvitationEvent => ({
  type: 'InvitationIssued',
  data: { invitation: INVITATION, codeHash: codeHash(CODE), expiresAt: LATER, ...terms },
});
const acceptedBy = (by: string, terms: Terms): InvitationEvent => ({
  type: 'InvitationAccepted',
  data: { invitation: INVITATION, person: by, name: 'sealed.ilmari', ...terms },
});
const linked = (purpose: 'founder' | 'member' | 'representative', by: string | undefined, again = false, of = ILMARI): PersonEvent => ({
  type: 'PersonLinked',
  data: {
    person: of,
    purpose,
    ...(by === undefined ? {} : { invitation: by }),
    ...(purpose === 'representative' ? { party: 'p' } : {}),
    name: 'sealed.ilmari',
    again,
  },
});

describe('inviting', () => {
  const context = { charter: living, membership: steward, party: party.initial, codeHashOf };

  test('is a steward’s act; the invitation expires by the charter’s rule and holds no code', () => {
    const commandId = '30000000-0000-5000-8000-000000000000';
    const id = derivedId(commandId);
    given(inviting, context)
      .when('InviteMember', {}, { actor: ZARA, commandId })
      .then({ type: 'InvitationIssued', data: { invitation: id, codeHash: codeHashOf(id), expiresAt: LATER, purpose: 'member' } });
  });

  test('is refused to others, and while the community forms', () => {
    given(inviting, { ...context, membership: member }).when('InviteMember', {}).thenRefused('StewardRequired');
    given(inviting, { ...context, charter: forming }).when('InviteMember', {}).thenRefused('CommunityNotInForce');
  });

  test('a representative needs a registered party and a term with an end', () => {
    const command = { party: 'p', scope: ['requests'] as const, until: NEXT_YEAR };
    const withParty = { ...context, party: folded(party, registered) };
    const { decision } = given(inviting, withParty).when('InviteRepresentative', { ...command, until: '2027-01-01T00:00:00+02:00' });
    expect(decision).toMatchObject({ events: [{ data: { purpose: 'representative', party: 'p', scope: ['requests'], until: '2026-12-31T22:00:00.000Z' } }] });
    given(inviting, context).when('InviteRepresentative', command).thenRefused('PartyNotRegistered');
    given(inviting, withParty).when('InviteRepresentative', { ...command, until: NOON }).thenRefused('InvalidTerm');
    given(inviting, withParty).when('InviteRepresentative', { ...command, until: after(NOON, { days: 1096 }) }).thenRefused('InvalidTerm');
  });

  test('can be taken back until it is accepted', () => {
    const revoke = { invitation: INVITATION };
    given(inviting, issued(MEMBER), context).when('RevokeInvitation', revoke).then({ type: 'InvitationRevoked', data: revoke });
    given(inviting, issued(MEMBER), acceptedBy(ILMARI, MEMBER), context).when('RevokeInvitation', revoke).thenRefused('InvitationNotOpen');
    given(inviting, context).when('RevokeInvitation', revoke).thenRefused('InvitationNotOpen');
    given(inviting, issued(MEMBER), { ...context, membership: member }).when('RevokeInvitation', revoke).thenRefused('StewardRequired');
  });

  test('its code can be told again, and only with the key', () => {
    const key = Buffer.alloc(32, 1);
    expect(invitationCode(key, INVITATION)).toBe(invitationCode(key, INVITATION));
    expect(invitationCode(key, INVITATION)).toMatch(/^[\w-]{43}$/);
    expect(invitationCode(Buffer.alloc(32, 2), INVITATION)).not.toBe(invitationCode(key, INVITATION));
  });
});

describe('accepting an invitation', () => {
  const context = { charter: living, person: person.initial, membership: membership.initial };
  const accept = { invitation: INVITATION, code: CODE, name: 'sealed.ilmari' };
  const asIlmari = { actor: ILMARI };

  test('names the person who accepts, and the terms', () => {
    for (const terms of [MEMBER, REPRESENTATIVE]) {
      given(accepting, issued(terms), context).when('AcceptInvitation', accept, asIlmari).then(acceptedBy(ILMARI, terms));
    }
  });

  test('takes a founder’s seat by the charter’s own invitation', () => {
    given(accepting, { ...context, charter: forming }).when('AcceptInvitation', accept, asIlmari).then(acceptedBy(ILMARI, { purpose: 'founder' }));
  });

  test('needs the code', () => {
    given(accepting, issued(MEMBER), context).when('AcceptInvitation', { ...accept, code: 'guess' }, asIlmari).thenRefused('InvitationNotValid');
    given(accepting, { ...context, charter: folded(charter) }).when('AcceptInvitation', accept, asIlmari).thenRefused('InvitationNotValid');
    given(accepting, { ...context, charter: forming }).when('AcceptInvitation', { ...accept, code: 'guess' }, asIlmari).thenRefused('InvitationNotValid');
  });

  test('is single-use, by whomever', () => {
    for (const actor of [ILMARI, NOOR]) {
      given(accepting, issued(MEMBER), acceptedBy(ILMARI, MEMBER), context).when('AcceptInvitation', accept, { actor }).thenRefused('InvitationSpent');
    }
  });

  test('is refused from the deadline on, to the millisecond', () => {
    given(accepting, issued(MEMBER), context).when('AcceptInvitation', accept, { ...asIlmari, now: LATER }).thenRefused('InvitationExpired');
    const justBefore = new Date(Date.parse(LATER) - 1).toISOString();
    given(accepting, issued(MEMBER), context).when('AcceptInvitation', accept, { ...asIlmari, now: justBefore }).then(acceptedBy(ILMARI, MEMBER));
    const over = issued({ ...REPRESENTATIVE, until: NOON });
    given(accepting, over, context).when('AcceptInvitation', accept, asIlmari).thenRefused('InvitationExpired');
  });

  test('is refused once it was revoked', () => {
    given(accepting, issued(MEMBER), { type: 'InvitationRevoked', data: { invitation: INVITATION } }, context)
      .when('AcceptInvitation', accept, asIlmari)
      .thenRefused('InvitationRevoked');
  });

  test('makes nobody a founder or member twice', () => {
    const founder = { ...context, person: folded(person, linked('founder', 'other')) };
    given(accepting, issued(MEMBER), founder).when('AcceptInvitation', accept, asIlmari).thenRefused('AlreadyLinked');
    given(accepting, { ...founder, charter: forming }).when('AcceptInvitation', accept, asIlmari).thenRefused('AlreadyLinked');
    given(accepting, { ...context, charter: forming }).when('AcceptInvitation', accept, { actor: ZARA }).thenRefused('AlreadyLinked');
    const applicant = folded(membership, { type: 'MembershipApplied', data: { person: ILMARI, invitation: 'other' } });
    given(accepting, issued(MEMBER), { ...context, membership: applicant }).when('AcceptInvitation', accept, asIlmari).thenRefused('AlreadyLinked');
  });

  test('lets a person represent parties besides whatever it is already', () => {
    given(accepting, issued(REPRESENTATIVE), { ...context, membership: member, person: folded(person, linked('founder', 'other')) })
      .when('AcceptInvitation', accept, asIlmari)
      .then(acceptedBy(ILMARI, REPRESENTATIVE));
  });

  test('is done by a person', () => {
    for (const actor of ['nobody', 'operator', 'system']) given(accepting, issued(MEMBER), context).when('AcceptInvitation', accept, { actor }).thenRefused('PersonRequired');
  });
});

describe('linking a person', () => {
  const context = (terms: Terms) => ({ charter: living, invitation: folded(invitation, issued(terms), acceptedBy(ILMARI, terms)) });
  const link = { person: ILMARI, invitation: INVITATION };

  test('rests on the invitation that this person accepted', () => {
    given(linking, context(MEMBER)).when('LinkPerson', link).then(linked('member', INVITATION));
    given(linking, context(REPRESENTATIVE)).when('LinkPerson', link).then(linked('representative', INVITATION));
    given(linking, context(MEMBER)).when('LinkPerson', { ...link, person: NOOR }).thenRefused('InvitationNotAccepted');
    given(linking, { charter: living, invitation: folded(invitation, issued(MEMBER)) }).when('LinkPerson', link).thenRefused('InvitationNotAccepted');
  });

  test('needs none for the first founder', () => {
    const none = { charter: forming, invitation: invitation.initial };
    given(linking, none)
      .when('LinkPerson', { person: ZARA })
      .then({ type: 'PersonLinked', data: { person: ZARA, purpose: 'founder', name: 'sealed.zara', again: false } });
    given(linking, none).when('LinkPerson', { person: ILMARI }).thenRefused('InvitationNotAccepted');
  });

  test('is done once per invitation', () => {
    given(linking, linked('member', INVITATION), context(MEMBER)).when('LinkPerson', link).thenRefused('AlreadyLinked');
  });

  test('tells a second invitation as member, accepted in the same moment, from the first', () => {
    given(linking, linked('member', 'other'), context(MEMBER)).when('LinkPerson', link).then(linked('member', INVITATION, true));
  });
});

describe('a token', () => {
  const context = { charter: living };
  const mint = { person: ILMARI };
  const known = linked('member', INVITATION);

  test('is minted for a linked person, by itself or by the operator, and says by whom', () => {
    for (const actor of [ILMARI, 'operator']) {
      const commandId = '40000000-0000-5000-8000-000000000000';
      given(minting, known, context)
        .when('MintToken', mint, { actor, commandId })
        .then({ type: 'TokenMinted', data: { person: ILMARI, tokenId: derivedId(commandId), expiresAt: after(NOON, { days: 90 }), by: actor } });
    }
  });

  test('is minted neither for another person nor for who is not linked', () => {
    given(minting, known, context).when('MintToken', mint, { actor: NOOR }).thenRefused('NotOwnToken');
    given(minting, context).when('MintToken', mint, { actor: ILMARI }).thenRefused('PersonNotLinked');
    given(minting, context).when('MintToken', mint, { actor: 'operator' }).thenRefused('PersonNotLinked');
  });
});
