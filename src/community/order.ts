// An order: what a vote has decided about a person or a party, on the charter's stream first, and then carried out where it belongs.
import type { Instant } from '../kernel/index.ts';
import type { Office } from './membership.ts';
import type { PersonId } from './person.ts';

export type Order =
  /** `until`: when the term ends by itself. */
  | { readonly kind: 'grant-role'; readonly person: PersonId; readonly role: Office; readonly until?: Instant }
  | { readonly kind: 'recall-role'; readonly person: PersonId; readonly role: Office };

/** The person whose own case an order is. */
export const personIn = (order: Order): PersonId | undefined => ('person' in order ? order.person : undefined);
