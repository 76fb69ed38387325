// Key files: one 256-bit key each, published whole and only once, however many processes want to make it.
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

const HEADER = 'biolithic key 1';
const DESTROYED = `${HEADER}\ndestroyed\n`;
const KEY_BYTES = 32;

/** A key file that is neither a key nor a tombstone. It is never made anew: what was sealed under it would be lost for good. */
export class KeyFileDamaged extends Error {
  readonly file: string;

  constructor(file: string, reason: string) {
    super(`${file}: ${reason}; restore it from a backup of the secrets`);
    this.name = 'KeyFileDamaged';
    this.file = file;
  }
}

const isErrno = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

const checksum = (key: string): string => createHash('sha256').update(`${HEADER}\n${key}`).digest('hex').slice(0, 16);

function textOf(key: Uint8Array): string {
  const encoded = Buffer.from(key).toString('base64url');
  return `${HEADER}\n${encoded}\n${checksum(encoded)}\n`;
}

/** The key; 'destroyed' for a tombstone; undefined where there is no file. @throws KeyFileDamaged */
export function readKeyFile(file: string): Uint8Array | 'destroyed' | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  if (text === DESTROYED) return 'destroyed';
  const [header, encoded = '', sum, rest] = text.split('\n');
  if (header !== HEADER) throw new KeyFileDamaged(file, 'this is no key file of this program');
  const key = Buffer.from(encoded, 'base64url');
  if (rest !== '' || sum !== checksum(encoded) || key.length !== KEY_BYTES) throw new KeyFileDamaged(file, 'the key file is damaged');
  return key;
}

/** Makes a random key, unless another process was first: then that one's. Durable when it returns. */
export function makeKeyFile(file: string): Uint8Array | 'destroyed' {
  const key = randomBytes(KEY_BYTES);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = writeDraft(file, textOf(key));
  try {
    // Unlike rename, link fails where the name is taken; the file appears with all its content.
    linkSync(draft, file);
    syncDirectory(dirname(file));
    return key;
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    const theirs = readKeyFile(file);
    if (theirs === undefined) throw new KeyFileDamaged(file, 'the key file vanished while it was read');
    return theirs;
  } finally {
    unlinkSync(draft);
  }
}

/** Puts a tombstone in the key's place, then overwrites the key's own bytes. */
export function destroyKeyFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = writeDraft(file, DESTROYED);
  let old: number | undefined;
  try {
    old = openSync(file, constants.O_RDWR);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  renameSync(draft, file);
  syncDirectory(dirname(file));
  if (old === undefined) return;
  try {
    writeSync(old, Buffer.alloc(textOf(new Uint8Array(KEY_BYTES)).length), 0, null, 0);
    fsyncSync(old);
  } finally {
    closeSync(old);
  }
}

/** Names of drafts begin so; one that was left behind by a crash is no key of anybody. */
export const DRAFT = '.draft-';

function writeDraft(file: string, text: string): string {
  const draft = join(dirname(file), DRAFT + randomBytes(8).toString('hex'));
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return draft;
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
