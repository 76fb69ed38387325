// Between a certificate and its enactment: the contest, the timelock, and the guardians' veto with the vote that may override it.
import { accept, after, decider, defineRejections, msOfDuration, refuse, type Act, type Decision, type Duration, type Instant } from '../kernel/index.ts';
import { changed, holdsRole, type DecisionRule, type DisputeRule, type Membership, type Outcome, type Rules, type TimesByClass, type VetoGround } from '../community/index.ts';
import type { EndContest, EndTimelock, VetoProposal } from './aftermath.commands.ts';
import { staying, type Disputes } from './dispute.ts';
import { decidedIn, decisionClassOf, personsConcernedBy, waysOf, type Measure } from './measure.ts';
import { electedIn, proposal, type PresentProposal, type Proposal, type ProposalEvent, type TimelockReason } from './proposal.ts';
import { inPhase, proposalRejections } from './rejections.ts';

export const vetoRejections = defineRejections({
  NoVeto: [409, 'this proposal cannot be vetoed', 'Where the charter has no veto there is none, and none on what a vote has carried over a veto.'],
  GroundNotListed: [422, 'the charter does not have this ground for a veto', 'A veto has one of the grounds that the charter lists.'],
  VetoedAlready: [409, 'this guardian has vetoed the proposal already', 'Each guardian counts once.'],
  VetoWindowOver: [409, 'the time for a veto is over', 'A veto is time-boxed: the charter says how long guardians have.'],
});

/** As fixed at the freeze. */
export interface Aftermath {
  readonly contest?: Duration;
  readonly timelock?: Duration;
  readonly veto?: {
    readonly guardians: number;
    readonly grounds: readonly VetoGround[];
    readonly window: Duration;
    /** The rule by which it is overridden, and how long that vote is open. */
    readonly override: DecisionRule;
    readonly voting: Duration;
  };
  readonly disputes?: DisputeRule;
}

const longer = (a: Duration = {}, b: Duration = {}): Duration => (msOfDuration(b) > msOfDuration(a) ? b : a);

/** What stands between a measure's certificate and its enactment. A change of the rules waits for the longer of the old and the new times. */
export function aftermathFor(measure: Measure, rules: Rules): Aftermath | undefined {
  const of = decisionClassOf(measure);
  const all = [rules, ...waysOf(measure).flatMap((way) => (way.kind === 'change-rules' ? changed(rules, way.rules) : []))];
  const time = (name: 'contest' | 'timelock'): Duration | undefined => {
    const longest = all.map((one) => (one[name] as TimesByClass | undefined)?.[of]).reduce<Duration>(longer, {});
    return msOfDuration(longest) > 0 ? longest : undefined;
  };
  const [contest, timelock] = [time('contest'), time('timelock')];
  const veto = rules.veto && rules.veto.guardians > 0 ? { ...rules.veto, voting: rules.voting } : undefined;
  const disputes = contest && rules.disputes && rules.disputes.arbiters > 0 ? { disputes: rules.disputes } : {};
  return contest || timelock || veto ? { ...(contest ? { contest } : {}), ...(timelock ? { timelock } : {}), ...(veto ? { veto } : {}), ...disputes } : undefined;
}

/** The wait that begins now, if there is one: guardians have their time in it, but not after a vote that overrode them. */
function waiting({ proposal: id, frozen }: PresentProposal, reason: TimelockReason, now: Instant): ProposalEvent | undefined {
  const { timelock = {}, veto } = frozen?.aftermath ?? {};
  const vetoed = reason === 'VetoOverridden' ? undefined : veto;
  if (msOfDuration(timelock) === 0 && !vetoed && reason !== 'VetoOverridden') return undefined;
  const until = after(now, longer(timelock, vetoed?.window));
  return { type: 'ProposalTimelocked', data: { proposal: id, reason, until, ...(vetoed ? { vetoUntil: after(now, vetoed.window) } : {}) } };
}

/** What follows a certificate in the same breath; nothing where the charter has nothing between it and enactment. */
export function afterCertified(present: PresentProposal, outcome: Outcome, now: Instant): ProposalEvent[] {
  const { proposal: id, frozen, rollRound } = present;
  const { contest } = frozen?.aftermath ?? {};
  if (rollRound !== undefined) {
    if (outcome !== 'passed') return [{ type: 'VetoUpheld', data: { proposal: id, outcome } }];
    return [waiting(present, 'VetoOverridden', now) ?? []].flat();
  }
  if (contest) return [{ type: 'ProposalContestable', data: { proposal: id, until: after(now, contest), outcome } }];
  return outcome === 'passed' ? [waiting(present, 'Certified', now) ?? []].flat() : [];
}

const isRecallOfGuardian = (measure: Measure): boolean => measure.kind === 'recall-role' && measure.role === 'guardian';

export const aftermath = decider<ProposalEvent, Proposal>()({
  ...proposal,
  decide: {
    EndContest(_: EndContest, state, { disputes, now }: { readonly disputes: Disputes } & Act): Decision<ProposalEvent> {
      return inPhase(state, 'contestable', (present) => {
        const until = present.contestableUntil as Instant;
        if (now < until) return refuse(proposalRejections.NotYetDue({ due: until }));
        if (staying(disputes).length > 0) return refuse(proposalRejections.NotYetDue({ due: 'the end of its disputes' }));
        return accept(waiting(present, 'ContestOver', now) ?? { type: 'ProposalReleased', data: { proposal: present.proposal, reason: 'ContestOver' } });
      });
    },

    EndTimelock(_: EndTimelock, state, { now }: Act): Decision<ProposalEvent> {
      return inPhase(state, 'timelocked', ({ proposal: id, timelock }) => {
        const due = (timelock as NonNullable<typeof timelock>).until;
        if (now < due) return refuse(proposalRejections.NotYetDue({ due }));
        return accept({ type: 'ProposalReleased', data: { proposal: id, reason: 'TimelockOver' } });
      });
    },

    VetoProposal({ ground, reasons }: VetoProposal, state, { membership, actor, now }: { readonly membership: Membership } & Act): Decision<ProposalEvent> {
      return inPhase(state, 'timelocked', (present) => {
        const { proposal: id, proposer, text, frozen, timelock, vetoes = [], round } = present;
        const { veto } = frozen?.aftermath ?? {};
        const vetoUntil = timelock?.vetoUntil;
        if (!holdsRole(membership, 'guardian')) return refuse(proposalRejections.GuardianRequired());
        // Guardians do not keep each other in office.
        if (!veto || vetoUntil === undefined || isRecallOfGuardian(decidedIn(text, electedIn(present)).measure)) return refuse(vetoRejections.NoVeto());
        if (now >= vetoUntil) return refuse(vetoRejections.VetoWindowOver({ vetoUntil }));
        if (proposer === actor || personsConcernedBy(text.measure).includes(actor)) return refuse(proposalRejections.OwnCase());
        if (!veto.grounds.includes(ground)) return refuse(vetoRejections.GroundNotListed({ grounds: veto.grounds }));
        if (vetoes.some(({ guardian }) => guardian === actor)) return refuse(vetoRejections.VetoedAlready());
        const cast: ProposalEvent = { type: 'VetoCast', data: { proposal: id, guardian: actor, ground, reasons } };
        const guardians = [...vetoes.map(({ guardian }) => guardian), actor];
        if (guardians.length < veto.guardians) return accept(cast);
        return accept<ProposalEvent>(
          cast,
          { type: 'ProposalVetoed', data: { proposal: id, guardians } },
          { type: 'OverrideVotingOpened', data: { proposal: id, round: round + 1, rule: veto.override, closesAt: after(now, veto.voting) } },
        );
      });
    },
  },
});
