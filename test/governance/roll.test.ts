// The seal of a roll.
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { entryOf, merkleRoot, rootOf, saltOf, sealOf, type RollEntry } from '../../src/governance/index.ts';

const sha = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962, section 2.1, word for word: split at the largest power of two smaller than n. */
function mth(leaves: readonly Buffer[]): Buffer {
  const n = leaves.length;
  if (n === 0) return sha();
  if (n === 1) return leaves[0] as Buffer;
  let k = 1;
  while (k * 2 < n) k *= 2;
  return sha(Buffer.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

describe('the Merkle root', () => {
  test('is that of RFC 6962 for any number of leaves', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 70 }), (entries) => {
        const leaves = entries.map((entry) => Buffer.from(entry));
        expect(merkleRoot(leaves)).toEqual(mth(leaves));
      }),
    );
  });

  test('meets the known answers of Certificate Transparency', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((hex) => Buffer.from(hex, 'hex'));
    const leaves = inputs.map((input) => sha(Buffer.of(0), input));
    const root = (n: number) => merkleRoot(leaves.slice(0, n)).toString('hex');
    expect(root(0)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(root(1)).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
    expect(root(2)).toBe('fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125');
    expect(root(3)).toBe('aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77');
    expect(root(8)).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
  });
});

describe('a sealed roll', () => {
  const key = Buffer.alloc(32, 7);
  const persons = ['a', 'b', 'c'];

  test('is the same in whatever order its persons are found', () => {
    fc.assert(fc.property(fc.shuffledSubarray(persons, { minLength: 3 }), (found) => expect(sealOf(key, 'p', found)).toEqual(sealOf(key, 'p', persons))));
  });

  test('changes with every person, proposal and key', () => {
    const roots = [sealOf(key, 'p', persons), sealOf(key, 'p', ['a', 'b', 'd']), sealOf(key, 'p', ['a', 'b']), sealOf(key, 'q', persons), sealOf(Buffer.alloc(32, 8), 'p', persons)];
    expect(new Set(roots.map(({ root }) => root)).size).toBe(roots.length);
    expect(sealOf(key, 'p', [])).toEqual({ size: 0, root: sha().toString('hex') });
  });

  test('can be recomputed from a voter’s own salt, which nobody without the key can guess', () => {
    const salt = createHmac('sha256', key).update('p\na').digest();
    expect(saltOf(key, 'p', 'a')).toEqual(salt);
    expect(sealOf(key, 'p', ['a']).root).toBe(sha(Buffer.of(0), salt, Buffer.from('a')).toString('hex'));
  });
});

describe('an entry on the roll', () => {
  const key = Buffer.alloc(32, 7);
  const persons = (count: number) => Array.from({ length: count }, (_, n) => `person-${String((n * 7) % count).padStart(3, '0')}`);

  test('leads to the sealed root, for everybody on it, however many they are', () => {
    for (let count = 1; count <= 40; count += 1) {
      const all = [...new Set(persons(count))];
      const { root, size } = sealOf(key, 'p', all);
      for (const person of all) {
        const entry = entryOf(key, 'p', all, person);
        expect(entry).toMatchObject({ person, size, root });
        expect(rootOf(entry as RollEntry)).toBe(root);
      }
    }
  });

  test('is nobody’s who is not on it, and proves nothing for another person, place, size or salt', () => {
    const all = persons(13);
    expect(entryOf(key, 'p', all, 'stranger')).toBeUndefined();
    const entry = entryOf(key, 'p', all, 'person-005') as RollEntry;
    const forged: Partial<RollEntry>[] = [
      { person: 'person-006' }, { index: 6 }, { index: 13 }, { size: 5 }, { size: 29 }, { salt: '0'.repeat(64) }, { path: entry.path.slice(1) }, { path: [...entry.path, '0'.repeat(64)] },
    ];
    for (const forgery of forged) expect(rootOf({ ...entry, ...forgery })).not.toBe(entry.root);
    expect(entryOf(key, 'another', all, 'person-005')?.salt).not.toBe(entry.salt);
  });
});
