// What a dispute is owed: its arbiters, an end at its deadline, and the remedy that it was upheld for.
import { owes, process, type Process } from '../runtime/index.ts';
import type { AnnulVote, DrawArbiters, LapseDispute, RecountVote } from './dispute.commands.ts';
import type { DisputeEvent } from './dispute.ts';
import type { ProposalEvent } from './proposal.ts';

type OfDispute = { readonly data: { readonly proposal: string; readonly dispute: string } };
const its = ({ data }: OfDispute): string => data.dispute;
const owed = ({ data: { proposal, dispute } }: OfDispute) => ({ key: dispute, data: { proposal, dispute } });
/** One annulment is enough, whichever dispute it is for. */
const once = ({ data: { proposal, dispute } }: OfDispute) => ({ key: proposal, data: { proposal, dispute } });

export const arbitersDrawing = process<DisputeEvent>()({
  name: 'arbiters-drawing',
  version: 1,
  opens: { DisputeOpened: owed },
  discharges: { ArbitersDrawn: its },
  run: ({ data }) => owes<DrawArbiters>('DrawArbiters', data as DrawArbiters),
});

export const rulingDeadline = process<DisputeEvent>()({
  name: 'ruling-deadline',
  version: 1,
  opens: { DisputeOpened: (event) => ({ ...owed(event), due: event.data.until }) },
  discharges: { DisputeRuled: its, DisputeLapsed: its },
  run: ({ data }) => owes<LapseDispute>('LapseDispute', data as LapseDispute),
});

export const recounting = process<DisputeEvent>()({
  name: 'recounting',
  version: 1,
  opens: { DisputeRuled: (event) => (event.data.finding === 'upheld' && event.data.remedy === 'recount' ? owed(event) : undefined) },
  discharges: { VoteRecounted: its },
  run: ({ data }) => owes<RecountVote>('RecountVote', data as RecountVote),
});

export const annulling = process<DisputeEvent | ProposalEvent>()({
  name: 'annulling',
  version: 1,
  opens: {
    DisputeRuled: (event) => (event.data.finding === 'upheld' && event.data.remedy === 'annul' ? once(event) : undefined),
    VoteRecounted: (event) => (event.data.annuls ? once(event) : undefined),
  },
  discharges: { ProposalAnnulled: ({ data }) => data.proposal },
  run: ({ data }) => owes<AnnulVote>('AnnulVote', data as AnnulVote),
});

export const disputeProcesses: readonly Process[] = [arbitersDrawing, rulingDeadline, recounting, annulling];
