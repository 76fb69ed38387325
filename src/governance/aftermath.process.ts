// What a certified proposal is owed before its enactment: the end of its contest, and of its timelock; and what disputes on it are.
import type { Instant } from '../kernel/index.ts';
import { owes, process, type Process } from '../runtime/index.ts';
import type { EndContest, EndTimelock } from './aftermath.commands.ts';
import { disputeProcesses } from './dispute.process.ts';
import type { DisputeEvent } from './dispute.ts';
import type { ProposalEvent } from './proposal.ts';

const its = ({ data }: { readonly data: { readonly proposal: string } }): string => data.proposal;

/** A dispute stays what passed; when none does any more, the contest goes on to its end. */
const resumed = (event: { readonly data: { readonly proposal: string; readonly resumes?: Instant } }) =>
  event.data.resumes === undefined ? undefined : { key: its(event), due: event.data.resumes };

export const contestEnding = process<ProposalEvent | DisputeEvent>()({
  name: 'contest-ending',
  version: 2,
  opens: {
    ProposalContestable: (event) => (event.data.outcome === 'passed' ? { key: its(event), due: event.data.until } : undefined),
    DisputeRuled: resumed, DisputeLapsed: resumed, VoteRecounted: resumed,
  },
  discharges: { ProposalTimelocked: its, ProposalReleased: its, ProposalAnnulled: its, DisputeOpened: its },
  run: ({ key }) => owes<EndContest>('EndContest', { proposal: key }),
});

export const timelockEnding = process<ProposalEvent>()({
  name: 'timelock-ending',
  version: 1,
  opens: { ProposalTimelocked: (event) => ({ key: its(event), due: event.data.until }) },
  discharges: { ProposalReleased: its, ProposalVetoed: its },
  run: ({ key }) => owes<EndTimelock>('EndTimelock', { proposal: key }),
});

export const aftermathProcesses: readonly Process[] = [contestEnding, timelockEnding, ...disputeProcesses];
