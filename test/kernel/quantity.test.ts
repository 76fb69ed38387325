import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { add, compare, convert, quantity, subtract, UNITS, dimensionOf, type Unit } from '../../src/kernel/index.ts';

const amounts = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.bigInt({ min: 0n, max: 10n ** 9n - 1n }))
  .map(([whole, fraction]) => `${whole}.${fraction.toString().padStart(9, '0')}`);
const masses = fc.tuple(amounts, fc.constantFrom<Unit>('KGM', 'TNE', 'GRM')).map(([a, u]) => quantity(a, u));

describe('a quantity', () => {
  test('is written in one way only', () => {
    expect(quantity('12.50', 'KGM')).toEqual({ amount: '12.5', unit: 'KGM' });
  });

  test.each(['', '-1', '1e3', '01', '.5', '1.', '1,5', '1.0000000001', 'NaN', '1000000000000000'])('is refused as %p', (amount) => {
    expect(() => quantity(amount, 'KGM')).toThrow(expect.objectContaining({ name: 'InvalidQuantity' }));
  });

  test('of another unit code is refused', () => {
    expect(() => quantity('1', 'LBR')).toThrow(expect.objectContaining({ name: 'InvalidQuantity' }));
    expect(() => quantity('1', 'toString')).toThrow(expect.objectContaining({ name: 'InvalidQuantity' }));
  });

  test('converts exactly, there and back', () => {
    fc.assert(
      fc.property(masses, fc.constantFrom<Unit>('KGM', 'TNE', 'GRM'), (q, unit) => {
        expect(convert(convert(q, unit), q.unit)).toEqual(q);
      }),
    );
  });

  test('keeps what is added and taken away, whatever the units', () => {
    fc.assert(
      fc.property(masses, masses, (a, b) => {
        expect(subtract(add(a, b), b)).toEqual(a);
        expect(compare(add(a, b), add(b, a))).toBe(0);
      }),
    );
  });

  test('of another dimension is never mixed in', () => {
    for (const a of UNITS) {
      for (const b of UNITS) {
        const mix = () => add(quantity('1', a), quantity('1', b));
        if (dimensionOf(a) === dimensionOf(b)) expect(mix).not.toThrow();
        else expect(mix).toThrow(expect.objectContaining({ name: 'UnitsDoNotAgree' }));
      }
    }
  });
});
