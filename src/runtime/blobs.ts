// Blobs (port): evidence files by content hash.
import type { Readable } from 'node:stream';

export interface StoredBlob {
  /** SHA-256, 64 hexadecimal digits. */
  readonly hash: string;
  readonly size: number;
}

export interface Blobs {
  /**
   * Stores a stream under its hash; the same content twice is stored once. Nothing is left behind when it fails.
   * @throws BlobTooLarge beyond `limit` bytes
   */
  put(content: Readable, limit: number): Promise<StoredBlob>;
  /** undefined when there is no such blob. */
  get(hash: string): Promise<{ size: number; content: Readable } | undefined>;
}

export class BlobTooLarge extends Error {
  readonly limit: number;

  constructor(limit: number) {
    super(`the file has more than ${limit} bytes`);
    this.name = 'BlobTooLarge';
    this.limit = limit;
  }
}
