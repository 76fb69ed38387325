// The chain hash: each row's hash covers the row and the hash before it, so that a position with its hash names one history.
import { hash } from 'node:crypto';

/** What the chain covers of a row; the texts are the stored JSON texts. */
export interface ChainedRow {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly commandId: string;
  readonly attempt: number;
  readonly index: number;
  readonly recordedAt: number;
  readonly time: number;
  readonly void: boolean;
  readonly data: string;
  readonly metadata: string;
}

/** Hash before the first row. */
export const genesisOf = (namespace: string): Buffer => hash('sha256', `biolithic log 1\n${namespace}`, 'buffer');

let scratch = Buffer.allocUnsafe(64 * 1024);

/** SHA-256(previous ‖ UTF-8 of the JSON array of the row's fields in the order of ChainedRow). */
export function chainOf(previous: Uint8Array, row: ChainedRow): Buffer {
  const text = JSON.stringify([
    row.position, row.stream, row.revision, row.type, row.commandId, row.attempt, row.index, row.recordedAt, row.time,
    row.void, row.data, row.metadata,
  ]);
  const longest = previous.length + text.length * 3;
  if (longest > scratch.length) scratch = Buffer.allocUnsafe(longest);
  scratch.set(previous);
  const end = previous.length + scratch.write(text, previous.length);
  return hash('sha256', scratch.subarray(0, end), 'buffer');
}
