// What happens to a lot: events, and the fold that knows who owns it, who holds it and what is offered.
import type { PartyId } from '../community/index.ts';
import type { Because } from './grandfathering.ts';
import { describeEvents, type Audience, type Event, type Fold, type Instant, type Quantity, type Recorded } from '../kernel/index.ts';

export type LotId = string;
export type TransferId = string;
export type RequestId = string;

export const lotStream = (lot: LotId): string => `lot-${lot}`;

/** Chain-of-custody models of ISO 22095; book-and-claim is not among them: claims never travel without the material. */
export const CUSTODY_MODELS = ['identity-preserved', 'segregated', 'controlled-blending', 'mass-balance'] as const;
export type CustodyModel = (typeof CUSTODY_MODELS)[number];

/** How a quantity was found. */
export const METHODS = ['weighed', 'counted', 'estimated'] as const;
export type Method = (typeof METHODS)[number];

/** What a transfer passes: custody (responsibility) alone, or the right of ownership with it. */
export const PASSES = ['custody', 'ownership-and-custody'] as const;
export type Passes = (typeof PASSES)[number];

/** A transfer's ends, in every event of it, so that each tells by itself whom it concerns. */
interface TransferEnds {
  readonly lot: LotId;
  readonly material: string;
  readonly transfer: TransferId;
  readonly from: PartyId;
  /** Who owns the lot while it is offered. */
  readonly owner: PartyId;
  readonly to: PartyId;
  readonly passes: Passes;
  readonly request?: RequestId;
}

export type LotEvent =
  | Event<
      'LotRegistered',
      {
        readonly lot: LotId;
        readonly material: string;
        readonly quantity: Quantity;
        readonly method: Method;
        readonly instrument?: string;
        readonly ticket?: string;
        readonly owner: PartyId;
        readonly custodian: PartyId;
        readonly location: string;
        readonly provenance: string;
        readonly model: CustodyModel;
      }
    >
  | Event<'CustodyOffered', TransferEnds & { readonly expiresAt?: Instant }>
  /** `by`: a second person, who neither offered it nor takes it over. */
  | Event<'TransferConfirmed', TransferEnds & { readonly by: string }>
  /** `location`: where the lot is from now on; absent = where it was. */
  | Event<'OfferAccepted', TransferEnds & { readonly location?: string }>
  | Event<'OfferDeclined', TransferEnds>
  | Event<'OfferWithdrawn', TransferEnds>
  /** By its deadline, or because a protocol came into force that it stands against. */
  | Event<'OfferLapsed', TransferEnds & { readonly because?: Because }>;

const concerned = ({ from, owner, to }: TransferEnds): readonly Audience[] => [
  'community',
  ...[...new Set([from, owner, to])].map((party) => ({ party })),
];

export const lotEvents = describeEvents<LotEvent>({
  LotRegistered: {
    wire: 'custody.lot-registered.v1',
    visibility: ({ owner, custodian }) => ['community', ...[...new Set([owner, custodian])].map((party) => ({ party }))],
  },
  CustodyOffered: { wire: 'custody.custody-offered.v1', visibility: concerned },
  TransferConfirmed: { wire: 'custody.transfer-confirmed.v1', visibility: concerned },
  OfferAccepted: { wire: 'custody.offer-accepted.v1', visibility: concerned },
  OfferDeclined: { wire: 'custody.offer-declined.v1', visibility: concerned },
  OfferWithdrawn: { wire: 'custody.offer-withdrawn.v1', visibility: concerned },
  OfferLapsed: { wire: 'custody.offer-lapsed.v1', visibility: concerned },
});

export interface OfferEnds {
  readonly transfer: TransferId;
  readonly from: PartyId;
  readonly owner: PartyId;
  readonly to: PartyId;
  readonly passes: Passes;
  readonly request?: RequestId;
}

export interface OpenOffer extends OfferEnds {
  readonly expiresAt?: Instant;
  /** The person who offered it. */
  readonly offeredBy: string;
  /** Persons who have confirmed it. */
  readonly confirmedBy: readonly string[];
}

/** A lot on the books: exactly one owner and one custodian at every position. */
export interface HeldLot {
  readonly status: 'held';
  readonly lot: LotId;
  readonly material: string;
  readonly quantity: Quantity;
  readonly owner: PartyId;
  readonly custodian: PartyId;
  readonly offer?: OpenOffer;
  /** The last offer that lapsed because a protocol came into force. */
  readonly forbidden?: OpenOffer;
  /** Requests that an acceptance has met. */
  readonly met: readonly RequestId[];
}

export type Lot = { readonly status: 'absent' } | HeldLot;

export const lotFold: Fold<LotEvent, Lot> = {
  name: 'lot',
  initial: { status: 'absent' },
  evolve: evolveLot,
};

export function evolveLot(lot: Lot, event: Recorded<LotEvent>): Lot {
  if (event.type === 'LotRegistered') {
    const { lot: id, material, quantity, owner, custodian } = event.data;
    return { status: 'held', lot: id, material, quantity, owner, custodian, met: [] };
  }
  if (lot.status === 'absent') return lot;
  switch (event.type) {
    case 'CustodyOffered': {
      const { transfer, from, owner, to, passes, request, expiresAt } = event.data;
      const terms = { ...(request === undefined ? {} : { request }), ...(expiresAt === undefined ? {} : { expiresAt }) };
      return { ...lot, offer: { transfer, from, owner, to, passes, ...terms, offeredBy: event.actor, confirmedBy: [] } };
    }
    case 'TransferConfirmed': {
      const { offer } = lot;
      return offer ? { ...lot, offer: { ...offer, confirmedBy: [...offer.confirmedBy, event.data.by] } } : lot;
    }
    case 'OfferAccepted': {
      const { to, passes, request } = event.data;
      const { offer: _settled, ...held } = lot;
      return {
        ...held,
        custodian: to,
        owner: passes === 'ownership-and-custody' ? to : held.owner,
        met: request === undefined ? held.met : [...held.met, request],
      };
    }
    case 'OfferDeclined':
    case 'OfferWithdrawn': {
      const { offer: _settled, ...held } = lot;
      return held;
    }
    case 'OfferLapsed': {
      const { offer, ...held } = lot;
      return event.data.because && offer ? { ...held, forbidden: offer } : held;
    }
    default:
      return lot;
  }
}
