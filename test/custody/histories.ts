// Random histories of lots, played as commands, with a model of what must be so after each: plain arrays, and integers for quantities.
import * as fc from 'fast-check';
import { AcceptOffer, DeclineOffer, LapseOffer, OfferCustody, RegisterLot, WithdrawOffer } from '../../src/custody/lot.commands.ts';
import { DeclineRequest, RequestMaterial, WithdrawRequest } from '../../src/custody/request.commands.ts';
import { after, instantOf, Rejection, type Quantity, type Unit } from '../../src/kernel/index.ts';
import { COMMUNITY, Commons, idOf, silkStays } from './commons.ts';

export const HOLDERS = [
  { name: 'community', kind: 'community', id: COMMUNITY },
  ...['zara', 'mo'].map((name) => ({ name, kind: 'member' as const, id: idOf(name) })),
  { name: 'works', kind: 'facility', id: idOf('works') },
  { name: 'carts', kind: 'carrier', id: idOf('carts') },
  { name: 'meridian', kind: 'external', id: idOf('meridian') },
] as const;

/** Who acts for a holder. */
export const agentOf = (name: string): string => (name === 'community' ? 'kaito' : ['zara', 'mo'].includes(name) ? name : `${name}-agent`);
const agentFor = (id: string): string => agentOf(HOLDERS.find((holder) => holder.id === id)?.name ?? '');

interface ModelOffer {
  readonly transfer: string;
  readonly to: string;
  readonly passes: OfferCustody['passes'];
  readonly request?: string;
  readonly expiresAt?: string;
}

interface ModelLot {
  readonly id: string;
  readonly material: string;
  readonly amount: string;
  readonly unit: Unit;
  owner: string;
  custodian: string;
  location: string;
  offer?: ModelOffer | undefined;
  /** Ids of the requests that wait, in order. */
  asked: string[];
}

interface ModelRequest {
  readonly id: string;
  readonly lot: string;
  readonly party: string;
  holder: string;
  state: 'open' | 'offered' | 'met' | 'declined' | 'withdrawn';
}

interface ModelTransfer {
  readonly id: string;
  /** Who held the lot, who owned it, and to whom it was offered. */
  readonly ends: readonly [from: string, owner: string, to: string];
  state: 'offered' | 'accepted' | 'declined' | 'withdrawn' | 'lapsed';
}

export interface World {
  readonly lots: readonly ModelLot[];
  readonly requests: readonly ModelRequest[];
  readonly transfers: readonly ModelTransfer[];
}

/** Base unit, and how many times 10⁻¹⁵ of it are 10⁻¹² of the unit: fine enough for what is stated and for every sum. */
const SCALE: Record<Unit, readonly [base: Unit, factor: bigint]> = {
  KGM: ['KGM', 1_000n], TNE: ['KGM', 1_000_000n], GRM: ['KGM', 1n], LTR: ['LTR', 1_000n], MTQ: ['LTR', 1_000_000n], H87: ['H87', 1_000n],
};

function unitsOf(amount: string, unit: Unit): bigint {
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(12, '0')) * SCALE[unit][1];
}

function amountOf(units: bigint): string {
  const digits = units.toString().padStart(16, '0');
  return `${digits.slice(0, -15)}.${digits.slice(-15)}`.replace(/\.?0+$/, '');
}

type Part = Quantity & { readonly material: string };

/** Sums by material and base unit: masses first. */
export function totalsOf(parts: readonly Part[]): { material: string; quantity: Quantity; lots: number }[] {
  const sums = new Map<string, { units: bigint; lots: number }>();
  for (const { material, amount, unit } of parts) {
    const key = `${material}/${SCALE[unit][0]}`;
    const { units, lots } = sums.get(key) ?? { units: 0n, lots: 0 };
    sums.set(key, { units: units + unitsOf(amount, unit), lots: lots + 1 });
  }
  const found = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, { units, lots }]) => {
    const [material = '', unit] = key.split('/');
    return { material, quantity: { amount: amountOf(units), unit: unit as Unit }, lots };
  });
  const isMass = ({ quantity }: { quantity: Quantity }): boolean => quantity.unit === 'KGM';
  return [...found.filter(isMass), ...found.filter((sum) => !isMass(sum))];
}

const STATED: readonly (readonly [string, Unit, RegisterLot['method']])[] = [
  ['0.1', 'KGM', 'weighed'], ['0.2', 'KGM', 'weighed'], ['1.5', 'TNE', 'weighed'], ['0.000000001', 'GRM', 'weighed'],
  ['999999999999999.999999999', 'TNE', 'weighed'],
  ['5', 'LTR', 'estimated'], ['0.25', 'MTQ', 'estimated'], ['7', 'H87', 'counted'],
];

const which = fc.nat({ max: 5 });
const act = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take' as const), owner: which, custodian: which, quantity: fc.nat({ max: STATED.length - 1 }), silk: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('offer' as const), lot: which, to: which, whole: fc.boolean(), answers: fc.boolean(), deadline: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('accept' as const), lot: which, moves: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('decline' as const, 'withdraw' as const, 'lapse' as const), lot: which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), lot: which, party: fc.integer({ min: 3, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('refuse' as const, 'take-back' as const), request: which }) },
  { weight: 1, arbitrary: fc.constant({ do: 'enact' as const }) },
);
export type HistoryAct = typeof act extends fc.Arbitrary<infer A> ? A : never;

export class History {
  static readonly acts = fc.array(act, { minLength: 10, maxLength: 60, size: 'max' });
  readonly commons: Commons;
  /** What was so after each act that changed something. */
  readonly moments: { readonly position: number; readonly world: World }[] = [];
  readonly taken: { readonly material: string; readonly quantity: Quantity }[] = [];
  private readonly lots: ModelLot[] = [];
  private readonly requests: ModelRequest[] = [];
  private readonly transfers: ModelTransfer[] = [];

  private constructor(commons: Commons) {
    this.commons = commons;
  }

  static async play(acts: readonly HistoryAct[]): Promise<History> {
    const commons = await Commons.found();
    for (const name of ['zara', 'mo']) await commons.member(name);
    for (const { name, kind } of HOLDERS) if (kind !== 'community' && kind !== 'member') await commons.party(name, kind);
    const history = new History(commons);
    for (const holder of [0, 1, 2, 3]) await history.does({ do: 'take', owner: holder, custodian: holder, quantity: holder, silk: holder % 2 === 0 });
    for (const one of acts) {
      await history.does(one);
      const { lots, requests, transfers } = structuredClone({ lots: history.lots, requests: history.requests, transfers: history.transfers });
      history.moments.push({ position: commons.log.head().position, world: { lots, requests, transfers } });
    }
    return history;
  }

  /** What a rule refuses leaves everything as it was. */
  private async does(one: HistoryAct): Promise<void> {
    try {
      await this.attempt(one);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
    }
  }

  private async attempt(one: HistoryAct): Promise<void> {
    const { commons } = this;
    if (one.do === 'enact') return commons.enact('silk-stays', silkStays());
    if (one.do === 'take') return this.take(one);
    if ('request' in one) return this.settleRequest(one);
    const lot = this.lots[one.lot % Math.max(this.lots.length, 1)];
    if (!lot) return;
    if (one.do === 'ask') return this.ask(lot, HOLDERS[one.party]?.id ?? '');
    if (one.do === 'offer') return this.offer(lot, one);
    if (!lot.offer) return;
    const { offer } = lot;
    const body = { lot: lot.id, transfer: offer.transfer };
    if (one.do === 'accept') {
      const location = one.moves ? `with ${offer.to}` : undefined;
      await commons.does(agentFor(offer.to), AcceptOffer, location === undefined ? body : { ...body, location });
      lot.location = location ?? lot.location;
      lot.custodian = offer.to;
      if (offer.passes === 'ownership-and-custody') lot.owner = offer.to;
      lot.asked = lot.asked.filter((id) => id !== offer.request);
      for (const request of this.requests) if (lot.asked.includes(request.id)) request.holder = offer.to;
      return this.settle(lot, 'accepted', 'met');
    }
    if (one.do === 'decline') {
      await commons.does(agentFor(offer.to), DeclineOffer, body);
      return this.settle(lot, 'declined', 'open');
    }
    if (one.do === 'withdraw') {
      await commons.does(agentFor(lot.custodian), WithdrawOffer, body);
      return this.settle(lot, 'withdrawn', 'open');
    }
    if (offer.expiresAt !== undefined && Date.parse(offer.expiresAt) > commons.clock.now()) commons.clock.advanceTo(offer.expiresAt);
    await commons.does('system', LapseOffer, body);
    this.settle(lot, 'lapsed', 'open');
  }

  private async take({ owner, custodian, quantity, silk }: Extract<HistoryAct, { do: 'take' }>): Promise<void> {
    const [amount, unit, method] = STATED[quantity] as (typeof STATED)[number];
    const [of, by] = [HOLDERS[owner]?.id ?? '', HOLDERS[custodian]?.id ?? ''];
    const material = silk ? 'biosilk' : 'pet-flakes';
    const id = await this.commons.lot({ owner: of, custodian: by, material, quantity: { amount, unit }, method });
    this.lots.push({ id, material, amount, unit, owner: of, custodian: by, location: 'Common store', asked: [] });
    this.taken.push({ material, quantity: { amount, unit } });
  }

  private async offer(lot: ModelLot, { to, whole, answers, deadline }: Extract<HistoryAct, { do: 'offer' }>): Promise<void> {
    const { commons } = this;
    const passes = whole ? 'ownership-and-custody' : 'custody';
    const answered = answers ? this.requests.find(({ id }) => lot.asked.includes(id)) : undefined;
    const receiver = answered?.party ?? HOLDERS[to]?.id ?? '';
    const terms = {
      ...(answered ? { request: answered.id } : {}),
      ...(deadline ? { expiresAt: after(instantOf(commons.clock.now()), { hours: 1 }) } : {}),
    };
    const transfer = await commons.makes(agentFor(lot.custodian), OfferCustody, { lot: lot.id, to: receiver, passes, ...terms });
    lot.offer = { transfer, to: receiver, passes, ...terms };
    this.transfers.push({ id: transfer, ends: [lot.custodian, lot.owner, receiver], state: 'offered' });
    if (answered) answered.state = 'offered';
  }

  private settle(lot: ModelLot, state: ModelTransfer['state'], request: 'met' | 'open'): void {
    const { offer } = lot;
    if (!offer) return;
    const settled = this.transfers.find(({ id }) => id === offer.transfer);
    if (settled) settled.state = state;
    const answered = this.requests.find(({ id }) => id === offer.request);
    if (answered) answered.state = request;
    lot.offer = undefined;
  }

  private async ask(lot: ModelLot, party: string): Promise<void> {
    const id = await this.commons.makes(agentFor(party), RequestMaterial, { party, lot: lot.id, purpose: 'Samples' });
    this.requests.push({ id, lot: lot.id, party, holder: lot.custodian, state: 'open' });
    lot.asked.push(id);
  }

  private async settleRequest({ do: how, request: n }: Extract<HistoryAct, { do: 'refuse' | 'take-back' }>): Promise<void> {
    const request = this.requests[n % Math.max(this.requests.length, 1)];
    const lot = this.lots.find(({ id }) => id === request?.lot);
    if (!request || !lot) return;
    if (how === 'refuse') await this.commons.does(agentFor(lot.custodian), DeclineRequest, { request: request.id });
    else await this.commons.does(agentFor(request.party), WithdrawRequest, { request: request.id });
    request.state = how === 'refuse' ? 'declined' : 'withdrawn';
    lot.asked = lot.asked.filter((id) => id !== request.id);
  }
}
