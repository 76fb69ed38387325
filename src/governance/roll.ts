// The roll: who is on it by the log, and its seal, a Merkle root (RFC 6962, section 2.1) over salted entries, so that each voter can prove the own entry and nobody
// can read the list from it.
import { createHmac, hash } from 'node:crypto';
import { standsOnRoll, type Admission, type MembershipEvent } from '../community/index.ts';
import type { WholeLog } from '../runtime/index.ts';
import type { PresentProposal } from './proposal.ts';

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

/** Salt of one entry: HMAC-SHA-256 under the service's roll key, so it can be given to the voter alone. `vote` is a `voteKey`. */
export const saltOf = (key: Uint8Array, vote: string, person: string): Buffer =>
  createHmac('sha256', key).update(`${vote}\n${person}`).digest();

/** An entry's leaf: salt ‖ PersonId. */
const leafOf = (key: Uint8Array, vote: string, person: string): Buffer => sha256(LEAF, saltOf(key, vote, person), Buffer.from(person));

/** Merkle tree hash of a list of leaf hashes; SHA-256 of nothing for an empty list. */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  let level = leaves;
  while (level.length > 1) level = paired(level);
  return level[0] as Buffer;
}

/** The next level: pairing neighbours and carrying an odd last one up gives the same tree as splitting at the largest power of two. */
function paired(level: readonly Buffer[]): Buffer[] {
  const next: Buffer[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i] as Buffer, level[i + 1]];
    next.push(right ? sha256(NODE, left, right) : left);
  }
  return next;
}

/** Persons on the roll of a freeze, by the admissions on record at its own position. */
export function rollAt({ at, membershipBeforeFreeze }: NonNullable<PresentProposal['frozen']>, log: WholeLog): string[] {
  const admissions = new Map<string, Admission>();
  for (const { type, data, position, time } of log.events<MembershipEvent>(['MemberAdmitted'], 0, at.position)) {
    if (type === 'MemberAdmitted') admissions.set(data.person, { position, time, as: data.as });
  }
  return [...admissions].flatMap(([person, admission]) => (standsOnRoll(admission, at, membershipBeforeFreeze) ? [person] : []));
}

/** Entries in the order of PersonIds. */
const leavesOf = (key: Uint8Array, vote: string, persons: readonly string[]): Buffer[] => persons.toSorted().map((person) => leafOf(key, vote, person));

/** Seals a roll. */
export function sealOf(key: Uint8Array, vote: string, persons: readonly string[]): { size: number; root: string } {
  const leaves = leavesOf(key, vote, persons);
  return { size: leaves.length, root: merkleRoot(leaves).toString('hex') };
}

/** Proof that a person is on a sealed roll, for that person alone. Hashes and salt are hexadecimal. */
export interface RollEntry {
  readonly person: string;
  readonly salt: string;
  /** Place of the entry on the roll, from 0. */
  readonly index: number;
  readonly size: number;
  /** Siblings from the entry upwards (RFC 6962, section 2.1.1). */
  readonly path: readonly string[];
  readonly root: string;
}

/** undefined for who is not on the roll. */
export function entryOf(key: Uint8Array, vote: string, persons: readonly string[], person: string): RollEntry | undefined {
  const index = persons.toSorted().indexOf(person);
  if (index === -1) return undefined;
  const path: string[] = [];
  let level: readonly Buffer[] = leavesOf(key, vote, persons);
  const size = level.length;
  for (let at = index; level.length > 1; at >>= 1) {
    const sibling = level[at ^ 1];
    if (sibling) path.push(sibling.toString('hex'));
    level = paired(level);
  }
  return { person, salt: saltOf(key, vote, person).toString('hex'), index, size, path, root: (level[0] as Buffer).toString('hex') };
}

/** The root that an entry leads to (RFC 9162, section 2.1.3.2); undefined where the path is not one of such a roll. */
export function rootOf({ person, salt, index, size, path }: Omit<RollEntry, 'root'>): string | undefined {
  let hash = sha256(LEAF, Buffer.from(salt, 'hex'), Buffer.from(person));
  let [at, last] = [index, size - 1];
  if (at > last) return undefined;
  for (const text of path) {
    const sibling = Buffer.from(text, 'hex');
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      hash = sha256(NODE, sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1];
    } else hash = sha256(NODE, hash, sibling);
    [at, last] = [at >> 1, last >> 1];
  }
  return last === 0 ? hash.toString('hex') : undefined;
}
