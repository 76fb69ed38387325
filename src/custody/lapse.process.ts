// An offer with a deadline owes its own lapse.
import { owes, process } from '../runtime/index.ts';
import type { LapseOffer } from './lot.commands.ts';
import type { LotEvent } from './lot.events.ts';

export const lapsingOffers = process<LotEvent>()({
  name: 'lapsing-offers',
  version: 1,
  opens: {
    CustodyOffered: ({ data: { lot, transfer, expiresAt } }) =>
      expiresAt === undefined ? undefined : { key: transfer, due: expiresAt, data: { lot } },
  },
  discharges: {
    OfferAccepted: ({ data }) => data.transfer,
    OfferDeclined: ({ data }) => data.transfer,
    OfferWithdrawn: ({ data }) => data.transfer,
    OfferLapsed: ({ data }) => data.transfer,
  },
  run: ({ key, data }) => owes<LapseOffer>('LapseOffer', { lot: (data as { lot: string }).lot, transfer: key }),
});
