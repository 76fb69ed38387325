// Enactment: a passed proposal changes the charter, or is refused there because the text it was written against has moved. The charter
// is where exactly one of two rivals wins.
import { accept, decider, defineRejections, refuse, type Act, type Decision } from '../kernel/index.ts';
import { changed, charter, inForceAs, isInForce, type Charter, type CharterEvent, type CharterInForce, type Order, type Touched } from '../community/index.ts';
import type { CameOf } from './carrying-out.ts';
import { decidedIn, movedSince, type ProposedText, type SingleMeasure } from './measure.ts';
import type { ConcludeEnactment, EnactMeasure, EndProtocol } from './proposal.commands.ts';
import { electedIn, proposal as proposalFold, type Proposal, type ProposalEvent } from './proposal.ts';
import { inPhase, proposalRejections } from './rejections.ts';

export const enactmentRejections = defineRejections({
  NotPassed: [409, 'the proposal has not passed', 'Only what was certified as passed is enacted.'],
  AlreadyConcluded: [409, 'the charter has dealt with this proposal already', 'A proposal is enacted once.'],
});

/** How the charter dealt with a proposal, and what came of its order: or nothing yet. */
export interface EnactmentFound {
  readonly enacted?: { readonly charterRevision: number };
  readonly refused?: { readonly touched: Touched; readonly movedTo: number };
  /** What was ordered cannot be carried out. */
  readonly failed?: { readonly cause: string };
}

/** What the charter says of a proposal's enactment, and `cameOf` of what it ordered. */
export function foundIn(state: Charter, proposal: string, cameOf: (order: Order) => CameOf): EnactmentFound {
  const settled = state.status === 'absent' ? undefined : state.settled[proposal];
  if (!settled) return {};
  if (settled.ordered) {
    const outcome = cameOf(settled.ordered);
    if (outcome === 'carried-out') return { enacted: { charterRevision: settled.charterRevision } };
    return outcome === 'pending' ? {} : { failed: { cause: outcome.name } };
  }
  return settled.refused === undefined
    ? { enacted: { charterRevision: settled.charterRevision } }
    : { refused: { touched: settled.refused, movedTo: settled.charterRevision } };
}

/** What a measure does to the charter. */
function done({ title, prose, measure }: ProposedText<SingleMeasure>, proposal: string, state: CharterInForce, newId: Act['newId']): CharterEvent {
  const charterRevision = state.revision + 1;
  switch (measure.kind) {
    case 'adopt-protocol':
      return {
        type: 'ProtocolEnacted',
        data: { proposal, protocol: measure.protocol, title, prose, clauses: measure.clauses, ...(measure.until === undefined ? {} : { until: measure.until }), charterRevision },
      };
    case 'repeal-protocol':
      return { type: 'ProtocolRepealed', data: { proposal, protocol: measure.protocol, charterRevision } };
    case 'change-rules':
      return { type: 'RulesChanged', data: { proposal, rules: changed(state.rules, measure.rules), charterRevision } };
    case 'register-party':
      return { type: 'MeasureOrdered', data: { proposal, order: { ...measure, party: newId('party') } } };
    case 'grant-role':
    case 'recall-role':
    case 'ally-party':
    case 'expel-party':
      return { type: 'MeasureOrdered', data: { proposal, order: measure } };
    case 'resolution':
      return { type: 'ResolutionAdopted', data: { proposal, title, prose } };
  }
}

export const enactment = decider<CharterEvent, Charter>()({
  ...charter,
  name: 'enactment',
  decide: {
    EnactMeasure(_: EnactMeasure, state, { proposal, newId }: { readonly proposal: Proposal } & Act): Decision<CharterEvent> {
      if (!isInForce(state) || proposal.status !== 'passed' || !proposal.frozen) return refuse(enactmentRejections.NotPassed());
      const { proposal: id, frozen } = proposal;
      const before = state.settled[id];
      // A proposal that was refused, rebased and passed again is judged anew.
      if (before && (before.refused === undefined || before.frozenAt === frozen.charterRevision)) return refuse(enactmentRejections.AlreadyConcluded());
      const decided = decidedIn(proposal.text, electedIn(proposal));
      const moved = movedSince(state, decided.measure, frozen.charterRevision);
      if (moved) return accept({ type: 'EnactmentRefused', data: { proposal: id, ...moved, reason: 'NeedsRebase', frozenAt: frozen.charterRevision } });
      return accept(done(decided, id, state, newId));
    },
  },
});

/** A protocol that ends by itself does so by an event, from whose position on it binds nobody. */
export const sunset = decider<CharterEvent, Charter>()({
  ...charter,
  name: 'sunset',
  decide: {
    EndProtocol({ protocol }: EndProtocol, state, { now }: Act): Decision<CharterEvent> {
      const inForce = inForceAs(state, protocol);
      if (!isInForce(state) || inForce?.until === undefined) return refuse(proposalRejections.ProtocolNotInForce({ protocol }));
      if (now < inForce.until) return refuse(proposalRejections.NotYetDue({ due: inForce.until }));
      return accept({ type: 'ProtocolEnded', data: { protocol, proposal: inForce.proposal, charterRevision: state.revision + 1 } });
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
        if (found.failed) return accept({ type: 'EnactmentFailed', data: { proposal: id, ...found.failed } });
        if (found.refused) return accept({ type: 'ProposalNeedsRebase', data: { proposal: id, ...found.refused } });
        return refuse(proposalRejections.NotYetDue({ due: 'its enactment' }));
      });
    },
  },
});
