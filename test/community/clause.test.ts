// What an untouchable clause forbids.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { evaluate, type Acquisition, type Binding, type Untouchable } from '../../src/community/index.ts';

const untouchable = (more: Partial<Untouchable> = {}): Untouchable => ({
  kind: 'untouchable', id: 'c1', materials: ['mycelium'], parties: 'all-external', exceptions: [], ...more,
});
const protocol = (name: string, ...clauses: Untouchable[]): Binding => ({ protocol: name, title: `About ${name}`, clauses });
const outsider = (more: Partial<Acquisition> = {}): Acquisition => ({ material: 'mycelium', party: 'acme', external: true, ...more });
const allowed = { allowed: true };

describe('an untouchable clause', () => {
  test('denies its materials to external parties, and says by which clause', () => {
    expect(evaluate([protocol('moss', untouchable())], outsider())).toEqual({
      allowed: false,
      denied: [{ protocol: 'moss', clause: 'c1', words: 'No external party may acquire mycelium, as owner or as custodian (“About moss”, clause c1).' }],
    });
  });

  test('leaves other materials and the community’s own alone', () => {
    expect(evaluate([protocol('moss', untouchable())], outsider({ material: 'glass' }))).toEqual(allowed);
    expect(evaluate([protocol('moss', untouchable())], outsider({ external: false }))).toEqual(allowed);
    expect(evaluate([], outsider())).toEqual(allowed);
  });

  test('covers every material and only listed parties, where it says so', () => {
    expect(evaluate([protocol('moss', untouchable({ materials: 'all' }))], outsider({ material: 'glass' })).allowed).toBe(false);
    expect(evaluate([protocol('moss', untouchable({ parties: ['acme'] }))], outsider({ external: false })).allowed).toBe(false);
    expect(evaluate([protocol('moss', untouchable({ parties: ['acme'] }))], outsider({ party: 'other' })).allowed).toBe(true);
  });

  test('an exception lifts only its own clause: another one still denies', () => {
    const carrier = untouchable({ exceptions: ['acme'] });
    expect(evaluate([protocol('moss', carrier)], outsider())).toEqual(allowed);
    expect(evaluate([protocol('moss', carrier, untouchable({ id: 'c2' }))], outsider())).toMatchObject({ denied: [{ clause: 'c2' }] });
    expect(evaluate([protocol('moss', carrier), protocol('fern', untouchable())], outsider())).toMatchObject({ denied: [{ protocol: 'fern' }] });
  });

  test('deny wins, in whatever order: more clauses never allow what fewer deny', () => {
    const names = fc.constantFrom('acme', 'other');
    const clause = fc.record({
      kind: fc.constant('untouchable' as const),
      id: fc.constantFrom('c1', 'c2'),
      materials: fc.oneof(fc.constant('all' as const), fc.subarray(['mycelium', 'glass'])),
      parties: fc.oneof(fc.constant('all-external' as const), fc.uniqueArray(names)),
      exceptions: fc.uniqueArray(names),
    });
    const protocols = fc.array(fc.array(clause, { maxLength: 3 }).map((clauses) => protocol('p', ...clauses)), { maxLength: 3 });
    const asked = fc.record({ material: fc.constantFrom('mycelium', 'glass'), party: names, external: fc.boolean() });
    fc.assert(
      fc.property(protocols, protocols, asked, (some, more, request) => {
        const few = evaluate(some, request);
        expect(evaluate([...more, ...some], request).allowed).toBe(few.allowed && evaluate(more, request).allowed);
        expect(evaluate([...some].reverse(), request).allowed).toBe(few.allowed);
      }),
    );
  });
});
