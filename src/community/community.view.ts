// The community as a view: what it is, who its members are, which parties it deals with, who acts for them, who is invited.
import { instantOf } from '../kernel/index.ts';
import { temporal, view, type RowsOf } from '../runtime/index.ts';
import type { CharterEvent } from './charter.ts';
import type { InvitationEvent } from './invitation.ts';
import { OFFICES, type MembershipEvent, type Office, type Role } from './membership.ts';
import { officeKey } from './office.ts';
import type { PartyEvent } from './party.ts';
import type { PersonEvent } from './person.ts';

/** Key of the one row of `community`. */
export const SELF = 'self';

const FIRST_SEAT = 'first';

export const representativeKey = (party: string, person: string): string => `${party}.${person}`;

const tables = {
  community: temporal({
    community: 'text',
    name: 'text',
    timeZone: 'text',
    language: 'text',
    charterText: 'text',
    /** forming, then in-force */
    status: 'text',
    /** PersonIds of the founders who have accepted the charter. */
    founders: 'json',
    rules: 'json',
    foundedAt: 'instant',
    inForceSince: 'instant?',
  }),
  /** Seats of founders who are linked, by invitation; the first founder's needs none. */
  seat: temporal({ person: 'text' }, [['person']]),
  person: temporal({
    /** Sealed. */
    name: 'text',
    linkedAt: 'instant',
  }),
  member: temporal(
    {
      /** applied, then member */
      status: 'text',
      roles: 'json',
      /** founder or admitted */
      as: 'text?',
      appliedAt: 'instant?',
      admittedAt: 'instant?',
      /** Position of the admission. */
      admission: 'integer?',
      admittedBy: 'text?',
    },
    [['status']],
  ),
  /** Roles but `member`, by `officeKey`. */
  role: temporal(
    {
      role: 'text',
      person: 'text',
      grantedAt: 'instant',
      /** When the term ends by itself. */
      until: 'instant?',
      /** ProposalId of the vote that granted it; null for roles of founders and admissions. */
      proposal: 'text?',
    },
    [['role'], ['person'], ['person', 'role']],
  ),
  party: temporal({
    kind: 'text',
    name: 'text',
    registeredAt: 'instant',
    /** registered, allied, or expelled */
    standing: 'text',
  }, [['kind'], ['standing'], ['kind', 'standing']]),
  representative: temporal({ party: 'text', person: 'text', scope: 'json', until: 'instant' }, [['party'], ['person']]),
  /** Open ones: accepted and revoked invitations are gone from here. */
  invitation: temporal(
    {
      purpose: 'text',
      party: 'text?',
      issuedBy: 'text',
      issuedAt: 'instant',
      expiresAt: 'instant',
    },
    [['issuedBy']],
  ),
};

type Rows = RowsOf<typeof tables>;

function taken(rows: Rows, { person, role }: { readonly person: string; readonly role: Office }): void {
  const roles = rows.member.current(person)?.roles as readonly Role[];
  rows.member.change(person, { roles: roles.filter((one) => one !== role) });
  rows.role.close(officeKey(role, person));
}

export const communityView = view<CharterEvent | InvitationEvent | MembershipEvent | PartyEvent | PersonEvent>()({
  name: 'community',
  version: 5,
  tables,
  project: {
    CommunityFounded({ data, time, actor }, rows) {
      const { community, name, timeZone, language, charterText, rules, founderInvitations } = data;
      rows.community.open(SELF, {
        community, name, timeZone, language, charterText, rules,
        status: 'forming', founders: [], foundedAt: instantOf(time), inForceSince: null,
      });
      const issued = { purpose: 'founder', party: null, issuedBy: actor, issuedAt: instantOf(time) };
      for (const { invitation, expiresAt } of founderInvitations) rows.invitation.open(invitation, { ...issued, expiresAt });
    },
    FounderInvitationReplaced({ data, time, actor }, rows) {
      // Accepted, but the charter was not: then it is gone from here already.
      if (rows.invitation.current(data.replaces)) rows.invitation.close(data.replaces);
      if (rows.seat.current(data.replaces)) rows.seat.close(data.replaces);
      const { invitation, expiresAt } = data;
      rows.invitation.open(invitation, { purpose: 'founder', party: null, issuedBy: actor, issuedAt: instantOf(time), expiresAt });
    },
    CharterAccepted({ data }, rows) {
      const founders = (rows.community.current(SELF)?.founders ?? []) as readonly string[];
      rows.community.change(SELF, { founders: [...founders, data.person] });
    },
    RulesChanged: ({ data }, rows) => rows.community.change(SELF, { rules: data.rules }),
    CommunityInForce: ({ time }, rows) => rows.community.change(SELF, { status: 'in-force', inForceSince: instantOf(time) }),

    InvitationIssued({ data, time, actor }, rows) {
      const party = data.purpose === 'representative' ? data.party : null;
      const { invitation, purpose, expiresAt } = data;
      rows.invitation.open(invitation, { purpose, party, issuedBy: actor, issuedAt: instantOf(time), expiresAt });
    },
    InvitationAccepted: ({ data }, rows) => rows.invitation.close(data.invitation),
    InvitationRevoked: ({ data }, rows) => rows.invitation.close(data.invitation),

    PersonLinked({ data: { person, name, purpose, invitation = FIRST_SEAT }, time }, rows) {
      if (purpose === 'founder') rows.seat.open(invitation, { person });
      if (rows.person.current(person)) rows.person.change(person, { name });
      else rows.person.open(person, { name, linkedAt: instantOf(time) });
    },

    MembershipApplied({ data, time }, rows) {
      const admitted = { as: null, admittedAt: null, admission: null, admittedBy: null };
      rows.member.open(data.person, { status: 'applied', roles: [], appliedAt: instantOf(time), ...admitted });
    },
    MemberAdmitted({ data: { person, roles, as }, time, position, actor }, rows) {
      const admitted = { status: 'member', roles, as, admittedAt: instantOf(time), admission: position, admittedBy: as === 'founder' ? null : actor };
      if (rows.member.current(person)) rows.member.change(person, admitted);
      else rows.member.open(person, { appliedAt: null, ...admitted });
      for (const role of OFFICES) {
        if (roles.includes(role)) rows.role.open(officeKey(role, person), { role, person, grantedAt: instantOf(time), until: null, proposal: null });
      }
    },
    RoleGranted({ data: { person, role, until = null, proposal }, time }, rows) {
      const roles = rows.member.current(person)?.roles as readonly Role[];
      if (!roles.includes(role)) rows.member.change(person, { roles: [...roles, role] });
      const key = officeKey(role, person);
      const row = { role, person, grantedAt: instantOf(time), until, proposal };
      if (rows.role.current(key)) rows.role.change(key, row);
      else rows.role.open(key, row);
    },
    RoleRecalled: ({ data }, rows) => taken(rows, data),
    RoleEnded: ({ data }, rows) => taken(rows, data),
    RoleLaidDown: ({ data }, rows) => taken(rows, data),

    PartyRegistered: ({ data: { party, kind, name }, time }, rows) => rows.party.open(party, { kind, name, registeredAt: instantOf(time), standing: 'registered' }),
    PartyAllied: ({ data }, rows) => rows.party.change(data.party, { standing: 'allied' }),
    PartyExpelled: ({ data }, rows) => rows.party.change(data.party, { standing: 'expelled' }),
    RepresentativeAppointed({ data: { party, person, scope, until } }, rows) {
      const key = representativeKey(party, person);
      if (rows.representative.current(key)) rows.representative.change(key, { scope, until });
      else rows.representative.open(key, { party, person, scope, until });
    },
    RepresentativeRemoved: ({ data: { party, person } }, rows) => rows.representative.close(representativeKey(party, person)),
  },
});
