// What is owed when a protocol comes into force: a list of what stands against it, and the lapse of what was offered and asked for.
import type { CharterEvent } from '../community/index.ts';
import { owes, process } from '../runtime/index.ts';
import type { LapseForbiddenOffer, LapseForbiddenRequest, ReviewEnactment } from './grandfathering.commands.ts';
import type { Because, GrandfatheringEvent } from './grandfathering.ts';
import type { LotEvent } from './lot.events.ts';
import type { RequestEvent } from './request.events.ts';

const keyOf = ({ protocol, charterRevision }: { readonly protocol: string; readonly charterRevision: number }): string => `${charterRevision} ${protocol}`;

export const reviewingEnactments = process<CharterEvent | GrandfatheringEvent>()({
  name: 'reviewing-enactments',
  version: 1,
  opens: {
    ProtocolEnacted: ({ data, position }) => {
      const { protocol, charterRevision, clauses } = data;
      if (!clauses.some(({ kind }) => kind === 'untouchable')) return undefined;
      return { key: keyOf(data), data: { protocol, charterRevision, enactedAt: position } };
    },
    Grandfathered: ({ data }) => {
      const { protocol, charterRevision, enactedAt, next } = data;
      return next === undefined ? undefined : { key: keyOf(data), data: { protocol, charterRevision, enactedAt, after: next } };
    },
  },
  discharges: { Grandfathered: ({ data }) => keyOf(data) },
  run: ({ data }) => owes<ReviewEnactment>('ReviewEnactment', data as ReviewEnactment),
});

const offered = (transfer: string): string => `offer ${transfer}`;
const asked = (request: string): string => `request ${request}`;
type Settled = { readonly data: { readonly transfer: string; readonly request?: string } };
const settled = ({ data }: Settled): string => offered(data.transfer);

/** Offers first, as a request waits while an offer answers it. */
export const lapsingForbidden = process<GrandfatheringEvent | LotEvent | RequestEvent>()({
  name: 'lapsing-forbidden',
  version: 1,
  opens: {
    Grandfathered: ({ data: { protocol, charterRevision, offers, requests } }) => {
      const because = (clauses: readonly string[]): Because => ({ protocol, charterRevision, clauses });
      return [
        ...offers.map(({ lot, transfer, clauses }) => ({ key: offered(transfer), data: { lot, transfer, because: because(clauses) } })),
        ...requests.map(({ request, clauses }) => ({ key: asked(request), data: { request, because: because(clauses) } })),
      ];
    },
  },
  discharges: {
    OfferAccepted: (event) => [settled(event), ...(event.data.request === undefined ? [] : [asked(event.data.request)])],
    OfferDeclined: settled,
    OfferWithdrawn: settled,
    OfferLapsed: settled,
    RequestDeclined: ({ data }) => asked(data.request),
    RequestWithdrawn: ({ data }) => asked(data.request),
    RequestLapsed: ({ data }) => asked(data.request),
  },
  run: ({ key, data }) =>
    key.startsWith('offer ')
      ? owes<LapseForbiddenOffer>('LapseForbiddenOffer', data as LapseForbiddenOffer)
      : owes<LapseForbiddenRequest>('LapseForbiddenRequest', data as LapseForbiddenRequest),
});
