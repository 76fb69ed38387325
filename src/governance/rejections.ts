// Refusals of governance by name, each with the rule it rests on.
import { defineRejections, refuse, type Decision } from '../kernel/index.ts';
import type { PresentProposal, Proposal, ProposalEvent, ProposalState } from './proposal.ts';

export const proposalRejections = defineRejections({
  MembersOnly: [403, 'only a member may do this', 'Members decide; nobody else does.'],
  GuardianRequired: [403, 'only a guardian may do this', 'Guardians veto what has passed and suspend faulty clauses; nobody else does.'],
  NotTheProposer: [403, 'only the proposer may do this', 'A proposal is submitted, revised, rebased and withdrawn by who proposed it.'],
  OwnProposal: [403, 'a proposer never judges, sponsors or amends the own proposal', 'Recusal: nobody judges the own case.'],
  OwnCase: [403, 'this would be done in the own case', 'Recusal: nobody admits, freezes or vetoes in the own case; the own ballot is everybody’s.'],
  ProposalExists: [409, 'the proposal exists already', 'A proposal is drafted once.'],
  NoSuchProposal: [404, 'there is no such proposal', 'A proposal is drafted before anything else.'],
  WrongPhase: [409, 'the proposal is in another phase', 'Draft, submitted, admissible or not, deliberation, frozen, voting, polls closed, voting closed, passed or failed, enacted: in this order, but for a vote that goes on and a text that is rebased.'],
  ClauseIdTwice: [422, 'two clauses have the same id', 'A clause is named by its id within the protocol.'],
  OptionTwice: [422, 'two options have the same code', 'An option is named by its code on ballots.'],
  NeedsRebase: [409, 'the charter has moved where the text touches it', 'A text written against an older charter never overwrites what has come into force since.'],
  AnotherMatter: [422, 'another text stays with what was admitted', 'What was admitted is written anew; what is of another kind, or about another protocol, is proposed anew.'],
  TextUnchanged: [409, 'the text would stay as it is', 'A revision is another text than the one before.'],
  NoRebaseNeeded: [409, 'the charter has not moved where the text touches it', 'A text is written anew when what it changes has changed.'],
  ProtocolNotInForce: [422, 'no protocol of this code is in force', 'Only what is in force can be repealed.'],
  SunsetTooEarly: [422, 'it would end before it could begin', 'A protocol or a term that ends by itself ends after its vote.'],
  NothingToCarryOut: [409, 'there is nothing to carry out', 'What was ordered by a vote is carried out once.'],
  RulesUnchanged: [422, 'the rules would stay as they are', 'A measure that changes the rules changes at least one of them.'],
  NoLongerWithdrawable: [409, 'the proposal cannot be withdrawn now', 'Once frozen, a proposal belongs to those who vote on it, until it needs a rebase.'],
  ReadingTooShort: [422, 'the vote would open before the minimum reading time is over', 'Everybody has the charter’s reading time between freeze and vote.'],
  VotingTooShort: [422, 'the vote would be open for less than the charter’s shortest time', 'A vote is open at least as long as the charter says.'],
  VotingTooFar: [422, 'the vote would close more than a year from now', 'A frozen text is decided within a year.'],
  NotYetDue: [409, 'it is too early for this', 'Deadlines are kept to the instant.'],
  RollNotSealed: [409, 'the roll is not sealed yet', 'The roll is sealed before voting may open.'],
});

/** Decides on a proposal in its phase; refuses in any other. */
export function inPhase(
  state: Proposal,
  phase: ProposalState | readonly ProposalState[],
  decide: (present: PresentProposal) => Decision<ProposalEvent>,
): Decision<ProposalEvent> {
  if (state.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
  if (![phase].flat().includes(state.status)) return refuse(proposalRejections.WrongPhase({ phase: state.status, needed: phase }));
  return decide(state);
}
