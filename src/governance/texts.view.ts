// Texts: every revision of every proposal, and every text that was ever in force under a protocol's code.
import { contentHash, instantOf } from '../kernel/index.ts';
import type { CharterEvent } from '../community/index.ts';
import { temporal, view, type RowsOf } from '../runtime/index.ts';
import { textIn, type ProposedText } from './measure.ts';
import type { ProposalEvent } from './proposal.ts';

/** How a protocol's text went out of force. */
export const ENDINGS = ['replaced', 'repealed', 'ended'] as const;
export type Ending = (typeof ENDINGS)[number];

const tables = {
  /** Revisions of proposals' texts, by `textKey`. */
  revision: temporal(
    {
      proposal: 'text',
      /** 1 is the draft. */
      revision: 'integer',
      /** Who may read it: 'community', or 'public' from the admission of this very text on. */
      shown: 'text',
      title: 'text',
      prose: 'text',
      measure: 'json',
      /** Content hash of the text, its topic included: what a freeze of this revision states. */
      textHash: 'text',
      /** `{ amendment, author }`: what it came from, where it is an amendment that was accepted. */
      amendment: 'json?',
      writtenAgainst: 'integer',
      writtenAt: 'instant',
      /** When a freeze fixed this revision last. */
      frozenAt: 'instant?',
    },
    [['proposal']],
  ),
  /** Number of the present text, by ProposalId. */
  present: temporal({ revision: 'integer' }),
  /** Texts that are or were in force, by `protocolTextKey`. */
  protocolText: temporal(
    {
      protocol: 'text',
      /** Of the texts under this code, from 1. */
      revision: 'integer',
      title: 'text',
      prose: 'text',
      clauses: 'json',
      /** When it was to end by itself. */
      until: 'instant?',
      /** Whose vote put it in force. */
      proposal: 'text',
      charterRevision: 'integer',
      /** Position and time from which it bound … */
      from: 'integer',
      enactedAt: 'instant',
      /** … and from which on it did not. */
      endedFrom: 'integer?',
      endedAt: 'instant?',
      ending: 'text?',
      /** Whose vote replaced or repealed it. */
      endedBy: 'text?',
    },
    [['protocol']],
  ),
  /** How many texts there have been, by code. */
  protocolTexts: temporal({ count: 'integer', inForce: 'boolean' }),
};

type Rows = RowsOf<typeof tables>;

export const textKey = (proposal: string, revision: number): string => `${proposal}.${revision}`;
export const protocolTextKey = (protocol: string, revision: number): string => `${protocol}.${revision}`;

interface Written extends ProposedText {
  readonly amendment?: object;
  readonly proposal: string;
  readonly writtenAgainst: number;
}

function write(rows: Rows, { proposal, writtenAgainst, amendment, ...text }: Written, time: number, shown: 'community' | 'public'): void {
  const present = rows.present.current(proposal);
  const revision = (present?.revision ?? 0) + 1;
  if (present) rows.present.change(proposal, { revision });
  else rows.present.open(proposal, { revision });
  const { title, prose, measure } = text;
  const textHash = contentHash(textIn(text));
  rows.revision.open(textKey(proposal, revision), {
    proposal, revision, shown, title, prose, measure, textHash, amendment: amendment ?? null, writtenAgainst, writtenAt: instantOf(time), frozenAt: null,
  });
}

const presentKey = (rows: Rows, proposal: string): string => textKey(proposal, rows.present.current(proposal)?.revision ?? 0);

function end(rows: Rows, protocol: string, ending: Ending, { position, time }: { readonly position: number; readonly time: number }, endedBy: string | null): void {
  const texts = rows.protocolTexts.current(protocol);
  if (!texts?.inForce) return;
  rows.protocolText.change(protocolTextKey(protocol, texts.count), { endedFrom: position, endedAt: instantOf(time), ending, endedBy });
  rows.protocolTexts.change(protocol, { inForce: false });
}

export const textsView = view<CharterEvent | ProposalEvent>()({
  name: 'texts',
  version: 3,
  tables,
  project: {
    ProposalDrafted: ({ data, time }, rows) => write(rows, data, time, 'community'),
    ProposalRevised: ({ data, time }, rows) => write(rows, data, time, data.admitted ? 'public' : 'community'),
    ProposalRebased: ({ data, time }, rows) => write(rows, data, time, 'public'),
    ProposalAdmitted: ({ data }, rows) => rows.revision.change(presentKey(rows, data.proposal), { shown: 'public' }),
    ProposalFrozen: ({ data, time }, rows) => rows.revision.change(presentKey(rows, data.proposal), { frozenAt: instantOf(time) }),

    ProtocolEnacted(event, rows) {
      const { protocol, title, prose, clauses, until = null, proposal, charterRevision } = event.data;
      end(rows, protocol, 'replaced', event, proposal);
      const texts = rows.protocolTexts.current(protocol);
      const revision = (texts?.count ?? 0) + 1;
      if (texts) rows.protocolTexts.change(protocol, { count: revision, inForce: true });
      else rows.protocolTexts.open(protocol, { count: revision, inForce: true });
      rows.protocolText.open(protocolTextKey(protocol, revision), {
        protocol, revision, title, prose, clauses, until, proposal, charterRevision, from: event.position, enactedAt: instantOf(event.time),
        endedFrom: null, endedAt: null, ending: null, endedBy: null,
      });
    },
    ProtocolRepealed: (event, rows) => end(rows, event.data.protocol, 'repealed', event, event.data.proposal),
    ProtocolEnded: (event, rows) => end(rows, event.data.protocol, 'ended', event, null),
  },
});
