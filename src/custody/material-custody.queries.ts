// What is asked of material custody. Tables come bound to a position; rows come filtered by who asks.
import { maySee, paging, visiblePage, type PageOf, type Viewer } from '../community/index.ts';
import { add, dimensionOf, inBaseUnit, type Audience, type Quantity, type Unit } from '../kernel/index.ts';
import type { Page, Read, ReaderOf } from '../runtime/index.ts';
import { materialCustody } from './material-custody.view.ts';

type T = typeof materialCustody.tables;
export type CustodyTables = ReaderOf<T>;
export type MaterialRow = Read<T['material']['columns']>;
export type LotRow = Read<T['lot']['columns']>;
export type TransferRow = Read<T['transfer']['columns']>;
export type RequestRow = Read<T['request']['columns']>;

const parties = (...ids: readonly (string | null)[]): Audience[] => [...new Set(ids)].flatMap((party) => (party === null ? [] : { party }));

/** A lot is the matter of the community, of who owns and holds it, and of whom it is offered to while it is. */
const ofLot = ({ owner, custodian, offeredTo }: LotRow): readonly Audience[] => ['community', ...parties(owner, custodian, offeredTo)];
const ofTransfer = ({ from, owner, to }: TransferRow): readonly Audience[] => ['community', ...parties(from, owner, to)];
const ofRequest = ({ party, holder }: RequestRow): readonly Audience[] => ['community', ...parties(party, holder)];

/** The catalogue, which is public. */
export const materials = ({ material }: CustodyTables, page: PageOf = {}): Page<MaterialRow> => material.list(paging(page));

export interface LotFilter {
  readonly custodian?: string | undefined;
  readonly owner?: string | undefined;
  readonly material?: string | undefined;
}

const matches = (filter: LotFilter, row: LotRow): boolean =>
  (filter.custodian ?? row.custodian) === row.custodian &&
  (filter.owner ?? row.owner) === row.owner &&
  (filter.material ?? row.material) === row.material;

/** The narrowest of the table's lists that the filter names. */
function listOf({ custodian, owner, material }: LotFilter) {
  if (custodian !== undefined) return { where: { custodian } };
  if (owner !== undefined) return { where: { owner } };
  return material === undefined ? {} : { where: { material } };
}

/** Lots in the order of their intake. */
export function lots({ lot }: CustodyTables, viewer: Viewer, filter: PageOf & LotFilter = {}): Page<LotRow> {
  return visiblePage(viewer, ofLot, (later) => {
    const page = lot.list({ ...listOf(filter), ...paging(filter, later) });
    return { ...page, rows: page.rows.filter((row) => matches(filter, row)) };
  });
}

export function lotById({ lot }: CustodyTables, viewer: Viewer, id: string): LotRow | undefined {
  const row = lot.get(id);
  return row && maySee(viewer, ofLot(row)) ? row : undefined;
}

export const TRANSFER_STATES = ['offered', 'accepted', 'declined', 'withdrawn', 'lapsed'] as const;
export type TransferState = (typeof TRANSFER_STATES)[number];

export interface TransferFilter {
  readonly lot?: string | undefined;
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  /** Goes with `to` or `from`; default `offered`. */
  readonly state?: TransferState | undefined;
}

/** Transfers, newest first: of a lot, to a party, from a party, or all. */
export function transfers({ transfer }: CustodyTables, viewer: Viewer, { lot, to, from, state, ...page }: PageOf & TransferFilter = {}): Page<TransferRow> {
  const at = state ?? 'offered';
  const list =
    lot !== undefined ? { where: { lot } } : to !== undefined ? { where: { to, state: at } } : from !== undefined ? { where: { from, state: at } } : {};
  return visiblePage(viewer, ofTransfer, (later) => {
    const { rows, ...rest } = transfer.list({ ...list, order: 'newest', ...paging(page, later) });
    const wanted = rows.filter((row) => (to ?? row.to) === row.to && (from ?? row.from) === row.from && (state ?? row.state) === row.state);
    return { ...rest, rows: wanted };
  });
}

export function transferById({ transfer }: CustodyTables, viewer: Viewer, id: string): TransferRow | undefined {
  const row = transfer.get(id);
  return row && maySee(viewer, ofTransfer(row)) ? row : undefined;
}

export const REQUEST_STATES = ['open', 'offered', 'met', 'declined', 'withdrawn', 'lapsed'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

export interface RequestFilter {
  readonly party?: string | undefined;
  readonly lot?: string | undefined;
  readonly holder?: string | undefined;
  /** Goes with `holder`; default `open`. */
  readonly state?: RequestState | undefined;
}

/** Requests, newest first: by a party, for a lot, to a holder, or all. */
export function requests({ request }: CustodyTables, viewer: Viewer, { party, lot, holder, state, ...page }: PageOf & RequestFilter = {}): Page<RequestRow> {
  const list =
    party !== undefined
      ? { where: { party } }
      : lot !== undefined
        ? { where: { lot } }
        : holder !== undefined
          ? { where: { holder, state: state ?? 'open' } }
          : {};
  return visiblePage(viewer, ofRequest, (later) => {
    const { rows, ...rest } = request.list({ ...list, order: 'newest', ...paging(page, later) });
    const wanted = rows.filter((row) => (lot ?? row.lot) === row.lot && (holder ?? row.holder) === row.holder && (state ?? row.state) === row.state);
    return { ...rest, rows: wanted };
  });
}

export function requestById({ request }: CustodyTables, viewer: Viewer, id: string): RequestRow | undefined {
  const row = request.get(id);
  return row && maySee(viewer, ofRequest(row)) ? row : undefined;
}

export interface Balance {
  readonly material: string;
  /** Exact sum, in the dimension's base unit. */
  readonly quantity: Quantity;
  readonly lots: number;
}

export interface Balances {
  /** By material, in kilograms. */
  readonly balanced: readonly Balance[];
  /** Lots whose quantity is no mass, by material and dimension: listed, never converted by assumption. */
  readonly unbalanced: readonly Balance[];
}

/** Lots summed between two steps: about a millisecond. */
const STEP = 250;

/**
 * What a holder or owner has, or the whole stock, as far as the viewer may see it. Reads every lot it sums, in steps between which
 * others may have their turn: the past that is read stays as it is.
 */
export function* summing({ lot }: CustodyTables, viewer: Viewer, filter: LotFilter = {}): Generator<void, Balances> {
  const sums = new Map<string, Balance>();
  let read = 0;
  for (const row of lot.scan(listOf(filter).where)) {
    read += 1;
    if (read % STEP === 0) yield;
    if (!matches(filter, row) || !maySee(viewer, ofLot(row))) continue;
    const quantity = inBaseUnit({ amount: row.amount, unit: row.unit as Unit });
    const key = `${row.material}/${quantity.unit}`;
    const before = sums.get(key);
    sums.set(key, { material: row.material, quantity: before ? add(before.quantity, quantity) : quantity, lots: (before?.lots ?? 0) + 1 });
  }
  const all = [...sums.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  const isMass = ({ quantity }: Balance): boolean => dimensionOf(quantity.unit) === 'mass';
  return { balanced: all.filter(isMass), unbalanced: all.filter((sum) => !isMass(sum)) };
}

/** `summing`, in one go. */
export function balances(...of: Parameters<typeof summing>): Balances {
  const steps = summing(...of);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Up to `limit` offers open to the party, newest first. */
export const offersTo = ({ transfer }: CustodyTables, party: string, limit: number): readonly TransferRow[] =>
  transfer.list({ where: { to: party, state: 'offered' }, order: 'newest', limit }).rows;

/** Up to `limit` requests that wait for the party's answer, newest first. */
export const requestsTo = ({ request }: CustodyTables, party: string, limit: number): readonly RequestRow[] =>
  request.list({ where: { holder: party, state: 'open' }, order: 'newest', limit }).rows;
