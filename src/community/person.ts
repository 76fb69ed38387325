// A person of this community: the identity behind an opaque id, how it was linked, and the tokens minted for it.
import { describeEvents, type Event, type Fold, type Instant, type Recorded } from '../kernel/index.ts';
import type { Sealed } from '../runtime/index.ts';

export type PersonId = string;

export const personStream = (person: PersonId): string => `person-${person}`;

/** Actor of what the operator of the service does; no person of the community. */
export const OPERATOR = 'operator';

/** What a person was invited as. */
export const PURPOSES = ['founder', 'member', 'representative'] as const;
export type Purpose = (typeof PURPOSES)[number];

export type PersonEvent =
  | Event<
      'PersonLinked',
      {
        readonly person: PersonId;
        readonly purpose: Purpose;
        /** Absent for the first founder, who needed none. */
        readonly invitation?: string;
        /** PartyId, for representatives. */
        readonly party?: string;
        readonly name: Sealed;
        /** The person had been linked for the same purpose before. */
        readonly again: boolean;
      }
    >
  | Event<
      'TokenMinted',
      { readonly person: PersonId; readonly tokenId: string; readonly expiresAt: Instant; /** PersonId or `OPERATOR`. */ readonly by: string }
    >;

export const personEvents = describeEvents<PersonEvent>({
  PersonLinked: { wire: 'community.person-linked.v1', visibility: ({ person }) => ['community', { person }] },
  TokenMinted: { wire: 'community.token-minted.v1', visibility: ({ person }) => [{ person }] },
});

export interface Link {
  readonly purpose: Purpose;
  readonly invitation?: string;
  readonly party?: string;
}

export interface Person {
  /** In order; empty = not linked to this community. */
  readonly links: readonly Link[];
  readonly name?: Sealed;
}

export const isLinked = (state: Person): boolean => state.links.length > 0;

export const isLinkedAs = (state: Person, purpose: Purpose): boolean => state.links.some((link) => link.purpose === purpose);

/** Parties for which the person was once invited to act: whether it may now, the party's own stream says. */
export const partiesOf = (state: Person): readonly string[] => [...new Set(state.links.flatMap(({ party }) => party ?? []))];

function evolve(state: Person, event: Recorded<PersonEvent>): Person {
  if (event.type !== 'PersonLinked') return state;
  const { purpose, invitation, party, name } = event.data;
  const link: Link = { purpose, ...(invitation === undefined ? {} : { invitation }), ...(party === undefined ? {} : { party }) };
  return { links: [...state.links, link], name };
}

export const person: Fold<PersonEvent, Person> = { name: 'person', initial: { links: [] }, evolve };
