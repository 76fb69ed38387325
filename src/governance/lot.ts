// The lot by which arbiters are drawn: anybody who has the seed and the candidates draws the same.
import { hash } from 'node:crypto';

/**
 * SHA-256 over four lines: the root of the vote's sealed roll, the dispute's id, the position at which it was opened, and its log time in ms. The root was
 * fixed before anybody voted; who opens a dispute can choose neither position nor time of its place in the log.
 */
export const seedOf = (rollRoot: string, dispute: string, { position, time }: { readonly position: number; readonly time: number }): string =>
  hash('sha256', [rollRoot, dispute, position, time].join('\n'), 'hex');

/** Those whose SHA-256 over seed, line feed and PersonId is least, in this order; all, where there are no more. */
export function lotOf(seed: string, candidates: readonly string[], count: number): string[] {
  const numbered = candidates.map((person) => ({ person, number: hash('sha256', `${seed}\n${person}`, 'hex') }));
  return numbered.toSorted((a, b) => (a.number < b.number ? -1 : 1)).slice(0, count).map(({ person }) => person);
}
