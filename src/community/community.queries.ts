// What may be read of the community, by whom.
import { msOf, type Instant } from '../kernel/index.ts';
import type { ListOptions, Page, ReaderOf, View } from '../runtime/index.ts';
import type { actsView } from './acts.view.ts';
import { SELF, type communityView } from './community.view.ts';
import type { Admission, Office, Role } from './membership.ts';
import type { PartyKind, PartyStanding, Scope } from './party.ts';
import type { Purpose } from './person.ts';
import type { Rules } from './rules.ts';
import { maySee, type Viewer } from './viewer.ts';
import { eachShown } from './visible-page.ts';

type TablesOf<V> = V extends View<infer T> ? ReaderOf<T> : never;
export type CommunityTables = TablesOf<typeof communityView>;
export type ActsTables = TablesOf<typeof actsView>;
type Row<T extends keyof CommunityTables> = NonNullable<ReturnType<CommunityTables[T]['get']>>;

/** Opens a sealed text; undefined when the person's key was destroyed. */
export type Open = (sealed: string) => string | undefined;
export type Paging = Pick<ListOptions<never>, 'after' | 'limit' | 'order'>;

export interface CommunityShown {
  readonly community: string;
  readonly name: string;
  readonly timeZone: string;
  readonly language: string;
  readonly charterText: string;
  readonly status: 'forming' | 'in-force';
  /** PersonIds of those who have accepted the charter. */
  readonly founders: readonly string[];
  readonly rules: Rules;
  readonly foundedAt: Instant;
  readonly inForceSince: Instant | null;
}

export interface Term {
  readonly role: Office;
  readonly until: Instant;
}

/** Who holds a role. */
export interface HolderShown {
  readonly role: Office;
  readonly person: string;
  /** null when it was erased. */
  readonly name: string | null;
  readonly grantedAt: Instant;
  /** null: until another decision. */
  readonly until: Instant | null;
  /** ProposalId of the vote that granted it; null for founders, and for who was admitted with it. */
  readonly proposal: string | null;
}

export interface MemberShown {
  readonly person: string;
  /** null when it was erased. */
  readonly name: string | null;
  readonly status: 'applied' | 'member';
  readonly roles: readonly Role[];
  /** When the terms of roles end that are held for a time. */
  readonly terms: readonly Term[];
  readonly as: 'founder' | 'admitted' | null;
  readonly appliedAt: Instant | null;
  readonly admittedAt: Instant | null;
  readonly admittedBy: string | null;
}

export interface RepresentativeShown {
  readonly person: string;
  readonly name: string | null;
  readonly scope: readonly Scope[];
  readonly until: Instant;
}

export interface PartyShown {
  readonly party: string;
  readonly kind: PartyKind;
  readonly name: string;
  readonly registeredAt: Instant;
  readonly standing: PartyStanding;
  /** For members and for the party itself. */
  readonly representatives?: readonly RepresentativeShown[];
}

export interface InvitationShown {
  readonly invitation: string;
  readonly purpose: Purpose;
  readonly party: string | null;
  readonly issuedBy: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

export interface ActShown {
  readonly position: number;
  readonly what: string;
  readonly stream: string;
  readonly at: Instant;
  readonly by: string;
  readonly onBehalfOf: string | null;
}

/** Public. undefined before the founding. */
export function communityShown(tables: CommunityTables): CommunityShown | undefined {
  const row = tables.community.get(SELF);
  if (!row) return undefined;
  const { key: _, since: _since, ...shown } = row;
  return shown as unknown as CommunityShown;
}

/** A person's name for who may know it: members, auditors, and the person. */
export function nameOf(tables: CommunityTables, person: string, viewer: Viewer, open: Open): string | null {
  if (!maySee(viewer, ['community', { person }])) return null;
  const sealed = tables.person.get(person)?.name;
  return sealed === undefined ? null : (open(sealed) ?? null);
}

/** The admission on which a member's place on rolls rests; undefined for who is no member. */
export function admissionIn({ as, admission, admittedAt }: Pick<Row<'member'>, 'as' | 'admission' | 'admittedAt'>): Admission | undefined {
  return admission === null || admittedAt === null ? undefined : { position: admission, time: msOf(admittedAt), as: as as Admission['as'] };
}

export function admissionOf(tables: CommunityTables, person: string): Admission | undefined {
  const row = tables.member.get(person);
  return row && admissionIn(row);
}

/** A person's terms, the one that ends first before the others. */
export function termsHeld(tables: CommunityTables, person: string): Term[] {
  const held = [...tables.role.scan({ person })] as { readonly role: string; readonly until: Instant | null }[];
  const terms = held.flatMap(({ role, until }) => (until === null ? [] : [{ role: role as Office, until }]));
  return terms.toSorted((a, b) => (a.until < b.until ? -1 : a.until > b.until ? 1 : a.role < b.role ? -1 : 1));
}

const showMember = (tables: CommunityTables, viewer: Viewer, open: Open) => (row: Row<'member'>): MemberShown => {
  const { key: person, status, roles, as, appliedAt, admittedAt, admittedBy } = row;
  const name = nameOf(tables, person, viewer, open);
  return { person, name, terms: termsHeld(tables, person), appliedAt, admittedAt, admittedBy, ...({ status, roles, as } as Pick<MemberShown, 'status' | 'roles' | 'as'>) };
};

/** Members and auditors see all; others their own membership, if they have one. */
export function membersShown(tables: CommunityTables, viewer: Viewer, open: Open, filter: Paging & { readonly status?: string }): Page<MemberShown> {
  const show = showMember(tables, viewer, open);
  const { status, ...paging } = filter;
  if (maySee(viewer, ['community'])) return eachShown(tables.member.list({ ...paging, ...(status === undefined ? {} : { where: { status } }) }), show);
  const own = viewer.person === undefined ? undefined : tables.member.get(viewer.person);
  return { rows: own && (status === undefined || own.status === status) ? [show(own)] : [] };
}

export function memberShown(tables: CommunityTables, viewer: Viewer, open: Open, person: string): MemberShown | undefined {
  const row = maySee(viewer, ['community', { person }]) ? tables.member.get(person) : undefined;
  return row && showMember(tables, viewer, open)(row);
}

/** Roles with their holders: all for members and auditors, for others the own ones. */
export function rolesShown(tables: CommunityTables, viewer: Viewer, open: Open, filter: Paging & { readonly role?: string }): Page<HolderShown> {
  const { role: asked, ...paging } = filter;
  const own = maySee(viewer, ['community']) ? {} : { person: viewer.person ?? '' };
  const where = { ...own, ...(asked === undefined ? {} : { role: asked }) };
  return eachShown(tables.role.list({ ...paging, ...(Object.keys(where).length > 0 ? { where } : {}) }), ({ role, person, grantedAt, until, proposal }) => ({
    role: role as Office, person, name: nameOf(tables, person, viewer, open), grantedAt, until, proposal,
  }));
}

const showParty = (tables: CommunityTables, viewer: Viewer, open: Open) => (row: Row<'party'>): PartyShown => {
  const { key: party, kind, name, registeredAt, standing } = row;
  const shown = { party, kind: kind as PartyKind, name, registeredAt, standing: standing as PartyStanding };
  if (!maySee(viewer, ['community', { party }])) return shown;
  const representatives = [...tables.representative.scan({ party })].map(({ person, scope, until }) => ({
    person,
    name: nameOf(tables, person, viewer, open),
    scope: scope as readonly Scope[],
    until,
  }));
  return { ...shown, representatives };
};

/** Which parties there are is public; who represents them is not. */
export function partiesShown(tables: CommunityTables, viewer: Viewer, open: Open, filter: Paging & { readonly kind?: string; readonly standing?: string }): Page<PartyShown> {
  const { kind, standing, ...paging } = filter;
  const where = { ...(kind === undefined ? {} : { kind }), ...(standing === undefined ? {} : { standing }) };
  return eachShown(tables.party.list({ ...paging, ...(Object.keys(where).length > 0 ? { where } : {}) }), showParty(tables, viewer, open));
}

export function partyShown(tables: CommunityTables, viewer: Viewer, open: Open, party: string): PartyShown | undefined {
  const row = tables.party.get(party);
  return row && showParty(tables, viewer, open)(row);
}

const showInvitation = ({ key: invitation, purpose, party, issuedBy, issuedAt, expiresAt }: Row<'invitation'>): InvitationShown => ({
  invitation, purpose: purpose as Purpose, party, issuedBy, issuedAt, expiresAt,
});

/** Open invitations: all of them for officers, for everybody else the own ones. */
export function invitationsShown(tables: CommunityTables, viewer: Viewer, paging: Paging): Page<InvitationShown> {
  if (maySee(viewer, [{ role: 'steward' }, { role: 'guardian' }])) return eachShown(tables.invitation.list(paging), showInvitation);
  if (viewer.person === undefined) return { rows: [] };
  return eachShown(tables.invitation.list({ ...paging, where: { issuedBy: viewer.person } }), showInvitation);
}

/** Everything done by the person or in the person's name, newest first. */
export function actsOf(tables: ActsTables, person: string, paging: Omit<Paging, 'order'>): Page<ActShown> {
  return eachShown(tables.act.list({ ...paging, where: { person }, order: 'newest' }), ({ since, what, stream, at, actor, onBehalfOf }) => ({
    position: since, what, stream, at, by: actor, onBehalfOf,
  }));
}
