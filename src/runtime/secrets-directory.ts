// Secrets in a local directory, which several replicas may share: `service/<purpose>.key` and `person/<xx>/<person>.key`.
import { createCipheriv, createDecipheriv, createHmac, hash, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '../kernel/index.ts';
import { DRAFT, destroyKeyFile, makeKeyFile, readKeyFile } from './key-files.ts';
import type { Sealed, Secrets } from './secrets.ts';

const MARKER = 'biolithic-secrets';
const MARKER_TEXT = 'biolithic secrets 1\n';
const ID = /^[A-Za-z0-9_-]{1,128}$/;
const PREFIX = 'sealed.1.';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Keys of persons held in memory. */
const CACHED_KEYS = 10_000;
/** A held key is looked up again after this long, in ms: another replica may have destroyed it. */
const RECHECK = 1_000;
const STALE_DRAFT = 3_600_000;

/** The directory holds no secrets, and making new ones was not allowed: they would differ from those that the log rests on. */
export class SecretsMissing extends Error {
  constructor(directory: string) {
    super(`${directory} holds no secrets of this log; name the directory that does, or restore it from a backup`);
    this.name = 'SecretsMissing';
  }
}

/** A person's key is neither there nor destroyed by this program. */
export class KeyMissing extends Error {
  constructor(file: string) {
    super(`${file}: the key is missing; restore it from a backup of the secrets`);
    this.name = 'KeyMissing';
  }
}

/** A text that is no sealed text, or was altered, or was sealed for another person. */
export class SealBroken extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SealBroken';
  }
}

export interface SecretsDirectoryOptions {
  /** Make a new store where there is none. Off where replicas on several machines must share one. */
  readonly create: boolean;
  /** By which held keys grow old. */
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/** @throws SecretsMissing, and Error for a directory that holds something else */
export function openSecretsDirectory(directory: string, { create, clock = systemClock }: SecretsDirectoryOptions): Secrets {
  const marker = join(directory, MARKER);
  if (!existsSync(marker)) {
    if (!create) throw new SecretsMissing(directory);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const other = readdirSync(directory).find((name) => name !== MARKER && name !== 'service' && name !== 'person');
    if (other !== undefined) throw new Error(`${directory} holds other things (${other}); secrets need a directory of their own`);
    writeFileSync(marker, MARKER_TEXT, { mode: 0o600 });
  }
  removeStaleDrafts(directory);
  return new SecretsDirectory(directory, clock);
}

interface HeldKey {
  readonly key: Uint8Array | 'destroyed' | undefined;
  readonly checked: number;
}

class SecretsDirectory implements Secrets {
  private readonly directory: string;
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly purposes = new Map<string, Uint8Array>();
  private readonly persons = new Map<string, HeldKey>();

  constructor(directory: string, clock: Pick<Clock, 'monotonic'>) {
    this.directory = directory;
    this.clock = clock;
  }

  /** @throws Error when the person's key was destroyed: nothing more can be kept for that person. */
  seal(person: string, text: string): Sealed {
    const key = this.madeKeyOf(person);
    const header = PREFIX + person;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(header));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${header}.${sealed.toString('base64url')}`;
  }

  /** @throws Error when the person's key was destroyed */
  mark(person: string, text: string): string {
    const key = hkdfSync('sha256', this.madeKeyOf(person), '', 'mark', 32);
    return createHmac('sha256', new Uint8Array(key)).update(text).digest('base64url');
  }

  open(sealed: Sealed): string | undefined {
    const [kind, version, person = '', encoded = '', rest] = sealed.split('.');
    const bytes = Buffer.from(encoded, 'base64url');
    if (kind !== 'sealed' || version !== '1' || !ID.test(person) || rest !== undefined || bytes.length < NONCE_BYTES + TAG_BYTES) {
      throw new SealBroken('the text is not a sealed text');
    }
    const key = this.keyOf(person);
    if (key === 'destroyed') return undefined;
    if (key === undefined) throw new KeyMissing(this.fileOf(person));
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(PREFIX + person));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      throw Object.assign(new SealBroken('the sealed text was altered'), { cause });
    }
  }

  destroy(person: string): void {
    destroyKeyFile(this.fileOf(person));
    this.hold(person, 'destroyed');
  }

  key(purpose: string): Uint8Array {
    const held = this.purposes.get(purpose);
    if (held) return held;
    if (!ID.test(purpose)) throw new Error(`not a purpose of a key: ${purpose}`);
    const file = join(this.directory, 'service', `${purpose}.key`);
    let key = readKeyFile(file);
    if (key === undefined) {
      this.assertThere();
      key = makeKeyFile(file);
    }
    if (key === 'destroyed') throw new Error(`${file}: the service's key was destroyed`);
    this.purposes.set(purpose, key);
    return key;
  }

  /** A directory that was lost while the service runs must not be filled with other keys. @throws SecretsMissing */
  private assertThere(): void {
    if (!existsSync(join(this.directory, MARKER))) throw new SecretsMissing(this.directory);
  }

  private madeKeyOf(person: string): Uint8Array {
    let key = this.keyOf(person);
    if (key === undefined) {
      this.assertThere();
      key = makeKeyFile(this.fileOf(person));
      this.hold(person, key);
    }
    if (key === 'destroyed') throw new Error(`the key of person ${person} was destroyed; nothing can be kept under it`);
    return key;
  }

  private keyOf(person: string): Uint8Array | 'destroyed' | undefined {
    const held = this.persons.get(person);
    if (held && held.key !== undefined && this.clock.monotonic() - held.checked < RECHECK) return held.key;
    const key = readKeyFile(this.fileOf(person));
    if (key !== undefined) this.hold(person, key);
    return key;
  }

  private hold(person: string, key: Uint8Array | 'destroyed'): void {
    this.persons.delete(person);
    this.persons.set(person, { key, checked: this.clock.monotonic() });
    if (this.persons.size > CACHED_KEYS) for (const oldest of this.persons.keys()) return void this.persons.delete(oldest);
  }

  private fileOf(person: string): string {
    if (!ID.test(person)) throw new Error(`not a person's id: ${person}`);
    return join(this.directory, 'person', hash('sha256', person).slice(0, 2), `${person}.key`);
  }
}

function removeStaleDrafts(directory: string): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!name.split('/').at(-1)?.startsWith(DRAFT)) continue;
    const file = join(directory, name);
    const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (modified !== undefined && systemClock.now() - modified > STALE_DRAFT) unlinkSync(file);
  }
}
