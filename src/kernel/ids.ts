// Ids: opaque, and derived wherever they can be, so that a resent command meets its own past.
import { hash } from 'node:crypto';

/** Actor of commands that the service owes itself (obligations). */
export const SYSTEM_ACTOR = 'system';

const HTTP_COMMANDS = '5c1f1fc7-5b0d-5b0e-9a52-3f0f2a1f7b01';
const OBLIGATIONS = '5c1f1fc7-5b0d-5b0e-9a52-3f0f2a1f7b02';
const PERSONS = '5c1f1fc7-5b0d-5b0e-9a52-3f0f2a1f7b03';

const VARIANT = '89ab';

/** UUID version 5 of a name in a namespace (RFC 9562): the same as the uuid package's, at a third of its cost. */
function v5(name: string, namespace: string): string {
  const bytes = Buffer.allocUnsafe(16 + Buffer.byteLength(name));
  if (bytes.write(namespace.replaceAll('-', ''), 0, 16, 'hex') < 16) throw new TypeError(`not a UUID: ${namespace}`);
  bytes.write(name, 16, 'utf8');
  const hex = hash('sha1', bytes);
  const variant = VARIANT[Number.parseInt(hex[16] as string, 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const SEPARATOR = '\u001f';

/** Command id of a request: v5 over actor and Idempotency-Key, so a key belongs to who sent it. */
export const commandIdOfRequest = (actor: string, idempotencyKey: string): string =>
  v5(actor + SEPARATOR + idempotencyKey, HTTP_COMMANDS);

/** Command id of an obligation, in a namespace that no request can reach. */
export const commandIdOfObligation = (process: string, key: string, openedAt: number): string =>
  v5([process, key, openedAt].join(SEPARATOR), OBLIGATIONS);

/** PersonId of an identity: v5 over issuer and subject. */
export const personIdOf = (issuer: string, subject: string): string => v5(issuer + SEPARATOR + subject, PERSONS);

/** A new entity's id, derived from the command that makes it. */
export const derivedId = (commandId: string, label = ''): string => v5(`entity${SEPARATOR}${label}`, commandId);

/** Event id: v5 over command, attempt and index. Attempt = number of void attempts of the command in the log. */
export const eventIdOf = (commandId: string, attempt: number, index: number): string =>
  v5(`event${SEPARATOR}${attempt}${SEPARATOR}${index}`, commandId);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Lower-case canonical UUID of any version. */
export const isUuid = (text: unknown): text is string => typeof text === 'string' && UUID.test(text);
