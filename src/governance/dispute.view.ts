// Disputes on votes: what is claimed, who rules on it, what they found, and what became of it.
import { eachShown } from '../community/index.ts';
import { instantOf } from '../kernel/index.ts';
import { temporal, view, type Page, type Read, type ReaderOf, type Secrets, type TableReader } from '../runtime/index.ts';
import type { DisputeEvent, Finding } from './dispute.ts';

export const DISPUTE_STATES = ['open', 'upheld', 'rejected', 'lapsed'] as const;

/** One arbiter's, with its reasons. */
export interface Opinion {
  readonly arbiter: string;
  readonly finding: Finding;
  readonly reasons: string;
  readonly at: string;
}

const tables = {
  /** By id. The reasons are sealed. */
  dispute: temporal(
    {
      proposal: 'text',
      round: 'integer',
      state: 'text',
      by: 'text',
      irregularity: 'text',
      affected: 'integer',
      remedy: 'text',
      reasons: 'text',
      openedAt: 'instant',
      until: 'instant',
      /** Of the lot: `seed`, `candidates` and, in the order drawn, `arbiters`. */
      lot: 'json?',
      opinions: 'json',
      /** What was counted once more, and whether it agrees. */
      recount: 'json?',
    },
    [['proposal']],
  ),
};

export const disputesView = view<DisputeEvent>()({
  name: 'disputes',
  version: 1,
  tables,
  project: {
    DisputeOpened({ data, time }, rows) {
      const { proposal, dispute, round, by, irregularity, affected, remedy, reasons, until } = data;
      rows.dispute.open(dispute, { proposal, round, by, irregularity, affected, remedy, reasons, until, state: 'open', openedAt: instantOf(time), lot: null, opinions: [], recount: null });
    },
    ArbitersDrawn({ data: { dispute, seed, candidates, arbiters } }, rows) {
      rows.dispute.change(dispute, { lot: { seed, candidates, arbiters } });
    },
    OpinionGiven({ data: { dispute, arbiter, finding, reasons }, time }, rows) {
      const before = (rows.dispute.current(dispute)?.opinions ?? []) as readonly Opinion[];
      rows.dispute.change(dispute, { opinions: [...before, { arbiter, finding, reasons, at: instantOf(time) }] });
    },
    DisputeRuled: ({ data: { dispute, finding } }, rows) => rows.dispute.change(dispute, { state: finding }),
    DisputeLapsed: ({ data: { dispute } }, rows) => rows.dispute.change(dispute, { state: 'lapsed' }),
    VoteRecounted: ({ data: { dispute, recounted, agrees } }, rows) => rows.dispute.change(dispute, { recount: { recounted, agrees } }),
  },
});

type Disputes = ReaderOf<typeof tables>;
type DisputeRow = Disputes['dispute'] extends TableReader<infer C> ? Read<C> : never;

/** Its reasons in the clear; null where their key was destroyed. */
export type DisputeShown = Omit<DisputeRow, 'reasons'> & { readonly reasons: string | null };

const opened = (row: DisputeRow, secrets: Pick<Secrets, 'open'>): DisputeShown => ({ ...row, reasons: secrets.open(row.reasons) ?? null });

/** On a proposal's votes, newest first. */
export function disputesOn({ dispute }: Disputes, secrets: Pick<Secrets, 'open'>, proposal: string, page: { readonly after?: string; readonly limit?: number }): Page<DisputeShown> {
  return eachShown(dispute.list({ where: { proposal }, order: 'newest', ...page }), (row) => opened(row, secrets));
}

export function disputeShown({ dispute }: Disputes, secrets: Pick<Secrets, 'open'>, proposal: string, id: string): DisputeShown | undefined {
  const row = dispute.get(id);
  return row?.proposal === proposal ? opened(row, secrets) : undefined;
}
