// A party: whoever can hold material besides the community and its members, and who may act for it.
import { describeEvents, type Event, type Fold, type Instant, type Recorded } from '../kernel/index.ts';
import type { PersonId } from './person.ts';

export type PartyId = string;

export const partyStream = (party: PartyId): string => `party-${party}`;

/** A facility is the community's own; carriers and external parties are outside of it. */
export const PARTY_KINDS = ['external', 'facility', 'carrier'] as const;
export type PartyKind = (typeof PARTY_KINDS)[number];

/** What a representative may do for the party: ask for materials; offer, take over and decline lots. */
export const SCOPES = ['requests', 'transfers'] as const;
export type Scope = (typeof SCOPES)[number];

export type PartyEvent =
  /** `proposal`: where it was registered by a vote, and by no steward. */
  | Event<'PartyRegistered', { readonly party: PartyId; readonly kind: PartyKind; readonly name: string; readonly proposal?: string }>
  | Event<'PartyAllied', { readonly party: PartyId; readonly proposal: string }>
  /** What it holds it still holds, and may hand over; it gets nothing more. */
  | Event<'PartyExpelled', { readonly party: PartyId; readonly proposal: string }>
  | Event<
      'RepresentativeAppointed',
      {
        readonly party: PartyId;
        readonly person: PersonId;
        readonly scope: readonly Scope[];
        /** The appointment ends here. */
        readonly until: Instant;
        readonly invitation: string;
      }
    >
  | Event<'RepresentativeRemoved', { readonly party: PartyId; readonly person: PersonId }>;

export const partyEvents = describeEvents<PartyEvent>({
  PartyRegistered: { wire: 'community.party-registered.v1', visibility: 'public' },
  PartyAllied: { wire: 'community.party-allied.v1', visibility: 'public' },
  PartyExpelled: { wire: 'community.party-expelled.v1', visibility: 'public' },
  RepresentativeAppointed: {
    wire: 'community.representative-appointed.v1',
    visibility: ({ party, person }) => ['community', { party }, { person }],
  },
  RepresentativeRemoved: {
    wire: 'community.representative-removed.v1',
    visibility: ({ party, person }) => ['community', { party }, { person }],
  },
});

export interface Representative {
  readonly person: PersonId;
  readonly scope: readonly Scope[];
  readonly until: Instant;
}

export type Party =
  | { readonly status: 'absent' }
  | {
      readonly status: PartyStanding;
      readonly party: PartyId;
      readonly kind: PartyKind;
      readonly name: string;
      readonly representatives: readonly Representative[];
      /** Proposals whose decisions about the party have been carried out. */
      readonly carriedOut: readonly string[];
    };

export const PARTY_STANDINGS = ['registered', 'allied', 'expelled'] as const;
export type PartyStanding = (typeof PARTY_STANDINGS)[number];

export type KnownParty = Exclude<Party, { status: 'absent' }>;

/** On the books at all, expelled or not. */
export const isKnown = (state: Party): state is KnownParty => state.status !== 'absent';

/** Registered, and not expelled since. */
export const isRegistered = (state: Party): state is KnownParty => isKnown(state) && state.status !== 'expelled';

/** Whether the party is outside the community: what an `all-external` clause binds. */
export const isExternal = (state: Party): boolean => isKnown(state) && state.kind !== 'facility';

/** The person's appointment by the party, while its term lasts. */
export const appointmentOf = (state: Party, person: PersonId, now: Instant): Representative | undefined =>
  isKnown(state) ? state.representatives.find((one) => one.person === person && now < one.until) : undefined;

/** Whether the person may act for the party now, in a matter. */
export const isRepresentedBy = (state: Party, person: PersonId, now: Instant, scope: Scope): boolean =>
  appointmentOf(state, person, now)?.scope.includes(scope) ?? false;

function evolve(state: Party, event: Recorded<PartyEvent>): Party {
  if (event.type === 'PartyRegistered') {
    const { proposal, ...registered } = event.data;
    return { status: 'registered', ...registered, representatives: [], carriedOut: proposal === undefined ? [] : [proposal] };
  }
  if (state.status === 'absent') return state;
  switch (event.type) {
    case 'RepresentativeAppointed': {
      const { person, scope, until } = event.data;
      return { ...state, representatives: [...state.representatives.filter((one) => one.person !== person), { person, scope, until }] };
    }
    case 'PartyAllied':
      return { ...state, status: 'allied', carriedOut: [...state.carriedOut, event.data.proposal] };
    case 'PartyExpelled':
      return { ...state, status: 'expelled', carriedOut: [...state.carriedOut, event.data.proposal] };
    case 'RepresentativeRemoved':
      return { ...state, representatives: state.representatives.filter((one) => one.person !== event.data.person) };
    default:
      return state;
  }
}

export const party: Fold<PartyEvent, Party> = { name: 'party', initial: { status: 'absent' }, evolve };
