// Whose vote is carried by whom, as of a close. Pure; knows no log. Whoever looks at persons in another order finds the same.

export interface Delegating {
  /** Persons on the roll. */
  readonly roll: ReadonlySet<string>;
  readonly hasBallot: (person: string) => boolean;
  /** The delegate by the most specific delegation; undefined where there is none. */
  readonly delegateOf: (person: string) => string | undefined;
}

/**
 * How many each delegate carries: persons on the roll without a ballot whose chain of delegations comes first to the delegate's ballot. A chain
 * through somebody off the roll is broken, and one that goes round without meeting a ballot leads nowhere.
 */
export function carriedBy({ roll, hasBallot, delegateOf }: Delegating): Map<string, number> {
  const carried = new Map<string, number>();
  /** Where a chain from here ends; null: nowhere, also while it is being followed. */
  const ends = new Map<string, string | null>();
  for (const person of roll) {
    const path: string[] = [];
    let end: string | null = null;
    for (let at: string | undefined = person; at !== undefined && roll.has(at); at = delegateOf(at)) {
      if (hasBallot(at)) {
        end = at;
        break;
      }
      const known = ends.get(at);
      if (known !== undefined) {
        end = known;
        break;
      }
      ends.set(at, null);
      path.push(at);
    }
    if (end === null || path.length === 0) continue;
    for (const each of path) ends.set(each, end);
    carried.set(end, (carried.get(end) ?? 0) + path.length);
  }
  return carried;
}

/** How a chain of one person goes, and why it ends. */
export interface Chain {
  /** Delegates one after the other, at most as many as asked for. */
  readonly delegates: readonly string[];
  readonly end: 'ballot' | 'no-delegation' | 'off-roll' | 'round' | 'further';
}

/** `most`: how far it is followed. */
export function chainOf(person: string, { roll, hasBallot, delegateOf }: Omit<Delegating, 'roll'> & { readonly roll: (person: string) => boolean }, most: number): Chain {
  const delegates: string[] = [];
  const seen = new Set([person]);
  for (let at = person; ; ) {
    const next = delegateOf(at);
    if (next === undefined) return { delegates, end: 'no-delegation' };
    if (delegates.length === most) return { delegates, end: 'further' };
    if (seen.has(next)) return { delegates, end: 'round' };
    delegates.push(next);
    if (!roll(next)) return { delegates, end: 'off-roll' };
    if (hasBallot(next)) return { delegates, end: 'ballot' };
    seen.add(next);
    at = next;
  }
}
