// Enactment: a passed proposal changes the charter, or is refused there because the text it was written against has moved. The charter
// is where exactly one of two rivals wins.
import { accept, decider, defineRejections, refuse, type Act, type Decision } from '../kernel/index.ts';
import { charter, inForceAs, isInForce, type Charter, type CharterEvent } from '../community/index.ts';
import type { ConcludeEnactment, EnactProtocol } from './proposal.commands.ts';
import { proposal as proposalFold, type Proposal, type ProposalEvent } from './proposal.ts';
import { inPhase, proposalRejections } from './rejections.ts';

export const enactmentRejections = defineRejections({
  NotPassed: [409, 'the proposal has not passed', 'Only what was certified as passed is enacted.'],
  AlreadyConcluded: [409, 'the charter has dealt with this proposal already', 'A proposal is enacted once.'],
});

/** How the charter dealt with a proposal: in one of two ways, or not yet. */
export interface EnactmentFound {
  readonly enacted?: { readonly charterRevision: number };
  readonly refused?: { readonly protocol: string; readonly movedTo: number };
}

/** What the charter says of a proposal's enactment. */
export function foundIn(state: Charter, proposal: string, protocol: string): EnactmentFound {
  const settled = state.status === 'absent' ? undefined : state.settled[proposal];
  if (!settled) return {};
  const { charterRevision } = settled;
  return settled.enacted ? { enacted: { charterRevision } } : { refused: { protocol, movedTo: charterRevision } };
}

export const enactment = decider<CharterEvent, Charter>()({
  ...charter,
  name: 'enactment',
  decide: {
    EnactProtocol(_: EnactProtocol, state, { proposal }: { readonly proposal: Proposal } & Act): Decision<CharterEvent> {
      if (!isInForce(state) || proposal.status !== 'passed' || !proposal.frozen) return refuse(enactmentRejections.NotPassed());
      const { proposal: id, proposed, frozen } = proposal;
      const { enacted, refused } = foundIn(state, id, proposed.protocol);
      if (enacted || refused) return refuse(enactmentRejections.AlreadyConcluded());
      const touched = inForceAs(state, proposed.protocol);
      if (touched && touched.charterRevision > frozen.charterRevision) {
        const data = { proposal: id, protocol: proposed.protocol, reason: 'NeedsRebase', frozenAt: frozen.charterRevision, movedTo: touched.charterRevision } as const;
        return accept({ type: 'EnactmentRefused', data });
      }
      return accept({ type: 'ProtocolEnacted', data: { proposal: id, ...proposed, charterRevision: state.revision + 1 } });
    },
  },
});

/** The proposal learns what became of it. */
export const conclusion = decider<ProposalEvent, Proposal>()({
  ...proposalFold,
  decide: {
    ConcludeEnactment(_: ConcludeEnactment, state, { found }: { readonly found: EnactmentFound } & Act): Decision<ProposalEvent> {
      return inPhase(state, 'passed', ({ proposal: id }) => {
        if (found.enacted) {
          return accept({ type: 'ProposalEnacted', data: { proposal: id, charterRevision: found.enacted.charterRevision } });
        }
        if (found.refused) return accept({ type: 'ProposalNeedsRebase', data: { proposal: id, ...found.refused } });
        return refuse(proposalRejections.NotYetDue({ due: 'its enactment' }));
      });
    },
  },
});
