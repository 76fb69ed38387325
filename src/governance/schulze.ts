// The Schulze method: from a pairwise matrix to strongest paths and the order that they give. Pure; knows no quorum, threshold or status quo.
// Source: M. Schulze, “A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner election method”,
// Social Choice and Welfare 36 (2011), sections 2.2 and 2.3; strength of a link by winning votes.

/** `[i][j]`: voters who put i above j. */
export type Matrix = readonly (readonly number[])[];

export interface SchulzeResult {
  /** `[i][j]`: strength of the strongest path from i to j; 0 where there is none. */
  readonly paths: Matrix;
  /** Options by index, best first; those in one group are not beaten by each other nor by any of a later group. */
  readonly order: readonly (readonly number[])[];
}

/** Whether i is above j: by stronger paths. A strict partial order (ibid., section 4.1). */
export const beats = (paths: Matrix, i: number, j: number): boolean => (paths[i]?.[j] ?? 0) > (paths[j]?.[i] ?? 0);

/** Those of some options that none of them beats. */
export const unbeaten = (paths: Matrix, among: readonly number[]): number[] => among.filter((i) => !among.some((j) => beats(paths, j, i)));

/** Square matrix of whole numbers ≥ 0; its diagonal is not looked at. Takes time in the cube of the number of options. */
export function schulze(pairwise: Matrix): SchulzeResult {
  const paths = strongestPaths(pairwise);
  const order: number[][] = [];
  for (let left = pairwise.map((_, index) => index); left.length > 0; ) {
    const best = unbeaten(paths, left);
    order.push(best);
    left = left.filter((index) => !best.includes(index));
  }
  return { paths, order };
}

/** Widest paths by Floyd and Warshall's recurrence. */
function strongestPaths(pairwise: Matrix): number[][] {
  const strength = pairwise.map((row, i) => row.map((votes, j) => (i !== j && votes > (pairwise[j]?.[i] ?? 0) ? votes : 0)));
  for (const [via, onwards] of strength.entries()) {
    for (const [from, row] of strength.entries()) {
      if (from === via) continue;
      const first = row[via] ?? 0;
      if (first === 0) continue;
      for (let to = 0; to < row.length; to += 1) {
        if (to === from || to === via) continue;
        const width = Math.min(first, onwards[to] ?? 0);
        if (width > (row[to] ?? 0)) row[to] = width;
      }
    }
  }
  return strength;
}
