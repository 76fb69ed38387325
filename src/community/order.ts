// An order: what a vote has decided about a person or a party, on the charter's stream first, and then carried out where it belongs.
import type { Instant } from '../kernel/index.ts';
import type { Office } from './membership.ts';
import type { PartyId, PartyKind } from './party.ts';
import type { PersonId } from './person.ts';

export type OrderOnPerson =
  /** `until`: when the term ends by itself. */
  | { readonly kind: 'grant-role'; readonly person: PersonId; readonly role: Office; readonly until?: Instant }
  | { readonly kind: 'recall-role'; readonly person: PersonId; readonly role: Office };

export type OrderOnParty =
  | { readonly kind: 'register-party'; readonly party: PartyId; readonly partyKind: PartyKind; readonly name: string }
  | { readonly kind: 'ally-party'; readonly party: PartyId }
  | { readonly kind: 'expel-party'; readonly party: PartyId };

export type Order = OrderOnPerson | OrderOnParty;
