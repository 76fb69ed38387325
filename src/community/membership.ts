// A person's membership, with the positions at which it changed: so that it can be asked who was a member at any point.
import { describeEvents, instantOf, msOfDuration, type Duration, type Event, type Fold, type Instant, type Recorded } from '../kernel/index.ts';
import type { PersonId } from './person.ts';

export const memberStream = (person: PersonId): string => `member-${person}`;

/**
 * member: votes · steward: admits proposals, convenes · keeper: moves material · guardian: vetoes · chronicler: tells ·
 * auditor: reads all · arbiter: settles disputes.
 */
export const ROLES = ['member', 'steward', 'keeper', 'guardian', 'chronicler', 'auditor', 'arbiter'] as const;
export type Role = (typeof ROLES)[number];

/** Roles that are granted, for a term or until another decision, and recalled. `member` comes with the membership and goes with it. */
export const OFFICES = ['steward', 'keeper', 'guardian', 'chronicler', 'auditor', 'arbiter'] as const satisfies readonly Role[];
export type Office = (typeof OFFICES)[number];

/** Roles that a steward may give at admission: more stewards need a decision of all. */
export const ROLES_AT_ADMISSION = ['member', 'keeper', 'guardian', 'chronicler', 'auditor', 'arbiter'] as const satisfies readonly Role[];

export type MembershipEvent =
  | Event<'MembershipApplied', { readonly person: PersonId; readonly invitation: string }>
  | Event<'MemberAdmitted', { readonly person: PersonId; readonly roles: readonly Role[]; readonly as: 'founder' | 'admitted' }>
  /** By the vote on a proposal. `until`: when the term ends by itself. Of a role that is held already: for a new term. */
  | Event<'RoleGranted', { readonly person: PersonId; readonly role: Office; readonly until?: Instant; readonly proposal: string }>
  | Event<'RoleRecalled', { readonly person: PersonId; readonly role: Office; readonly proposal: string }>
  /** The term was over. */
  | Event<'RoleEnded', { readonly person: PersonId; readonly role: Office; readonly until: Instant }>
  | Event<'RoleLaidDown', { readonly person: PersonId; readonly role: Office }>;

export const membershipEvents = describeEvents<MembershipEvent>({
  MembershipApplied: { wire: 'community.membership-applied.v1', visibility: ({ person }) => ['community', { person }] },
  MemberAdmitted: { wire: 'community.member-admitted.v1', visibility: ({ person }) => ['community', { person }] },
  RoleGranted: { wire: 'community.role-granted.v1', visibility: 'community' },
  RoleRecalled: { wire: 'community.role-recalled.v1', visibility: 'community' },
  RoleEnded: { wire: 'community.role-ended.v1', visibility: 'community' },
  RoleLaidDown: { wire: 'community.role-laid-down.v1', visibility: 'community' },
});

export interface Membership {
  readonly status: 'none' | 'applied' | 'member';
  /** Empty unless a member. */
  readonly roles: readonly Role[];
  /** When the terms of roles end that are held for a time. */
  readonly terms?: Readonly<Partial<Record<Office, Instant>>>;
  /** Proposals whose decisions about the person have been carried out. */
  readonly carriedOut?: readonly string[];
  readonly as?: 'founder' | 'admitted';
  /** Where in the log the admission stands, and when. */
  readonly admitted?: { readonly position: number; readonly time: number };
}

export const isMember = (state: Membership): boolean => state.status === 'member';

export const holdsRole = (state: Membership, role: Role): boolean => isMember(state) && state.roles.includes(role);

/** Whether the membership held right after the event at this position. */
export const wasMemberAt = ({ admitted }: Membership, position: number): boolean => admitted !== undefined && admitted.position <= position;

/** The facts of an admission on which the roll rests: the fold and the view know them alike. */
export interface Admission {
  readonly position: number;
  /** Log time, ms. */
  readonly time: number;
  readonly as: 'founder' | 'admitted';
}

/** A proposal's freeze as the roll sees it. */
export interface FreezePoint {
  readonly position: number;
  /** Log time, ms. */
  readonly time: number;
}

/** Admitted at or before the freeze's own position, and a member for long enough; founders need not wait. */
export const standsOnRoll = (admission: Admission, freeze: FreezePoint, wait: Duration): boolean =>
  admission.position <= freeze.position && (admission.as === 'founder' || admission.time + msOfDuration(wait) <= freeze.time);

export const isOnRoll = ({ admitted, as }: Membership, freeze: FreezePoint, wait: Duration): boolean =>
  admitted !== undefined && as !== undefined && standsOnRoll({ ...admitted, as }, freeze, wait);

/** When the membership began, for people. */
export const memberSince = ({ admitted }: Membership): string | undefined => admitted && instantOf(admitted.time);

function without(state: Membership, role: Office): Membership {
  const { [role]: _, ...terms } = state.terms ?? {};
  return { ...state, roles: state.roles.filter((one) => one !== role), terms };
}

const carriedOut = (state: Membership, proposal: string): Membership => ({ ...state, carriedOut: [...(state.carriedOut ?? []), proposal] });

function evolve(state: Membership, event: Recorded<MembershipEvent>): Membership {
  switch (event.type) {
    case 'MembershipApplied':
      return { status: 'applied', roles: [] };
    case 'MemberAdmitted': {
      const { roles, as } = event.data;
      return { status: 'member', roles, as, admitted: { position: event.position, time: event.time } };
    }
    case 'RoleGranted': {
      const { role, until, proposal } = event.data;
      const { [role]: _, ...terms } = state.terms ?? {};
      const roles = state.roles.includes(role) ? state.roles : [...state.roles, role];
      return carriedOut({ ...state, roles, terms: until === undefined ? terms : { ...terms, [role]: until } }, proposal);
    }
    case 'RoleRecalled':
      return carriedOut(without(state, event.data.role), event.data.proposal);
    case 'RoleEnded':
    case 'RoleLaidDown':
      return without(state, event.data.role);
    default:
      return state;
  }
}

export const membership: Fold<MembershipEvent, Membership> = { name: 'membership', initial: { status: 'none', roles: [] }, evolve };
