// Checks a whole log file: every row's chain hash, the revisions of every stream, and that every lookup leads to its row.
import { setImmediate as tick } from 'node:timers/promises';
import { LogFileRejected } from '../errors.ts';
import { assertChained, genesisOf } from './chain.ts';
import { asRejection, openChecked } from './file-check.ts';
import type { SqliteLogReader } from './reader.ts';

export interface Verification {
  readonly namespace: string;
  /** Last position, and the chain hash there as hexadecimal. */
  readonly position: number;
  readonly chain: string;
}

export interface VerificationProgress {
  readonly position: number;
  /** Position of the last event when the check began. */
  readonly of: number;
}

const PAGE = 500;

/**
 * Reads the whole file, also while a service writes it: up to the head seen at the start.
 * @throws LogFileRejected naming the first position that does not hold
 */
export async function verifyLog(file: string, onProgress: (progress: VerificationProgress) => void = () => {}): Promise<Verification> {
  const reader = openChecked(file);
  try {
    const { position, chain } = reader.head();
    for await (const progress of verifying(reader, position)) onProgress(progress);
    return { namespace: reader.namespace, position, chain };
  } catch (error) {
    throw asRejection(file, error);
  } finally {
    reader.close();
  }
}

/** Page by page; the event loop runs in between. */
export async function* verifying(reader: SqliteLogReader, of = reader.head().position): AsyncGenerator<VerificationProgress> {
  let chain: Uint8Array = genesisOf(reader.namespace);
  for (let position = 0; position < of; await tick()) {
    const rows = reader.readRows(position, PAGE);
    if (rows.length === 0) throw new LogFileRejected(reader.file, 'damaged', `position ${position + 1} is missing`);
    chain = assertChained(reader.file, chain, position, rows);
    for (const row of rows) {
      if (reader.isIndexed(row)) continue;
      throw new LogFileRejected(reader.file, 'damaged', `position ${row.position} is not found by its stream or its command`);
    }
    position += rows.length;
    yield { position, of };
  }
}
