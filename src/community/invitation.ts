// An invitation: single-use, expiring, proven by a code that only its holder and the service know.
import { createHmac, hash } from 'node:crypto';
import { describeEvents, type Event, type Fold, type Instant, type Recorded } from '../kernel/index.ts';
import type { Sealed } from '../runtime/index.ts';
import type { Scope } from './party.ts';
import type { PersonId } from './person.ts';

export const invitationStream = (invitation: string): string => `invitation-${invitation}`;

/** What the invited become. */
export type Terms =
  | { readonly purpose: 'founder' | 'member' }
  | { readonly purpose: 'representative'; readonly party: string; readonly scope: readonly Scope[]; readonly until: Instant };

export type InvitationEvent =
  | Event<'InvitationIssued', { readonly invitation: string; readonly codeHash: string; readonly expiresAt: Instant } & Terms>
  | Event<'InvitationAccepted', { readonly invitation: string; readonly person: PersonId; readonly name: Sealed } & Terms>
  | Event<'InvitationRevoked', { readonly invitation: string }>;

export const invitationEvents = describeEvents<InvitationEvent>({
  InvitationIssued: { wire: 'community.invitation-issued.v1', visibility: 'officers' },
  InvitationAccepted: {
    wire: 'community.invitation-accepted.v1',
    visibility: ({ person }) => [{ role: 'steward' }, { role: 'guardian' }, { person }],
  },
  InvitationRevoked: { wire: 'community.invitation-revoked.v1', visibility: 'officers' },
});

export type Invitation =
  | { readonly status: 'absent' }
  | { readonly status: 'open' | 'revoked'; readonly terms: Terms; readonly codeHash: string; readonly expiresAt: Instant }
  | { readonly status: 'accepted'; readonly terms: Terms; readonly person: PersonId; readonly name: Sealed };

/** The terms alone. */
export const termsOf = (terms: Terms): Terms =>
  terms.purpose === 'representative'
    ? { purpose: terms.purpose, party: terms.party, scope: terms.scope, until: terms.until }
    : { purpose: terms.purpose };

function evolve(state: Invitation, event: Recorded<InvitationEvent>): Invitation {
  switch (event.type) {
    case 'InvitationIssued': {
      const { codeHash, expiresAt } = event.data;
      return { status: 'open', terms: termsOf(event.data), codeHash, expiresAt };
    }
    case 'InvitationAccepted':
      return { status: 'accepted', terms: termsOf(event.data), person: event.data.person, name: event.data.name };
    case 'InvitationRevoked':
      return state.status === 'open' ? { ...state, status: 'revoked' } : state;
    default:
      return state;
  }
}

export const invitation: Fold<InvitationEvent, Invitation> = { name: 'invitation', initial: { status: 'absent' }, evolve };

/** Purpose of the service-wide key that codes are made with. */
export const INVITATION_KEY = 'invitation';

/** The code that proves an invitation: 43 base64url characters; it can be told again, and nobody without the key can make one. */
export const invitationCode = (key: Uint8Array, invitation: string): string =>
  createHmac('sha256', key).update(invitation).digest('base64url');

/** SHA-256 of a code, 64 hexadecimal digits: all that events keep of it. */
export const codeHash = (code: string): string => hash('sha256', code, 'hex');
