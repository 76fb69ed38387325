// The file format in which the test server's records outlive its process: per record a length, a JSON head, data, metadata.
import type { StoreRecord } from './store.ts';

const TOMBSTONE_IN_FILE = -1;

export function encodeRecord(record: StoreRecord): Buffer {
  const { data, metadata, wire: _, ...rest } = record;
  const revision = Number.isFinite(record.revision) ? record.revision : TOMBSTONE_IN_FILE;
  const head = Buffer.from(JSON.stringify({ ...rest, revision, dataBytes: data.length, metadataBytes: metadata.length }));
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(head.length);
  return Buffer.concat([prefix, head, data, metadata]);
}

interface Head extends Omit<StoreRecord, 'data' | 'metadata'> {
  readonly dataBytes: number;
  readonly metadataBytes: number;
}

/** Stops at a torn tail, which a killed server may leave. */
export function* decodeRecords(bytes: Buffer): Iterable<StoreRecord> {
  let at = 0;
  while (at + 4 <= bytes.length) {
    const headEnd = at + 4 + bytes.readUInt32LE(at);
    if (headEnd > bytes.length) return;
    const { dataBytes, metadataBytes, ...head } = JSON.parse(bytes.toString('utf8', at + 4, headEnd)) as Head;
    const end = headEnd + dataBytes + metadataBytes;
    if (end > bytes.length) return;
    yield {
      ...head,
      revision: head.revision === TOMBSTONE_IN_FILE ? Number.POSITIVE_INFINITY : head.revision,
      data: bytes.subarray(headEnd, headEnd + dataBytes),
      metadata: bytes.subarray(headEnd + dataBytes, end),
    };
    at = end;
  }
}
