// Evidence in a directory: by content hash, whole or not at all.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BlobDamaged, BlobTooLarge, openBlobsDirectory } from '../../src/runtime/index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'biolithic-blobs-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const files = () =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(directory, name)).isFile());
const chunks = (...sizes: number[]) => sizes.map((size, n) => Buffer.alloc(size, n + 1));

describe('a file of evidence', () => {
  test('comes back as it was filed, under the hash of its content', async () => {
    const blobs = await openBlobsDirectory(directory);
    const parts = chunks(70_000, 1, 200_000);
    const stored = await blobs.put(Readable.from(parts), 1_000_000);
    expect(stored).toEqual({ hash: hash('sha256', Buffer.concat(parts)), size: 270_001 });
    const found = await blobs.get(stored.hash);
    expect(found?.size).toBe(270_001);
    expect(await buffer(found?.content ?? Readable.from([]))).toEqual(Buffer.concat(parts));
  });

  test('is stored once, also when filed many times at once', async () => {
    const blobs = await openBlobsDirectory(directory);
    const stored = await Promise.all(Array.from({ length: 10 }, () => blobs.put(Readable.from(chunks(5_000)), 5_000)));
    expect(new Set(stored.map((one) => one.hash)).size).toBe(1);
    expect(files()).toHaveLength(1);
  });

  test('may be empty', async () => {
    const blobs = await openBlobsDirectory(directory);
    const { hash: of, size } = await blobs.put(Readable.from([]), 10);
    expect(size).toBe(0);
    const found = await blobs.get(of);
    expect(await buffer(found?.content ?? Readable.from(['x']))).toHaveLength(0);
  });

  test('leaves nothing behind when it is too large or breaks off', async () => {
    const blobs = await openBlobsDirectory(directory);
    await expect(blobs.put(Readable.from(chunks(600, 600)), 1_000)).rejects.toThrow(BlobTooLarge);
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(100);
        throw new Error('connection lost');
      })(),
    );
    await expect(blobs.put(broken, 1_000)).rejects.toThrow('connection lost');
    expect(files()).toEqual([]);
  });

  test('is not found under what is no hash, or not its hash', async () => {
    const blobs = await openBlobsDirectory(directory);
    for (const name of ['', '../secrets', 'A'.repeat(64), '0'.repeat(64)]) expect(await blobs.get(name)).toBeUndefined();
  });

  test('that was altered on disk does not pass for the original', async () => {
    const blobs = await openBlobsDirectory(directory);
    const { hash: of } = await blobs.put(Readable.from(chunks(10)), 10);
    writeFileSync(join(directory, of.slice(0, 2), of), Buffer.alloc(10, 9));
    const found = await blobs.get(of);
    await expect(buffer(found?.content ?? Readable.from([]))).rejects.toThrow(BlobDamaged);
  });
});
