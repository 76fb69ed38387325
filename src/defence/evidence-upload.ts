// Evidence on its way in: streamed to the blobs, bounded, and named by what it is.
import { PassThrough, type Readable } from 'node:stream';
import type { Blobs, StoredBlob } from '../runtime/index.ts';
import { evidenceRejections, isEvidenceType } from './evidence.ts';

/** What a disk that is full, gone or not writable says. */
const STORE_FAILED = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'EIO', 'EMFILE', 'ENFILE']);

/**
 * Stores an upload; the same content is stored once. Nothing is left behind when it fails.
 * @throws Rejection MediaTypeNotTaken, EvidenceIncomplete, EvidenceStoreUnavailable; BlobTooLarge beyond `limit` bytes
 */
export async function receiveEvidence(
  blobs: Blobs,
  { content, mediaType }: { readonly content: Readable; readonly mediaType: string },
  limit: number,
): Promise<StoredBlob> {
  if (!isEvidenceType(mediaType)) throw evidenceRejections.MediaTypeNotTaken({ mediaType });
  // The store destroys what it reads from when it has enough; destroying the request itself would cut off the answer.
  const passed = new PassThrough();
  // An upload may break off before the store reads from it.
  passed.on('error', () => {});
  let cut = false;
  const cutOff = (): void => {
    if (content.readableEnded || passed.destroyed) return;
    cut = true;
    passed.destroy(new Error('the upload ended early'));
  };
  content.once('error', cutOff).once('close', cutOff);
  content.pipe(passed);
  try {
    return await blobs.put(passed, limit);
  } catch (error) {
    if (cut) throw evidenceRejections.EvidenceIncomplete();
    if (STORE_FAILED.has((error as NodeJS.ErrnoException).code ?? '')) throw evidenceRejections.EvidenceStoreUnavailable({ retryAfter: 5 });
    throw error;
  }
}
