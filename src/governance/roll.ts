// The roll's seal: a Merkle root (RFC 6962, section 2.1) over salted entries, so that each voter can prove the own entry and nobody
// can read the list from it.
import { createHmac, hash } from 'node:crypto';

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

/** Salt of one entry: HMAC-SHA-256 under the service's roll key, so it can be given to the voter alone. */
export const saltOf = (key: Uint8Array, proposal: string, person: string): Buffer =>
  createHmac('sha256', key).update(`${proposal}\n${person}`).digest();

/** An entry's leaf: salt ‖ PersonId. */
const leafOf = (key: Uint8Array, proposal: string, person: string): Buffer => sha256(LEAF, saltOf(key, proposal, person), Buffer.from(person));

/** Merkle tree hash of a list of leaf hashes; SHA-256 of nothing for an empty list. */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  let level = leaves;
  // Pairing neighbours and carrying an odd last one up gives the same tree as splitting at the largest power of two.
  while (level.length > 1) {
    const next: Buffer[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as Buffer, level[i + 1]];
      next.push(right ? sha256(NODE, left, right) : left);
    }
    level = next;
  }
  return level[0] as Buffer;
}

/** Seals a roll: entries in the order of PersonIds. */
export function sealOf(key: Uint8Array, proposal: string, persons: readonly string[]): { size: number; root: string } {
  const leaves = persons.toSorted().map((person) => leafOf(key, proposal, person));
  return { size: leaves.length, root: merkleRoot(leaves).toString('hex') };
}
