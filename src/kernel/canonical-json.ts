// Canonical JSON (RFC 8785), and hashes over it.
import { createHash, hash, type Hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** @throws TypeError for what JSON cannot say (NaN, infinities, functions, lone surrogates). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value has no JSON form');
  return text;
}

/** SHA-256 over the canonical form, 64 hexadecimal digits. */
export const contentHash = (value: unknown): string => hash('sha256', canonicalJson(value), 'hex');

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

interface KeyPads {
  /** SHA-256 that has taken in key ⊕ ipad. */
  readonly inner: Hash;
  /** key ⊕ opad, with room for the inner digest. */
  readonly outer: Buffer;
}

const padsOfKey = new WeakMap<Uint8Array, KeyPads>();

function padsOf(key: Uint8Array): KeyPads {
  const known = padsOfKey.get(key);
  if (known) return known;
  const short = key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key;
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c, 'latin1');
  const inner = Buffer.alloc(BLOCK_BYTES, 0x36, 'latin1');
  for (const [at, byte] of short.entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  const pads = { inner: createHash('sha256').update(inner), outer };
  padsOfKey.set(key, pads);
  return pads;
}

/**
 * HMAC-SHA-256 (RFC 2104) over the canonical form, 43 base64url characters: cannot be guessed without the key. Made of hashes that
 * took in the key before: every command needs one, and `createHmac` costs about ten times as much. A key is not to be changed in place.
 */
export function keyedHash(key: Uint8Array, value: unknown): string {
  const { inner, outer } = padsOf(key);
  inner.copy().update(canonicalJson(value)).digest().copy(outer, BLOCK_BYTES);
  return hash('sha256', outer, 'base64url');
}
