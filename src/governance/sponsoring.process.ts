// What a proposal with enough sponsors is owed: its admission, once.
import { owes, process } from '../runtime/index.ts';
import type { AdmitSponsored } from './proposal.commands.ts';
import type { ProposalEvent } from './proposal.ts';
import type { SponsorEvent } from './sponsoring.ts';

const its = ({ data }: { readonly data: { readonly proposal: string } }): string => data.proposal;

export const admittingSponsored = process<SponsorEvent | ProposalEvent>()({
  name: 'admitting-sponsored',
  version: 1,
  opens: { SponsorsReached: (event) => ({ key: its(event) }) },
  // Another text asks for sponsors anew.
  discharges: { ProposalAdmitted: its, ProposalWithdrawn: its, ProposalRevised: its },
  run: ({ key }) => owes<AdmitSponsored>('AdmitSponsored', { proposal: key }),
});
