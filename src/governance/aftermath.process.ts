// What a certified proposal is owed before its enactment: the end of its contest, and of its timelock.
import { owes, process, type Process } from '../runtime/index.ts';
import type { EndContest, EndTimelock } from './aftermath.commands.ts';
import type { ProposalEvent } from './proposal.ts';

const its = ({ data }: { readonly data: { readonly proposal: string } }): string => data.proposal;

export const contestEnding = process<ProposalEvent>()({
  name: 'contest-ending',
  version: 1,
  opens: { ProposalContestable: (event) => (event.data.outcome === 'passed' ? { key: its(event), due: event.data.until } : undefined) },
  discharges: { ProposalTimelocked: its, ProposalReleased: its },
  run: ({ key }) => owes<EndContest>('EndContest', { proposal: key }),
});

export const timelockEnding = process<ProposalEvent>()({
  name: 'timelock-ending',
  version: 1,
  opens: { ProposalTimelocked: (event) => ({ key: its(event), due: event.data.until }) },
  discharges: { ProposalReleased: its, ProposalVetoed: its },
  run: ({ key }) => owes<EndTimelock>('EndTimelock', { proposal: key }),
});

export const aftermathProcesses: readonly Process[] = [contestEnding, timelockEnding];
