// The chain hash: each row's hash covers the row and the hash before it, so that a position with its hash names one history.
import { hash } from 'node:crypto';
import { LogFileRejected } from '../errors.ts';

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

export interface StoredRow extends ChainedRow {
  readonly chain: Uint8Array;
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

/** Rows that follow on `previous`, the chain hash at position `after`. Gives the last row's chain. @throws LogFileRejected */
export function assertChained(file: string, previous: Uint8Array, after: number, rows: readonly StoredRow[]): Uint8Array {
  let chain = previous;
  let position = after;
  for (const row of rows) {
    position += 1;
    if (row.position !== position) throw new LogFileRejected(file, 'damaged', `position ${position} is missing`);
    chain = chainOf(chain, row);
    if (Buffer.compare(chain, row.chain) !== 0) {
      throw new LogFileRejected(file, 'damaged', `position ${position} does not fit its chain hash: the row or one before it was altered`);
    }
  }
  return chain;
}
