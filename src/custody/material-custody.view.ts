// Material custody: who owns, who holds what, where; the offers on their way and the requests that wait.
import { instantOf, type Recorded } from '../kernel/index.ts';
import { temporal, view, type RowsOf } from '../runtime/index.ts';
import type { LotEvent } from './lot.events.ts';
import type { MaterialEvent } from './material.ts';
import type { RequestEvent } from './request.events.ts';

const tables = {
  material: temporal({ name: 'text', wasteCode: 'text?', productClass: 'text?' }),
  lot: temporal(
    {
      material: 'text',
      /** Exact decimal. */
      amount: 'text',
      /** UN/CEFACT Recommendation 20. */
      unit: 'text',
      method: 'text',
      instrument: 'text?',
      ticket: 'text?',
      owner: 'text',
      custodian: 'text',
      location: 'text',
      provenance: 'text',
      model: 'text',
      /** The open offer, and to whom. */
      transfer: 'text?',
      offeredTo: 'text?',
      /** Ids of requests that wait for an answer. */
      requests: 'json',
    },
    [['custodian'], ['owner'], ['material']],
  ),
  transfer: temporal(
    {
      lot: 'text',
      material: 'text',
      from: 'text',
      owner: 'text',
      to: 'text',
      passes: 'text',
      request: 'text?',
      /** offered, then accepted, declined, withdrawn or lapsed */
      state: 'text',
      offeredBy: 'text',
      offeredAt: 'instant',
      expiresAt: 'instant?',
      settledBy: 'text?',
      settledAt: 'instant?',
      /** PersonIds of second persons. */
      confirmedBy: 'json',
      /** The protocol that it lapsed by. */
      because: 'json?',
    },
    [['lot'], ['to', 'state'], ['from', 'state']],
  ),
  request: temporal(
    {
      party: 'text',
      lot: 'text',
      material: 'text',
      /** The lot's custodian, who has to answer; moves with custody while the request is open. */
      holder: 'text',
      purpose: 'text',
      /** open, offered (an offer that answers it is open), then met, declined, withdrawn or lapsed */
      state: 'text',
      transfer: 'text?',
      requestedBy: 'text',
      requestedAt: 'instant',
      /** The protocol that it lapsed by. */
      because: 'json?',
    },
    [['party'], ['lot'], ['holder', 'state']],
  ),
} as const;

type Rows = RowsOf<typeof tables>;
type Settled = Recorded<Extract<LotEvent, { type: 'OfferAccepted' | 'OfferDeclined' | 'OfferWithdrawn' | 'OfferLapsed' }>>;
type Answered = Recorded<Extract<RequestEvent, { type: 'RequestDeclined' | 'RequestWithdrawn' | 'RequestLapsed' }>>;

const waiting = (rows: Rows, lot: string): readonly string[] => (rows.lot.current(lot)?.requests ?? []) as readonly string[];

function settle(event: Settled, rows: Rows, state: 'accepted' | 'declined' | 'withdrawn' | 'lapsed'): void {
  const { transfer, request } = event.data;
  rows.transfer.change(transfer, { state, settledBy: event.actor, settledAt: instantOf(event.time) });
  if (request !== undefined) rows.request.change(request, state === 'accepted' ? { state: 'met' } : { state: 'open', transfer: null });
}

function letGo(event: Settled, rows: Rows, state: 'declined' | 'withdrawn' | 'lapsed'): void {
  settle(event, rows, state);
  rows.lot.change(event.data.lot, { transfer: null, offeredTo: null });
}

function answer(event: Answered, rows: Rows, state: 'declined' | 'withdrawn' | 'lapsed'): void {
  const { request, lot } = event.data;
  rows.request.change(request, { state });
  rows.lot.change(lot, { requests: waiting(rows, lot).filter((id) => id !== request) });
}

export const materialCustody = view<MaterialEvent | LotEvent | RequestEvent>()({
  name: 'material-custody',
  version: 3,
  tables,
  project: {
    MaterialRegistered({ data }, rows) {
      rows.material.open(data.material, { name: data.name, wasteCode: data.wasteCode ?? null, productClass: data.productClass ?? null });
    },

    LotRegistered({ data }, rows) {
      const { lot, material, quantity, method, instrument = null, ticket = null, owner, custodian, location, provenance, model } = data;
      const { amount, unit } = quantity;
      const held = { material, amount, unit, method, instrument, ticket, owner, custodian, location, provenance, model };
      rows.lot.open(lot, { ...held, transfer: null, offeredTo: null, requests: [] });
    },

    CustodyOffered({ data, actor, time }, rows) {
      const { lot, material, transfer, from, owner, to, passes, request = null, expiresAt = null } = data;
      const offered = { lot, material, from, owner, to, passes, request, state: 'offered', offeredBy: actor, expiresAt };
      rows.transfer.open(transfer, { ...offered, offeredAt: instantOf(time), settledBy: null, settledAt: null, confirmedBy: [], because: null });
      rows.lot.change(lot, { transfer, offeredTo: to });
      if (request !== null) rows.request.change(request, { state: 'offered', transfer });
    },

    TransferConfirmed({ data: { transfer, by } }, rows) {
      const before = (rows.transfer.current(transfer)?.confirmedBy ?? []) as readonly string[];
      rows.transfer.change(transfer, { confirmedBy: [...before, by] });
    },

    OfferAccepted(event, rows) {
      const { lot, to, passes, request, location } = event.data;
      settle(event, rows, 'accepted');
      const requests = waiting(rows, lot).filter((id) => id !== request);
      rows.lot.change(lot, {
        custodian: to,
        ...(passes === 'ownership-and-custody' ? { owner: to } : {}),
        ...(location === undefined ? {} : { location }),
        transfer: null,
        offeredTo: null,
        requests,
      });
      for (const id of requests) rows.request.change(id, { holder: to });
    },
    OfferDeclined: (event, rows) => letGo(event, rows, 'declined'),
    OfferWithdrawn: (event, rows) => letGo(event, rows, 'withdrawn'),
    OfferLapsed(event, rows) {
      letGo(event, rows, 'lapsed');
      const { transfer, because } = event.data;
      if (because) rows.transfer.change(transfer, { because });
    },

    MaterialRequested({ data, actor, time }, rows) {
      const { request, party, lot, material, holder, purpose } = data;
      const asked = { party, lot, material, holder, purpose, state: 'open', transfer: null, requestedBy: actor };
      rows.request.open(request, { ...asked, requestedAt: instantOf(time), because: null });
      rows.lot.change(lot, { requests: [...waiting(rows, lot), request] });
    },
    RequestDeclined: (event, rows) => answer(event, rows, 'declined'),
    RequestWithdrawn: (event, rows) => answer(event, rows, 'withdrawn'),
    RequestLapsed(event, rows) {
      answer(event, rows, 'lapsed');
      rows.request.change(event.data.request, { because: event.data.because });
    },
  },
});
