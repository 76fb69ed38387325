// From draft to freeze: who may bring a proposal in, who admits it, and what its freeze fixes.
import { accept, after, contentHash, decider, instantOf, msOf, refuse, type Act, type Decision, type Instant, type Rejection } from '../kernel/index.ts';
import {
  changed, communityRejections, faultOfRules, holdsRole, inForceAs, isInForce, isMember, membership as standing, party, sameRules,
  type Charter, type CharterInForce, type Clause, type Fraction, type Membership, type Party, type Rules,
} from '../community/index.ts';
import { aftermathFor } from './aftermath.ts';
import { delegationRejections } from './delegation/delegation.ts';
import { faultOnParty, faultOnPerson } from './carrying-out.ts';
import { decisionClassOf, isElection, matterOf, movedSince, personsConcernedBy, ruleFor, waysOf, type Measure, type ProposedText, type SingleMeasure } from './measure.ts';
import type { AdmitProposal, DraftProposal, FreezeProposal, RebaseProposal, StatedOption, StatedText, SubmitProposal, WithdrawProposal } from './proposal.commands.ts';
import { proposal, type Frozen, type FrozenDelegation, type Proposal, type ProposalEvent, type ProposalState } from './proposal.ts';
import { inPhase, proposalRejections } from './rejections.ts';

const YEAR = { days: 365 };
const WITHDRAWABLE: readonly ProposalState[] = ['draft', 'submitted', 'inadmissible', 'deliberation', 'needs-rebase'];

/** Any RFC 3339 instant in the form that sorts by time. */
const canonical = (instant: string): Instant => instantOf(msOf(instant));

export interface DeliberationContext {
  readonly charter: Charter;
  readonly membership: Membership;
  /** PartyIds that a draft's clauses name and nobody has registered. */
  readonly unregistered: readonly string[];
  /** Codes of materials that its clauses name and the catalogue does not have. */
  readonly uncatalogued: readonly string[];
  /** Whom a draft's measure is about. */
  readonly concerned: { readonly persons: Readonly<Record<string, Membership>>; readonly parties: Readonly<Record<string, Party>> };
}

type Context = DeliberationContext & Act;

/** When the time begins in which a swing is late, and until when it extends the vote. */
function lateSwingOf({ n, d }: Fraction, opens: Instant, closes: Instant): Frozen['lateSwing'] {
  const window = Math.floor(((msOf(closes) - msOf(opens)) * n) / d);
  return window === 0 ? undefined : { from: instantOf(msOf(closes) - window), until: instantOf(msOf(closes) + window) };
}

/** The text as plain data. */
export function textOf({ title, prose, measure, topic }: StatedText): ProposedText {
  const about = topic === undefined ? {} : { topic };
  if (measure.kind !== 'choose-one') return { ...singleTextOf({ title, prose, measure }), ...about };
  const { kind, method, tie, options } = measure;
  return { title, prose, ...about, measure: { kind, method, tie, options: options.map(({ option, ...text }) => ({ option, ...singleTextOf(text) })) } };
}

function singleTextOf({ title, prose, measure }: Omit<StatedOption, 'option'>): ProposedText<SingleMeasure> {
  if (measure.kind === 'grant-role') {
    const { kind, person, role, until } = measure;
    return { title, prose, measure: { kind, person, role, ...(until === undefined ? {} : { until: canonical(until) }) } };
  }
  if (measure.kind !== 'adopt-protocol') return { title, prose, measure: structuredClone({ ...measure }) };
  // What is not said is not there.
  const clauses = JSON.parse(JSON.stringify(measure.clauses)) as readonly Clause[];
  const until = measure.until === undefined ? {} : { until: canonical(measure.until) };
  return { title, prose, measure: { kind: measure.kind, protocol: measure.protocol, clauses, ...until } };
}

/** What of delegation holds for a vote on a text; undefined where the charter allows none. */
function delegationFor({ topic }: ProposedText, { delegation }: Rules): FrozenDelegation | undefined {
  if (!delegation?.allowed) return undefined;
  const { cap } = delegation;
  return { ...(topic === undefined ? {} : { topic }), ...(cap === undefined ? {} : { cap }) };
}

/** Whether a measure puts something in force that is over by an instant. */
const endsBy = (measure: Measure, instant: Instant): boolean =>
  waysOf(measure).some((way) => 'until' in way && way.until !== undefined && way.until <= instant);

type Drafting = Pick<Context, 'unregistered' | 'uncatalogued' | 'concerned' | 'now'>;

/** Names of what `faultIn` finds. */
export const TEXT_FAULTS = [
  'NoSuchTopic', 'OptionTwice', 'ClauseIdTwice', 'SunsetTooEarly', 'NotInTheCatalogue', 'PartyNotRegistered', 'ProtocolNotInForce', 'InvalidRules', 'RulesUnchanged',
  'NotAMember', 'RoleHeldAlready', 'RoleNotHeld', 'AlliedAlready',
] as const;

/** Why a text could not be enacted, whatever its measure came to, even if the charter stayed as it is; undefined when it could. */
export function faultIn({ measure, topic }: ProposedText, charter: CharterInForce, context: Drafting): Rejection | undefined {
  const { topics = [] } = charter.rules.delegation ?? {};
  if (topic !== undefined && !topics.includes(topic)) return delegationRejections.NoSuchTopic({ topic, topics });
  if (isElection(measure) && new Set(measure.options.map(({ option }) => option)).size < measure.options.length) return proposalRejections.OptionTwice();
  for (const way of waysOf(measure)) {
    const fault = faultInOne(way, charter, context);
    if (fault) return fault;
  }
  return undefined;
}

function faultInOne(measure: SingleMeasure, charter: CharterInForce, { unregistered, uncatalogued, concerned, now }: Drafting): Rejection | undefined {
  switch (measure.kind) {
    case 'adopt-protocol':
      if (new Set(measure.clauses.map(({ id }) => id)).size < measure.clauses.length) return proposalRejections.ClauseIdTwice();
      if (endsBy(measure, now)) return proposalRejections.SunsetTooEarly({ until: measure.until, earliest: now });
      if (uncatalogued.length > 0) return communityRejections.NotInTheCatalogue({ materials: uncatalogued });
      return unregistered.length > 0 ? communityRejections.PartyNotRegistered({ parties: unregistered }) : undefined;
    case 'repeal-protocol':
      return inForceAs(charter, measure.protocol) ? undefined : proposalRejections.ProtocolNotInForce({ protocol: measure.protocol });
    case 'change-rules': {
      const rules = changed(charter.rules, measure.rules);
      const fault = faultOfRules(rules);
      if (fault !== undefined) return communityRejections.InvalidRules({ fault });
      return sameRules(rules, charter.rules) ? proposalRejections.RulesUnchanged() : undefined;
    }
    case 'grant-role':
    case 'recall-role':
      return faultOnPerson(measure, concerned.persons[measure.person] ?? standing.initial, now);
    case 'ally-party':
    case 'expel-party':
      return faultOnParty(measure, concerned.parties[measure.party] ?? party.initial);
    case 'register-party':
    case 'resolution':
      return undefined;
  }
}

export const deliberation = decider<ProposalEvent, Proposal>()({
  ...proposal,
  decide: {
    DraftProposal(command: DraftProposal, state, context: Context): Decision<ProposalEvent> {
      const { charter, membership, actor, newId } = context;
      if (!isInForce(charter)) return refuse(communityRejections.CommunityNotInForce());
      if (!isMember(membership)) return refuse(proposalRejections.MembersOnly());
      if (state.status !== 'absent') return refuse(proposalRejections.ProposalExists());
      const text = textOf(command);
      const fault = faultIn(text, charter, context);
      if (fault) return refuse(fault);
      return accept({ type: 'ProposalDrafted', data: { proposal: newId(), proposer: actor, writtenAgainst: charter.revision, ...text } });
    },

    RebaseProposal(command: RebaseProposal, state, context: Context): Decision<ProposalEvent> {
      const { charter, membership, actor } = context;
      if (state.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
      if (state.proposer !== actor) return refuse(proposalRejections.NotTheProposer());
      if (!isMember(membership)) return refuse(proposalRejections.MembersOnly());
      if (!isInForce(charter)) return refuse(communityRejections.CommunityNotInForce());
      const { status, proposal: id, text: before, writtenAgainst } = state;
      if (status !== 'needs-rebase' && status !== 'deliberation') return refuse(proposalRejections.WrongPhase({ phase: status, needed: 'needs-rebase' }));
      if (status === 'deliberation' && !movedSince(charter, before.measure, writtenAgainst)) return refuse(proposalRejections.NoRebaseNeeded());
      const text = textOf(command);
      if (matterOf(text.measure) !== matterOf(before.measure)) return refuse(proposalRejections.AnotherMatter({ proposed: matterOf(before.measure) }));
      const fault = faultIn(text, charter, context);
      if (fault) return refuse(fault);
      return accept({ type: 'ProposalRebased', data: { proposal: id, writtenAgainst: charter.revision, ...text } });
    },

    SubmitProposal(_: SubmitProposal, state, { membership, actor }: Context): Decision<ProposalEvent> {
      return inPhase(state, 'draft', ({ proposal: id, proposer }) => {
        if (proposer !== actor) return refuse(proposalRejections.NotTheProposer());
        if (!isMember(membership)) return refuse(proposalRejections.MembersOnly());
        return accept({ type: 'ProposalSubmitted', data: { proposal: id } });
      });
    },

    AdmitProposal(_: AdmitProposal, state, { membership, actor }: Context): Decision<ProposalEvent> {
      return inPhase(state, 'submitted', ({ proposal: id, proposer, text }) => {
        if (!holdsRole(membership, 'steward')) return refuse(communityRejections.StewardRequired());
        if (proposer === actor) return refuse(proposalRejections.OwnProposal());
        if (personsConcernedBy(text.measure).includes(actor)) return refuse(proposalRejections.OwnCase());
        return accept({ type: 'ProposalAdmitted', data: { proposal: id, by: actor } });
      });
    },

    WithdrawProposal(_: WithdrawProposal, state, { actor }: Context): Decision<ProposalEvent> {
      if (state.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
      if (state.proposer !== actor) return refuse(proposalRejections.NotTheProposer());
      if (state.status === 'withdrawn') return refuse(proposalRejections.WrongPhase({ phase: state.status }));
      if (!WITHDRAWABLE.includes(state.status)) return refuse(proposalRejections.NoLongerWithdrawable({ phase: state.status }));
      return accept({ type: 'ProposalWithdrawn', data: { proposal: state.proposal, admitted: state.admitted } });
    },

    FreezeProposal({ opensAt, closesAt }: FreezeProposal, state, { charter, membership, actor, now }: Context): Decision<ProposalEvent> {
      return inPhase(state, 'deliberation', ({ proposal: id, text, textRevision, writtenAgainst }) => {
        if (!holdsRole(membership, 'steward')) return refuse(communityRejections.StewardRequired());
        if (personsConcernedBy(text.measure).includes(actor)) return refuse(proposalRejections.OwnCase());
        if (!isInForce(charter)) return refuse(communityRejections.CommunityNotInForce());
        const { rules, revision } = charter;
        const moved = movedSince(charter, text.measure, writtenAgainst);
        if (moved) return refuse(proposalRejections.NeedsRebase({ ...moved, writtenAgainst }));
        const readable = after(now, rules.reading);
        const latest = after(now, YEAR);
        const opens = opensAt === undefined ? readable : canonical(opensAt);
        if (opens < readable) return refuse(proposalRejections.ReadingTooShort({ earliest: readable, opensAt: opens }));
        if (opens > latest) return refuse(proposalRejections.VotingTooFar({ latest, opensAt: opens }));
        const shortest = after(opens, rules.voting);
        const closes = closesAt === undefined ? shortest : canonical(closesAt);
        if (closes < shortest) return refuse(proposalRejections.VotingTooShort({ earliest: shortest, closesAt: closes }));
        const lateSwing = closes > latest ? undefined : lateSwingOf(rules.lateSwing, opens, closes);
        const end = lateSwing?.until ?? closes;
        if (end > latest) return refuse(proposalRejections.VotingTooFar({ latest, closesAt: closes }));
        if (endsBy(text.measure, end)) return refuse(proposalRejections.SunsetTooEarly({ earliest: end }));
        const aftermath = aftermathFor(text.measure, rules);
        const delegation = delegationFor(text, rules);
        return accept({
          type: 'ProposalFrozen',
          data: {
            proposal: id,
            textHash: contentHash(text),
            textRevision,
            charterRevision: revision,
            decisionClass: decisionClassOf(text.measure),
            rule: ruleFor(text.measure, rules),
            membershipBeforeFreeze: rules.membershipBeforeFreeze,
            opensAt: opens,
            closesAt: closes,
            ...(lateSwing ? { lateSwing } : {}),
            ...(delegation ? { delegation } : {}),
            ...(aftermath ? { aftermath } : {}),
          },
        });
      });
    },
  },
});
