// How commands on disputes meet their deciders: the stream that each is decided on, and what it is decided with.
import { communityView, membership, memberStream } from '../community/index.ts';
import { handles, type Handling, type Load } from '../runtime/index.ts';
import { annulment } from './annulment.ts';
import { AnnulVote, DrawArbiters, GiveOpinion, LapseDispute, OpenDispute, RecountVote } from './dispute.commands.ts';
import { disputes, disputesStream, disputing, type Disputes, type RecountOnRecord } from './dispute.ts';
import { proposal, proposalStream } from './proposal.ts';
import { recount } from './recount.ts';

/** Members with the role of arbiter when a dispute was opened. */
function candidatesFor(state: Disputes, id: string, load: Load): Promise<string[]> | string[] {
  const dispute = state.find((one) => one.dispute === id);
  if (!dispute) return [];
  return load.closedSet(communityView, dispute.opened.position, ({ member }) => {
    const arbiters: string[] = [];
    for (const { key, roles } of member.scan({ status: 'member' })) if ((roles as readonly string[]).includes('arbiter')) arbiters.push(key);
    return arbiters;
  });
}

/** Ballots and roll of the disputed vote, once more, from the log alone. */
function recountFor(state: Disputes, command: RecountVote, load: Load): Promise<RecountOnRecord> | undefined {
  const dispute = state.find((one) => one.dispute === command.dispute);
  return dispute && load.inquire(recount, { proposal: command.proposal, under: {} }, dispute.opened.position);
}

export const disputeHandlings: readonly Handling[] = [
  handles(disputing, [OpenDispute, DrawArbiters, GiveOpinion, LapseDispute, RecountVote], {
    stream: (command) => disputesStream(command.proposal),
    context: async (command, load, { actor }, state) => {
      const of = load(proposal, proposalStream(command.proposal));
      const isPersons = command instanceof OpenDispute || command instanceof GiveOpinion;
      return {
        proposal: of,
        membership: isPersons ? load(membership, memberStream(actor)) : membership.initial,
        candidates: command instanceof DrawArbiters ? await candidatesFor(state, command.dispute, load) : [],
        recount: command instanceof RecountVote ? await recountFor(state, command, load) : undefined,
      };
    },
  }),
  handles(annulment, [AnnulVote], {
    stream: (command) => proposalStream(command.proposal),
    context: (command, load) => ({ disputes: load(disputes, disputesStream(command.proposal)) }),
  }),
];
