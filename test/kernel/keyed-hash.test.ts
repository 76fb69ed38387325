// Keyed hashes are HMAC-SHA-256 over canonical JSON, as any other implementation makes them.
import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, keyedHash } from '../../src/kernel/index.ts';

test('a keyed hash is the HMAC of the canonical form, for keys of any length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.array(fc.jsonValue({ noUnicodeString: false })), (key, value) => {
      const text = canonicalJson(value);
      expect(keyedHash(key, value)).toBe(createHmac('sha256', key).update(text).digest('base64url'));
      expect(keyedHash(key, value)).toBe(keyedHash(new Uint8Array(key), value));
    }),
  );
});
