// Blobs in a local directory, which several replicas may share: `<xx>/<hash>`, published whole.
import { createHash, randomBytes, type Hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { link, mkdir, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { systemClock } from '../kernel/index.ts';
import { BlobTooLarge, type Blobs, type StoredBlob } from './blobs.ts';

const HASH = /^[0-9a-f]{64}$/;
const INCOMING = 'incoming';
const ABANDONED_AFTER = 24 * 3_600_000;

/** The stored bytes are not those that were filed under this hash. */
export class BlobDamaged extends Error {
  constructor(file: string) {
    super(`${file}: the content does not have the hash it is filed under; restore it from a backup`);
    this.name = 'BlobDamaged';
  }
}

/** Makes the directory when missing, and removes uploads that were abandoned more than a day ago. */
export async function openBlobsDirectory(directory: string): Promise<Blobs> {
  const incoming = join(directory, INCOMING);
  mkdirSync(incoming, { recursive: true, mode: 0o700 });
  const now = systemClock.now();
  for (const name of await readdir(incoming)) {
    const file = join(incoming, name);
    const found = await stat(file).catch(() => undefined);
    if (found && now - found.mtimeMs > ABANDONED_AFTER) await unlink(file).catch(() => undefined);
  }
  return new BlobsDirectory(directory);
}

class BlobsDirectory implements Blobs {
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  async put(content: Readable, limit: number): Promise<StoredBlob> {
    const incoming = join(this.directory, INCOMING, randomBytes(16).toString('hex'));
    const file = await open(incoming, 'wx', 0o600);
    try {
      const stored = await receive(content, file, limit);
      await this.publish(incoming, stored.hash);
      return stored;
    } finally {
      content.destroy();
      await file.close();
      await unlink(incoming);
    }
  }

  async get(hash: string): Promise<{ size: number; content: Readable } | undefined> {
    if (!HASH.test(hash)) return undefined;
    const path = this.pathOf(hash);
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const { size } = await file.stat();
    const source = file.createReadStream();
    const content = verified(hash, path);
    source.on('error', (error) => content.destroy(error));
    content.on('close', () => source.destroy());
    return { size, content: source.pipe(content) };
  }

  private pathOf(hash: string): string {
    return join(this.directory, hash.slice(0, 2), hash);
  }

  /** Links, never renames: content that is there stays the file it is. */
  private async publish(incoming: string, hash: string): Promise<void> {
    const path = this.pathOf(hash);
    const directory = join(this.directory, hash.slice(0, 2));
    await mkdir(directory, { recursive: true, mode: 0o700 });
    try {
      await link(incoming, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    for (const entry of [directory, this.directory]) await syncDirectory(entry);
  }
}

async function receive(content: Readable, file: FileHandle, limit: number): Promise<StoredBlob> {
  const hash: Hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content as AsyncIterable<Uint8Array | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > limit) throw new BlobTooLarge(limit);
    hash.update(bytes);
    await file.writeFile(bytes);
  }
  await file.sync();
  return { hash: hash.digest('hex'), size };
}

/** Hands on what it reads, the end of it only when all of it has the hash: nobody gets the whole of something else. */
function verified(hash: string, path: string): Transform {
  const actual = createHash('sha256');
  let last: Uint8Array | undefined;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      actual.update(chunk);
      const before = last;
      last = chunk;
      done(null, before);
    },
    flush(done) {
      if (actual.digest('hex') === hash) done(null, last);
      else done(new BlobDamaged(path));
    },
  });
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
