// How governance's commands meet their deciders: the stream that each is decided on, and what it is decided with.
import {
  admissionIn,
  charter,
  CHARTER_STREAM,
  communityView,
  isRegistered,
  material,
  materialsIn,
  materialStream,
  membership,
  memberStream,
  partiesIn,
  party,
  partyStream,
  standsOnRoll,
} from '../community/index.ts';
import type { Act } from '../kernel/index.ts';
import { handles, type Handling, type Load } from '../runtime/index.ts';
import { EndContest, EndTimelock, VetoProposal } from './aftermath.commands.ts';
import { aftermath } from './aftermath.ts';
import { CastBallot, WithdrawBallot } from './ballot.commands.ts';
import { ballot, ballotStream } from './ballot.ts';
import { cameOf, concernedBy, concernedIn, onParty, onPerson } from './carrying-out.ts';
import { Ballots, count, tallyOf } from './counting.ts';
import { GiveDelegation, RevokeDelegation } from './delegation/delegation.commands.ts';
import { delegation, delegationStream, proposalIn } from './delegation/delegation.ts';
import { deliberation } from './deliberation.ts';
import { revising } from './revising.ts';
import { disputes, disputesStream } from './dispute.ts';
import { conclusion, enactment, foundIn, sunset } from './enactment.ts';
import { partiesConcernedBy, personsConcernedBy, waysOf, type ProposedText } from './measure.ts';
import {
  AdmitProposal,
  CarryOutOnParty,
  CarryOutOnPerson,
  CertifyProposal,
  ClosePolls,
  CloseVoting,
  ConcludeEnactment,
  DraftProposal,
  EndProtocol,
  EnactMeasure,
  FreezeProposal,
  OpenVoting,
  RebaseProposal,
  ReviseProposal,
  SealRoll,
  StatedText,
  SubmitProposal,
  WithdrawProposal,
} from './proposal.commands.ts';
import { electionIn, proposal, proposalStream, type PresentProposal } from './proposal.ts';
import { protocolStatus, tallied, voteKey } from './protocol-status.view.ts';
import { sealOf } from './roll.ts';
import { EndSuspension, SuspendClause } from './suspension.commands.ts';
import { suspension } from './suspension.ts';
import { voting, type RollSummary, type Swing, type Tally } from './voting.ts';

/** What clauses name and nobody has registered: PartyIds, and codes of materials. A clause about a misspelt code would bind nothing. */
function unknownIn({ measure }: Pick<ProposedText, 'measure'>, load: Load) {
  const clauses = waysOf(measure).flatMap((way) => (way.kind === 'adopt-protocol' ? way.clauses : []));
  const unregistered = [...new Set(clauses.flatMap(partiesIn))].filter((id) => !isRegistered(load(party, partyStream(id))));
  const uncatalogued = [...new Set(clauses.flatMap(materialsIn))].filter((code) => load(material, materialStream(code)).status === 'absent');
  return { unregistered, uncatalogued };
}

/** What the measure of a text names besides the charter. */
export function namedIn(text: Pick<ProposedText, 'measure'>, load: Load) {
  const { measure } = text;
  const persons = Object.fromEntries(personsConcernedBy(measure).map((id) => [id, load(membership, memberStream(id))]));
  const parties = Object.fromEntries(partiesConcernedBy(measure).map((id) => [id, load(party, partyStream(id))]));
  return { ...unknownIn(text, load), concerned: { persons, parties } };
}

/** What no text names. */
export const NAMING_NOTHING = { unregistered: [], uncatalogued: [], concerned: { persons: {}, parties: {} } };

const deliberating = (command: object, load: Load, { actor }: Act) => ({
  charter: load(charter, CHARTER_STREAM),
  membership: load(membership, memberStream(actor)),
  ...(command instanceof StatedText ? namedIn(command, load) : NAMING_NOTHING),
});

/** What an order is carried out with. */
const ordered = ({ proposal: id }: { readonly proposal: string }, load: Load) => ({ concerned: concernedIn(id, load), proposal: load(proposal, proposalStream(id)) });

/** The roll of a freeze: membership as of the freeze's own position, sealed. */
async function rollOf({ proposal: id, round, frozen }: PresentProposal, load: Load): Promise<RollSummary | undefined> {
  if (!frozen) return undefined;
  const { at, membershipBeforeFreeze } = frozen;
  const persons = await load.closedSet(communityView, at.position, ({ member }) => {
    const onRoll: string[] = [];
    for (const row of member.scan({ status: 'member' })) {
      const admission = admissionIn(row);
      if (admission && standsOnRoll(admission, at, membershipBeforeFreeze)) onRoll.push(row.key);
    }
    return onRoll;
  });
  return sealOf(load.key('roll'), voteKey(id, round), persons);
}

/** The ballots of a proposal's present round as of a position; undefined before its vote was open. What does not add up from ballot to ballot is counted from the log. */
function tallyAt(position: number, state: PresentProposal, load: Load): Promise<Tally | undefined> {
  const { proposal: id, round } = state;
  if (electionIn(state) || state.frozen?.delegation) return load.inquire(count, { proposal: id }, position);
  return load.closedSet(protocolStatus, position, ({ tally }) => tallied(tally.get(voteKey(id, round))));
}

async function swingOf(state: PresentProposal, load: Load): Promise<Swing | undefined> {
  const { frozen, pollsClosedAt, extended } = state;
  if (!frozen?.lateSwing || extended) return undefined;
  const [before, now] = await Promise.all([load.positionAt(frozen.lateSwing.from), pollsClosedAt as number].map((position) => tallyAt(position, state, load)));
  // A vote that was not open yet by then had no ballots.
  return now && { before: before ?? tallyOf(electionIn(state), { ballots: new Ballots() }), now };
}

export const governanceHandlings: readonly Handling[] = [
  handles(delegation, [GiveDelegation, RevokeDelegation], {
    stream: (_, { actor }) => delegationStream(actor),
    context: (command, load, { actor }) => {
      const of = proposalIn(command.scope);
      return {
        charter: load(charter, CHARTER_STREAM),
        membership: load(membership, memberStream(actor)),
        delegate: command instanceof GiveDelegation ? load(membership, memberStream(command.to)) : membership.initial,
        proposal: of === undefined ? proposal.initial : load(proposal, proposalStream(of)),
      };
    },
  }),
  handles(deliberation, [DraftProposal, RebaseProposal, SubmitProposal, AdmitProposal, WithdrawProposal, FreezeProposal], {
    stream: (command, act) => proposalStream('proposal' in command ? command.proposal : act.newId()),
    context: deliberating,
  }),
  handles(revising, [ReviseProposal], {
    stream: (command) => proposalStream(command.proposal),
    context: deliberating,
  }),
  handles(voting, [SealRoll, OpenVoting, ClosePolls, CloseVoting, CertifyProposal], {
    stream: (command) => proposalStream(command.proposal),
    context: async (command, load, _, state) => {
      const none = { roll: undefined, tally: undefined, swing: undefined };
      if (state.status === 'polls-closed' && command instanceof CloseVoting) return { ...none, swing: await swingOf(state, load) };
      if (state.status === 'frozen' && command instanceof SealRoll) return { ...none, roll: await rollOf(state, load) };
      if (state.status === 'voting-closed' && command instanceof CertifyProposal) {
        return { ...none, tally: await tallyAt(state.pollsClosedAt as number, state, load) };
      }
      return none;
    },
  }),
  handles(ballot, [CastBallot, WithdrawBallot], {
    stream: (command, { actor }) => ballotStream(command.proposal, actor),
    context: (command, load, { actor }) => ({
      proposal: load(proposal, proposalStream(command.proposal)),
      membership: load(membership, memberStream(actor)),
    }),
  }),
  handles(aftermath, [EndContest, EndTimelock, VetoProposal], {
    stream: (command) => proposalStream(command.proposal),
    context: (command, load, { actor }) => ({
      membership: command instanceof VetoProposal ? load(membership, memberStream(actor)) : membership.initial,
      disputes: command instanceof EndContest ? load(disputes, disputesStream(command.proposal)) : disputes.initial,
    }),
  }),
  handles(enactment, [EnactMeasure], {
    stream: () => CHARTER_STREAM,
    context: (command, load) => ({ proposal: load(proposal, proposalStream(command.proposal)) }),
  }),
  handles(suspension, [SuspendClause, EndSuspension], {
    stream: () => CHARTER_STREAM,
    context: (_, load, { actor }) => ({ membership: load(membership, memberStream(actor)) }),
  }),
  handles(sunset, [EndProtocol], { stream: () => CHARTER_STREAM }),
  handles(conclusion, [ConcludeEnactment], {
    stream: (command) => proposalStream(command.proposal),
    context: (command, load, { now }, state) => ({
      found: state.status === 'absent' ? {} : foundIn(load(charter, CHARTER_STREAM), command.proposal, (order) => cameOf(concernedBy(order, load), command.proposal, now)),
    }),
  }),
  handles(onPerson, [CarryOutOnPerson], {
    stream: (command) => memberStream(command.person),
    context: ordered,
  }),
  handles(onParty, [CarryOutOnParty], {
    stream: (command) => partyStream(command.party),
    context: ordered,
  }),
];
