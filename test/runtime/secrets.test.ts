// Secrets in a directory: sealed texts, keys that are made once, destroyed for good, and never silently made anew.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SimulatedClock } from '../../src/kernel/index.ts';
import { KeyFileDamaged, KeyMissing, openSecretsDirectory, SealBroken, SecretsMissing } from '../../src/runtime/index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'biolithic-secrets-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (create = true) => openSecretsDirectory(directory, { create });
const files = () => readdirSync(directory, { recursive: true, encoding: 'utf8' });
const keyFile = (person: string) => join(directory, files().find((file) => file.endsWith(`${person}.key`)) ?? '');

describe('a sealed text', () => {
  test('opens to what was sealed, whatever it says', () => {
    const secrets = open();
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const sealed = secrets.seal('zara', text);
        expect(secrets.open(sealed)).toBe(text);
        expect(sealed).toMatch(/^sealed\.1\.zara\.[A-Za-z0-9_-]+$/);
      }),
    );
  });

  test('is never the same twice, and tells nothing of its text but the length', () => {
    const secrets = open();
    expect(secrets.seal('zara', 'Zara Okafor')).not.toBe(secrets.seal('zara', 'Zara Okafor'));
    expect(secrets.seal('zara', 'Zara Okafor')).not.toContain('Okafor');
  });

  test('opens after a restart, and in another replica', () => {
    const sealed = open().seal('zara', 'Zara');
    expect(open(false).open(sealed)).toBe('Zara');
  });

  test('does not open when altered, or said to be somebody else\'s', () => {
    const secrets = open();
    secrets.seal('ines', 'Ines');
    const sealed = secrets.seal('zara', 'Zara');
    const flipped = sealed.slice(0, -3) + (sealed.at(-3) === 'A' ? 'B' : 'A') + sealed.slice(-2);
    for (const forged of [flipped, sealed.replace('zara', 'ines'), 'Zara', 'sealed.1.zara.AAAA', `${sealed}.x`]) {
      expect(() => secrets.open(forged)).toThrow(SealBroken);
    }
  });
});

test('a mark tells a person’s equal texts from others, in every replica, and says nothing across persons', () => {
  const [here, there] = [open(), open()];
  expect(here.mark('zara', 'Zara Okonkwo')).toBe(there.mark('zara', 'Zara Okonkwo'));
  expect(here.mark('zara', 'Zara Okonkwo')).toMatch(/^[\w-]{43}$/);
  expect(here.mark('zara', 'Zara Okonkw0')).not.toBe(here.mark('zara', 'Zara Okonkwo'));
  expect(here.mark('oren', 'Zara Okonkwo')).not.toBe(here.mark('zara', 'Zara Okonkwo'));
});

describe('a destroyed key', () => {
  test('opens nothing, seals nothing, stays destroyed after a restart, and leaves no bytes of itself', () => {
    const secrets = open();
    const sealed = secrets.seal('zara', 'Zara');
    const secret = readFileSync(keyFile('zara'), 'utf8').split('\n')[1] ?? '';
    secrets.destroy('zara');
    expect(secrets.open(sealed)).toBeUndefined();
    expect(open().open(sealed)).toBeUndefined();
    expect(() => open().seal('zara', 'again')).toThrow(/destroyed/);
    expect(() => open().mark('zara', 'again')).toThrow(/destroyed/);
    for (const file of files().filter((name) => statSync(join(directory, name)).isFile())) {
      expect(readFileSync(join(directory, file), 'utf8')).not.toContain(secret);
    }
  });

  test('is noticed by a replica that holds it in memory', () => {
    const clock = new SimulatedClock(0);
    const [here, there] = [openSecretsDirectory(directory, { create: true, clock }), open()];
    const sealed = here.seal('zara', 'Zara');
    there.destroy('zara');
    clock.advanceTo(2_000);
    expect(here.open(sealed)).toBeUndefined();
  });

  test('may be destroyed before it was ever used, and twice', () => {
    const secrets = open();
    secrets.destroy('zara');
    secrets.destroy('zara');
    expect(() => secrets.seal('zara', 'Zara')).toThrow(/destroyed/);
  });
});

describe('key files', () => {
  test('are for the owner alone', () => {
    open().seal('zara', 'Zara');
    expect(statSync(keyFile('zara')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'person')).mode & 0o777).toBe(0o700);
  });

  test.each([
    ['truncated', (file: string) => truncateSync(file, 20)],
    ['emptied', (file: string) => truncateSync(file, 0)],
    ['changed', (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace(/\n./, '\n_'))],
    ['something else', (file: string) => writeFileSync(file, 'hello')],
  ])('that are %s are refused by name and left as they are', (_, damage) => {
    const sealed = open().seal('zara', 'Zara');
    damage(keyFile('zara'));
    const damaged = readFileSync(keyFile('zara'));
    expect(() => open().open(sealed)).toThrow(KeyFileDamaged);
    expect(() => open().seal('zara', 'x')).toThrow(KeyFileDamaged);
    expect(readFileSync(keyFile('zara'))).toEqual(damaged);
  });

  test('that are gone are missed, not taken for destroyed', () => {
    const sealed = open().seal('zara', 'Zara');
    rmSync(keyFile('zara'));
    expect(() => open().open(sealed)).toThrow(KeyMissing);
  });

  test('of the service are made once and stay, one per purpose', () => {
    const [first, second] = [open(), open()];
    expect(second.key('roll')).toEqual(first.key('roll'));
    expect(first.key('invitation')).not.toEqual(first.key('roll'));
    expect(first.key('roll')).toHaveLength(32);
  });

  test('cannot be named so that they lie elsewhere', () => {
    for (const name of ['../x', 'a/b', '', 'a.b']) {
      expect(() => open().seal(name, 'x')).toThrow(/not a person/);
      expect(() => open().key(name)).toThrow(/not a purpose/);
    }
  });

  test('are made once by processes that race for them', async () => {
    open();
    const module = new URL('../../src/runtime/secrets-directory.ts', import.meta.url).href;
    const code = `const { openSecretsDirectory } = await import(${JSON.stringify(module)});
      const secrets = openSecretsDirectory(${JSON.stringify(directory)}, { create: false });
      const sealed = Array.from({ length: 20 }, (_, n) => secrets.seal('person-' + n, 'p' + n));
      console.log(JSON.stringify([Buffer.from(secrets.key('issuer')).toString('hex'), sealed]));`;
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])),
    );
    const results = runs.map(({ stdout }) => JSON.parse(stdout) as [string, string[]]);
    expect(new Set(results.map(([key]) => key)).size).toBe(1);
    const secrets = open();
    for (const [, sealed] of results) for (const [n, text] of sealed.entries()) expect(secrets.open(text)).toBe(`p${n}`);
    expect(files().filter((name) => name.includes('.draft-'))).toEqual([]);
  });
});

describe('the directory', () => {
  test('is not made where replicas must share one', () => {
    expect(() => open(false)).toThrow(SecretsMissing);
    expect(existsSync(join(directory, 'service'))).toBe(false);
  });

  test('is not mixed with other things', () => {
    writeFileSync(join(directory, 'letters.txt'), 'dear');
    expect(() => open()).toThrow(/other things/);
  });
});
