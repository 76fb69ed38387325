// Evidence: files named by the hash of their content, filed once whoever brings them again.
import { isMember, type Membership } from '../community/index.ts';
import {
  accept,
  decider,
  defineRejections,
  describeEvents,
  refuse,
  type Act,
  type Decision,
  type Event,
  type Recorded,
} from '../kernel/index.ts';
import type { FileEvidence } from './evidence.commands.ts';

/** SHA-256 of the file's bytes, 64 hexadecimal digits. */
export type EvidenceHash = string;

export const evidenceStream = (hash: EvidenceHash): string => `evidence-${hash}`;

export type EvidenceEvent = Event<
  'EvidenceFiled',
  {
    readonly hash: EvidenceHash;
    /** Bytes. */
    readonly size: number;
    readonly mediaType: string;
    /** The person who filed it first. */
    readonly by: string;
  }
>;

export const evidenceEvents = describeEvents<EvidenceEvent>({
  EvidenceFiled: { wire: 'defence.evidence-filed.v1', visibility: 'community' },
});

export type Evidence = { readonly status: 'absent' } | { readonly status: 'filed' };

export const evidenceRejections = defineRejections({
  MayNotFileEvidence: [403, 'the caller is no member', 'Evidence is filed by members in good standing.'],
  EvidenceAlreadyFiled: [409, 'the file is on record already', 'A file is filed once, under the hash of its content, whoever brings it again.'],
  MediaTypeNotTaken: [415, 'evidence of this media type is not taken', 'Evidence is pictures, sound, film, documents and plain text: what can be kept and shown as it is.'],
  EvidenceEmpty: [422, 'the file is empty', 'Evidence shows something.'],
  EvidenceIncomplete: [400, 'the file ended before it was whole', 'A file is filed whole or not at all.'],
  EvidenceStoreUnavailable: [503, 'evidence cannot be stored or read now', 'Nothing is on record as filed that is not kept.'],
});

/** What can be kept and shown as it is; nothing that a browser would run. */
export const EVIDENCE_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'audio/mpeg',
  'audio/ogg',
  'video/mp4',
  'video/webm',
  'application/pdf',
  'text/plain',
] as const;

export const isEvidenceType = (mediaType: string): boolean => (EVIDENCE_TYPES as readonly string[]).includes(mediaType);

interface FilingContext extends Act {
  readonly membership: Membership;
}

export const evidence = decider<EvidenceEvent, Evidence>()({
  name: 'evidence',
  initial: { status: 'absent' },
  decide: {
    FileEvidence({ hash, size, mediaType }: FileEvidence, state: Evidence, { membership, actor }: FilingContext): Decision<EvidenceEvent> {
      if (!isMember(membership)) return refuse(evidenceRejections.MayNotFileEvidence());
      if (state.status === 'filed') return refuse(evidenceRejections.EvidenceAlreadyFiled({ hash }));
      if (size === 0) return refuse(evidenceRejections.EvidenceEmpty());
      if (!isEvidenceType(mediaType)) return refuse(evidenceRejections.MediaTypeNotTaken({ mediaType }));
      return accept({ type: 'EvidenceFiled', data: { hash, size, mediaType, by: actor } });
    },
  },
  evolve: (state: Evidence, event: Recorded<EvidenceEvent>): Evidence =>
    event.type === 'EvidenceFiled' ? { status: 'filed' } : state,
});
