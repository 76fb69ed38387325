// Exact quantities: a decimal string with a UN/CEFACT Recommendation 20 unit. No binary floating point anywhere.
import { Decimal } from 'decimal.js';
import { defineRejections } from './rejection.ts';

/** kilogram, tonne, gram | litre, cubic metre | piece. */
export const UNITS = ['KGM', 'TNE', 'GRM', 'LTR', 'MTQ', 'H87'] as const;
export type Unit = (typeof UNITS)[number];
export type Dimension = 'mass' | 'volume' | 'count';

export interface Quantity {
  /** Plain decimal notation, no exponent, no leading zeros, no trailing fraction zeros: `12.5`. */
  readonly amount: string;
  readonly unit: Unit;
}

/** Dimension and exact factor to the dimension's base unit (KGM, LTR, H87). */
const MEASURES: Record<Unit, { dimension: Dimension; factor: string }> = {
  KGM: { dimension: 'mass', factor: '1' },
  TNE: { dimension: 'mass', factor: '1000' },
  GRM: { dimension: 'mass', factor: '0.001' },
  LTR: { dimension: 'volume', factor: '1' },
  MTQ: { dimension: 'volume', factor: '1000' },
  H87: { dimension: 'count', factor: '1' },
};

const BASE: Record<Dimension, Unit> = { mass: 'KGM', volume: 'LTR', count: 'H87' };

/** At most 15 digits before and 9 after the point: amounts of any unit convert and add up exactly. */
export const AMOUNT = /^(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?$/;

const Exact = Decimal.clone({ precision: 200, toExpNeg: -9e15, toExpPos: 9e15 });

export const quantityRejections = defineRejections({
  InvalidQuantity: [400, 'the quantity is not a plain decimal amount with a known unit', 'Quantities are decimal strings of up to 15 digits before and 9 after the point, with a UN/CEFACT unit.'],
  UnitsDoNotAgree: [422, 'quantities of different dimensions cannot be added or compared', 'Mass, volume and count are kept apart; nothing is converted between them.'],
});

/** Normalises notation: `{ amount: '12.50', unit: 'KGM' }` → `12.5 KGM`. @throws InvalidQuantity */
export function quantity(amount: string, unit: string): Quantity {
  if (!AMOUNT.test(amount) || !Object.hasOwn(MEASURES, unit)) throw quantityRejections.InvalidQuantity({ amount, unit });
  return { amount: new Exact(amount).toFixed(), unit: unit as Unit };
}

export const dimensionOf = (unit: Unit): Dimension => MEASURES[unit].dimension;

/** Exact conversion within a dimension. @throws UnitsDoNotAgree */
export function convert(from: Quantity, unit: Unit): Quantity {
  const [a, b] = [MEASURES[from.unit], MEASURES[unit]];
  if (a.dimension !== b.dimension) throw quantityRejections.UnitsDoNotAgree({ from: from.unit, to: unit });
  return { amount: new Exact(from.amount).times(a.factor).div(b.factor).toFixed(), unit };
}

/** The same quantity in its dimension's base unit: KGM, LTR or H87. */
export const inBaseUnit = (q: Quantity): Quantity => convert(q, BASE[dimensionOf(q.unit)]);

/** Exact sum, in the unit of the first. @throws UnitsDoNotAgree */
export const add = (a: Quantity, b: Quantity): Quantity => ({
  amount: new Exact(a.amount).plus(convert(b, a.unit).amount).toFixed(),
  unit: a.unit,
});

/** Exact difference a − b in the unit of a; may be negative. @throws UnitsDoNotAgree */
export const subtract = (a: Quantity, b: Quantity): Quantity => ({
  amount: new Exact(a.amount).minus(convert(b, a.unit).amount).toFixed(),
  unit: a.unit,
});

/** −1, 0 or 1. @throws UnitsDoNotAgree */
export const compare = (a: Quantity, b: Quantity): number => new Exact(a.amount).cmp(convert(b, a.unit).amount);

export const isPositive = (q: Quantity): boolean => new Exact(q.amount).isPositive() && !new Exact(q.amount).isZero();
