// Amendments, and what became of them.
import { instantOf } from '../kernel/index.ts';
import { temporal, view } from '../runtime/index.ts';
import type { AmendmentEvent } from './amendment.ts';
import type { ProposalEvent } from './proposal.ts';

/** As rows keep it; that one has lapsed shows by the proposal. */
export type AmendmentState = 'open' | 'withdrawn' | 'rejected' | 'accepted';

export const amendmentsView = view<AmendmentEvent | ProposalEvent>()({
  name: 'amendments',
  version: 1,
  tables: {
    /** By AmendmentId. */
    amendment: temporal(
      {
        proposal: 'text',
        author: 'text',
        /** Number of the text that it is against. */
        against: 'integer',
        title: 'text',
        prose: 'text',
        measure: 'json',
        state: 'text',
        proposedAt: 'instant',
        settledAt: 'instant?',
        /** Why it was rejected, sealed. */
        reason: 'text?',
        /** Number of the text that it became. */
        into: 'integer?',
      },
      [['proposal'], ['proposal', 'state']],
    ),
  },
  project: {
    AmendmentProposed: ({ data: { amendment, ...data }, time }, rows) =>
      rows.amendment.open(amendment, { ...data, state: 'open', proposedAt: instantOf(time), settledAt: null, reason: null, into: null }),
    AmendmentWithdrawn: ({ data, time }, rows) => rows.amendment.change(data.amendment, { state: 'withdrawn', settledAt: instantOf(time) }),
    AmendmentRejected: ({ data, time }, rows) => rows.amendment.change(data.amendment, { state: 'rejected', settledAt: instantOf(time), reason: data.reason }),
    ProposalRevised({ data: { amendment, textRevision }, time }, rows) {
      if (amendment) rows.amendment.change(amendment.amendment, { state: 'accepted', settledAt: instantOf(time), into: textRevision });
    },
  },
});
