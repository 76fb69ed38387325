// Schulze's method held against published examples, and its laws.
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { beats, schulze, type Matrix } from '../../src/governance/index.ts';

/** Pairwise matrix of rankings without equals: `[voters, 'ACBED']`. */
function pairwiseOf(rankings: readonly (readonly [number, string])[]): number[][] {
  const names = [...(rankings[0]?.[1] ?? '')].toSorted();
  return names.map((a) => names.map((b) => rankings.reduce((sum, [voters, order]) => sum + (a !== b && order.indexOf(a) < order.indexOf(b) ? voters : 0), 0)));
}

const named = (order: readonly (readonly number[])[]): string => order.map((group) => group.map((i) => 'ABCDE'[i]).join('=')).join('>');
const withoutDiagonal = (matrix: Matrix): number[][] => matrix.map((row, i) => row.filter((_, j) => i !== j));

test('45 voters and 5 candidates: “Schulze method”, Wikipedia, example; M. Schulze, collected examples, no. 1', () => {
  const pairwise = pairwiseOf([[5, 'ACBED'], [5, 'ADECB'], [8, 'BEDAC'], [3, 'CABED'], [7, 'CAEBD'], [2, 'CBADE'], [7, 'DCEBA'], [8, 'EBADC']]);
  expect(withoutDiagonal(pairwise)).toEqual([[20, 26, 30, 22], [25, 16, 33, 18], [19, 29, 17, 24], [15, 12, 28, 14], [23, 27, 21, 31]]);
  const { paths, order } = schulze(pairwise);
  expect(withoutDiagonal(paths)).toEqual([[28, 28, 30, 24], [25, 28, 33, 24], [25, 29, 29, 24], [25, 28, 28, 24], [25, 28, 28, 31]]);
  expect(named(order)).toBe('E>A>C>B>D');
});

test('21 voters and 4 candidates: M. Schulze, Social Choice and Welfare 36 (2011), section 3.1', () => {
  const { order } = schulze(pairwiseOf([[8, 'ACDB'], [2, 'BADC'], [4, 'CDBA'], [4, 'DBAC'], [3, 'DCBA']]));
  expect(named(order)).toBe('D>A>C>B');
});

test('a circle of three, all alike, leaves them as they are: none before another', () => {
  expect(named(schulze(pairwiseOf([[1, 'ABC'], [1, 'BCA'], [1, 'CAB']])).order)).toBe('A=B=C');
});

test('nobody voted: nothing is told apart', () => {
  expect(schulze([[0, 0], [0, 0]]).order).toEqual([[0, 1]]);
  expect(schulze([]).order).toEqual([]);
});

const size = 5;
const matrix = fc.array(fc.array(fc.nat(9), { minLength: size, maxLength: size }), { minLength: size, maxLength: size });

/** Strongest path by trying all of them. */
function strongestByTrying(pairwise: Matrix, from: number, to: number, seen: readonly number[] = []): number {
  let best = 0;
  for (let next = 0; next < size; next += 1) {
    if (next === from || seen.includes(next)) continue;
    const link = (pairwise[from]?.[next] ?? 0) > (pairwise[next]?.[from] ?? 0) ? (pairwise[from]?.[next] ?? 0) : 0;
    if (link === 0) continue;
    best = Math.max(best, next === to ? link : Math.min(link, strongestByTrying(pairwise, next, to, [...seen, from])));
  }
  return best;
}

test('paths are the strongest that there are', () => {
  fc.assert(fc.property(matrix, (pairwise) => {
    const { paths } = schulze(pairwise);
    for (let i = 0; i < size; i += 1) for (let j = 0; j < size; j += 1) if (i !== j) expect(paths[i]?.[j]).toBe(strongestByTrying(pairwise, i, j));
  }), { numRuns: 200 });
});

test('to be above is transitive, and no later group is above an earlier one', () => {
  fc.assert(fc.property(matrix, (pairwise) => {
    const { paths, order } = schulze(pairwise);
    const all = [0, 1, 2, 3, 4];
    for (const i of all) for (const j of all) for (const k of all) if (beats(paths, i, j) && beats(paths, j, k)) expect(beats(paths, i, k)).toBe(true);
    const place = (i: number): number => order.findIndex((group) => group.includes(i));
    for (const i of all) for (const j of all) if (beats(paths, i, j)) expect(place(i)).toBeLessThan(place(j));
  }));
});

test('the order of the options makes no difference', () => {
  fc.assert(fc.property(matrix, fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: size }), (pairwise, mixed) => {
    const other = schulze(mixed.map((i) => mixed.map((j) => pairwise[i]?.[j] ?? 0)));
    const back = other.order.map((group) => group.map((i) => mixed[i] as number).toSorted());
    expect(back).toEqual(schulze(pairwise).order.map((group) => [...group].toSorted()));
  }));
});

test('who beats every other one in pairs comes first, alone', () => {
  fc.assert(fc.property(matrix, (pairwise) => {
    const winner = pairwise.findIndex((row, i) => row.every((votes, j) => i === j || votes > (pairwise[j]?.[i] ?? 0)));
    fc.pre(winner >= 0);
    expect(schulze(pairwise).order[0]).toEqual([winner]);
  }), { numRuns: 60 });
});
