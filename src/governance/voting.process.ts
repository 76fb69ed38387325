// What a frozen proposal is owed: its roll, its vote, its close, its count, its enactment, and the end of what it put in force for a time.
import type { CharterEvent, MembershipEvent, PartyEvent } from '../community/index.ts';
import { owes, process, type Process } from '../runtime/index.ts';
import type {
  CarryOutOnParty,
  CarryOutOnPerson,
  CertifyProposal,
  ClosePolls,
  CloseVoting,
  ConcludeEnactment,
  EnactMeasure,
  EndProtocol,
  OpenVoting,
  SealRoll,
} from './proposal.commands.ts';
import type { ProposalEvent } from './proposal.ts';

type OfProposal = { readonly data: { readonly proposal: string } };
const its = ({ data }: OfProposal): string => data.proposal;
const atOnce = (event: OfProposal) => ({ key: its(event) });

export const rollSealing = process<ProposalEvent>()({
  name: 'roll-sealing',
  version: 1,
  opens: { ProposalFrozen: atOnce },
  discharges: { RollSealed: its },
  run: ({ key }) => owes<SealRoll>('SealRoll', { proposal: key }),
});

export const opening = process<ProposalEvent>()({
  name: 'opening',
  version: 1,
  opens: { RollSealed: (event) => ({ key: its(event), due: event.data.opensAt }) },
  discharges: { VotingOpened: its, ProposalLapsed: its },
  run: ({ key }) => owes<OpenVoting>('OpenVoting', { proposal: key }),
});

export const pollsClosing = process<ProposalEvent>()({
  name: 'polls-closing',
  version: 3,
  opens: {
    VotingOpened: (event) => ({ key: its(event), due: event.data.closesAt }),
    VotingExtended: (event) => ({ key: its(event), due: event.data.closesAt }),
    OverrideVotingOpened: (event) => ({ key: its(event), due: event.data.closesAt }),
  },
  discharges: { PollsClosed: its },
  run: ({ key }) => owes<ClosePolls>('ClosePolls', { proposal: key }),
});

export const votingClosing = process<ProposalEvent>()({
  name: 'voting-closing',
  version: 2,
  opens: { PollsClosed: atOnce },
  discharges: { VotingClosed: its, VotingExtended: its },
  run: ({ key }) => owes<CloseVoting>('CloseVoting', { proposal: key }),
});

export const certification = process<ProposalEvent>()({
  name: 'certification',
  version: 1,
  opens: { VotingClosed: atOnce },
  discharges: { ProposalCertified: its },
  run: ({ key }) => owes<CertifyProposal>('CertifyProposal', { proposal: key }),
});

export const enacting = process<ProposalEvent | CharterEvent>()({
  name: 'enacting',
  version: 4,
  opens: { ProposalCertified: (event) => (event.data.outcome === 'passed' ? atOnce(event) : undefined), ProposalReleased: atOnce },
  discharges: {
    // What stands between the certificate and this comes in the same append.
    ProposalContestable: its, ProposalTimelocked: its,
    ProtocolEnacted: its, ProtocolRepealed: its, RulesChanged: its, ResolutionAdopted: its, MeasureOrdered: its, EnactmentRefused: its,
  },
  run: ({ key }) => owes<EnactMeasure>('EnactMeasure', { proposal: key }),
});

/** A party is registered by a vote, or by a steward. */
const itsIfAny = ({ data }: { readonly data: { readonly proposal?: string } }): readonly string[] => (data.proposal === undefined ? [] : [data.proposal]);

/** What was ordered about a person or a party is done on the stream of theirs, or given up. */
export const carryingOut = process<ProposalEvent | CharterEvent | MembershipEvent | PartyEvent>()({
  name: 'carrying-out',
  version: 2,
  opens: {
    MeasureOrdered: ({ data: { proposal, order } }) => ({ key: proposal, data: { proposal, ...('person' in order ? { person: order.person } : { party: order.party }) } }),
  },
  discharges: { RoleGranted: its, RoleRecalled: its, PartyRegistered: itsIfAny, PartyAllied: its, PartyExpelled: its, EnactmentFailed: its },
  run: ({ data }) => {
    const body = data as CarryOutOnPerson | CarryOutOnParty;
    return 'person' in body ? owes<CarryOutOnPerson>('CarryOutOnPerson', body) : owes<CarryOutOnParty>('CarryOutOnParty', body);
  },
});

export const concluding = process<ProposalEvent | CharterEvent | MembershipEvent | PartyEvent>()({
  name: 'concluding',
  version: 4,
  opens: {
    ProtocolEnacted: atOnce, ProtocolRepealed: atOnce, RulesChanged: atOnce, ResolutionAdopted: atOnce, EnactmentRefused: atOnce,
    // Ordered: it may turn out at once that it cannot be done. Done: it is concluded.
    MeasureOrdered: atOnce, RoleGranted: atOnce, RoleRecalled: atOnce, PartyAllied: atOnce, PartyExpelled: atOnce,
    PartyRegistered: (event) => itsIfAny(event).map((key) => ({ key })),
  },
  discharges: { ProposalEnacted: its, ProposalNeedsRebase: its, EnactmentFailed: its },
  run: ({ key }) => owes<ConcludeEnactment>('ConcludeEnactment', { proposal: key }),
});

type OfProtocol = { readonly data: { readonly protocol: string } };
const ofProtocol = ({ data }: OfProtocol): string => data.protocol;

/** Another text of the same protocol has a time of its own, or none. */
export const sunsetting = process<CharterEvent>()({
  name: 'sunsetting',
  version: 1,
  opens: { ProtocolEnacted: (event) => (event.data.until === undefined ? undefined : { key: ofProtocol(event), due: event.data.until }) },
  discharges: { ProtocolEnacted: ofProtocol, ProtocolRepealed: ofProtocol, ProtocolEnded: ofProtocol },
  run: ({ key }) => owes<EndProtocol>('EndProtocol', { protocol: key }),
});

export const votingProcesses: readonly Process[] = [
  rollSealing, opening, pollsClosing, votingClosing, certification, enacting, carryingOut, concluding, sunsetting,
];
