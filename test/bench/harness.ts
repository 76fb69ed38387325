// Bench harness: contenders in turn, medians, one JSON line per figure.

/** One figure: `value` of ours, `against` the floor's or peer's in the same run, `ratio` = ours/theirs as `toReach` reads it. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly against: { readonly name: string; readonly value: number } | null;
  readonly ratio: number | null;
  /** The bound to reach, in words; absent for figures that are only stated. */
  readonly toReach?: string;
  readonly reached?: boolean;
  /** Number of rounds (or samples) that the medians are over. */
  readonly n: number;
  /** Smallest and largest value of the rounds. */
  readonly spread?: readonly [number, number];
}

export interface BenchOptions {
  /** Fewer and smaller rounds: for a look, not for a claim. */
  readonly quick: boolean;
  /** Connection string of a real EventStoreDB, where one is given. */
  readonly eventStoreDb: string | undefined;
}

export type Emit = (figure: Figure) => void;

export interface Bench {
  readonly name: string;
  run(options: BenchOptions, emit: Emit): Promise<void>;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const rounded = (value: number): number => Number(value.toPrecision(4));

/** Runs the contenders in turn, `rounds` times, with the order reversed in every other round. */
export async function interleaved<K extends string>(
  rounds: number,
  contenders: Readonly<Record<K, () => Promise<number> | number>>,
): Promise<Record<K, number[]>> {
  const names = Object.keys(contenders) as K[];
  const results = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      globalThis.gc?.();
      results[name].push(await contenders[name]());
    }
  }
  return results;
}

/** Median of the ratios pair by pair: holds when the machine's speed drifts between rounds. */
export const pairedRatio = (ours: readonly number[], theirs: readonly number[]): number =>
  median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));

export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly against: string;
  /** 'at least' for rates, 'at most' for times. */
  readonly bound?: readonly ['at least' | 'at most', number];
}

export function compared({ name, unit, ours, theirs, against, bound }: Comparison): Figure {
  const ratio = pairedRatio(ours, theirs);
  return {
    name,
    unit,
    value: rounded(median(ours)),
    against: { name: against, value: rounded(median(theirs)) },
    ratio: rounded(ratio),
    ...bounded(ratio, bound, '×'),
    n: ours.length,
    spread: [rounded(Math.min(...ours)), rounded(Math.max(...ours))],
  };
}

/** A figure without a peer, with an absolute bound or none. */
export function stated(
  name: string,
  unit: string,
  value: number,
  n: number,
  bound?: readonly ['at least' | 'at most', number],
): Figure {
  return { name, unit, value: rounded(value), against: null, ratio: null, ...bounded(value, bound, unit), n };
}

function bounded(value: number, bound: readonly ['at least' | 'at most', number] | undefined, unit: string) {
  if (!bound) return {};
  const [sense, limit] = bound;
  return { toReach: `${sense} ${limit} ${unit}`, reached: sense === 'at least' ? value >= limit : value <= limit };
}
