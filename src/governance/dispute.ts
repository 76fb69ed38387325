// Disputes on a vote: who may open one, how it is ruled on by arbiters drawn by lot, and what a ruling does. One stream per proposal, so that the end of its
// contest can be guarded on whether any is open.
import {
  accept, after, decider, defineRejections, describeEvents, refuse,
  type Act, type Decision, type Event, type Instant, type Recorded,
} from '../kernel/index.ts';
import { isMember, isOnRoll, holdsRole, type Membership } from '../community/index.ts';
import type { Sealed } from '../runtime/index.ts';
import type { DrawArbiters, GiveOpinion, LapseDispute, OpenDispute, RecountVote } from './dispute.commands.ts';
import { doneBy } from './election.ts';
import { lotOf, seedOf } from './lot.ts';
import { couldChange, leastAffected } from './margin.ts';
import { personsConcernedBy } from './measure.ts';
import { certifiedVote, type PresentProposal, type Proposal } from './proposal.ts';
import type { Recounted } from './recount.ts';
import { proposalRejections } from './rejections.ts';

export const disputesStream = (proposal: string): string => `disputes-${proposal}`;

/** miscount: ballots were counted wrongly · roll: who voted was not to, or the other way round · ballot-refused · procedure · undue-influence: on who voted. */
export const IRREGULARITIES = ['miscount', 'roll', 'ballot-refused', 'procedure', 'undue-influence'] as const;
export type Irregularity = (typeof IRREGULARITIES)[number];

export const REMEDIES = ['recount', 'annul'] as const;
export type Remedy = (typeof REMEDIES)[number];

export const FINDINGS = ['upheld', 'rejected'] as const;
export type Finding = (typeof FINDINGS)[number];

/** `resumes`: when the contest ends, where no other dispute stays what passed. */
interface Settling {
  readonly proposal: string;
  readonly dispute: string;
  readonly resumes?: Instant;
}

/** As counted from the log alone, and whether it is what the certificate says. */
export interface RecountOnRecord {
  readonly recounted: Recounted;
  readonly agrees: boolean;
}

export type DisputeEvent =
  | Event<
      'DisputeOpened',
      {
        readonly proposal: string;
        readonly dispute: string;
        readonly round: number;
        readonly by: string;
        readonly irregularity: Irregularity;
        /** So many persons' ballots. */
        readonly affected: number;
        readonly remedy: Remedy;
        readonly reasons: Sealed;
        /** How many arbiters are to be drawn, and until when they have. */
        readonly arbiters: number;
        readonly until: Instant;
      }
    >
  /** `seed` and `candidates` let anybody draw them once more. */
  | Event<'ArbitersDrawn', { readonly proposal: string; readonly dispute: string; readonly seed: string; readonly candidates: readonly string[]; readonly arbiters: readonly string[] }>
  | Event<'OpinionGiven', { readonly proposal: string; readonly dispute: string; readonly arbiter: string; readonly finding: Finding; readonly reasons: string }>
  | Event<'DisputeRuled', Settling & { readonly finding: Finding; readonly remedy: Remedy; readonly for: number; readonly against: number }>
  /** The decision stands. */
  | Event<'DisputeLapsed', Settling & { readonly reason: 'NoRuling' | 'NoArbiters' }>
  /** `annuls`: by it, something else would have been done. */
  | Event<'VoteRecounted', Settling & RecountOnRecord & { readonly annuls: boolean }>;

export const disputeEvents = describeEvents<DisputeEvent>({
  DisputeOpened: { wire: 'governance.dispute-opened.v1', visibility: 'community' },
  ArbitersDrawn: { wire: 'governance.arbiters-drawn.v1', visibility: 'community' },
  OpinionGiven: { wire: 'governance.opinion-given.v1', visibility: 'community' },
  DisputeRuled: { wire: 'governance.dispute-ruled.v1', visibility: 'public' },
  DisputeLapsed: { wire: 'governance.dispute-lapsed.v1', visibility: 'public' },
  VoteRecounted: { wire: 'governance.vote-recounted.v1', visibility: 'public' },
});

export const disputeRejections = defineRejections({
  NotContestable: [409, 'this vote cannot be disputed now', 'A vote can be disputed from its certificate until the end of its contest, where the charter has one.'],
  NoStanding: [403, 'only who was on the roll of the vote, or proposed it, may dispute it', 'A dispute is for those whom the vote concerned.'],
  DisputedAlready: [409, 'this person has disputed the vote already', 'Everybody disputes a vote once.'],
  TooManyDisputes: [409, 'as many disputes as there can be on a vote are on record', 'A vote has at most 100 disputes.'],
  CouldNotChangeOutcome: [422, 'so few ballots could not have changed the outcome', 'A vote is annulled only where the irregularity could have changed its outcome, shown by count.'],
  NoSuchDispute: [404, 'there is no such dispute', 'A dispute is opened before anything else.'],
  NotAnArbiter: [403, 'only an arbiter drawn for this dispute may do this', 'Disputes are ruled on by who was drawn by lot.'],
  OpinionGivenAlready: [409, 'this arbiter has given an opinion already', 'Each arbiter has one voice.'],
  DisputeSettled: [409, 'the dispute is settled', 'A dispute is ruled on once, by its deadline; without a ruling the decision stands.'],
});

const MOST_ON_A_VOTE = 100;

export interface Dispute {
  readonly dispute: string;
  readonly round: number;
  readonly by: string;
  readonly remedy: Remedy;
  readonly until: Instant;
  /** How many were to be drawn; and who were. */
  readonly panel: number;
  readonly arbiters?: readonly string[];
  readonly opinions: readonly { readonly arbiter: string; readonly finding: Finding }[];
  /** upheld: its remedy is owed. */
  readonly status: 'open' | 'upheld' | 'settled';
  /** Where and when it was opened: what the lot rests on. */
  readonly opened: { readonly position: number; readonly time: number };
}

/** A proposal's disputes, in order. */
export type Disputes = readonly Dispute[];

function evolve(state: Disputes, event: Recorded<DisputeEvent>): Disputes {
  const change = (patch: (one: Dispute) => Partial<Dispute>): Disputes => state.map((one) => (one.dispute === event.data.dispute ? { ...one, ...patch(one) } : one));
  switch (event.type) {
    case 'DisputeOpened': {
      const { dispute, round, by, remedy, until, arbiters } = event.data;
      return [...state, { dispute, round, by, remedy, until, panel: arbiters, opinions: [], status: 'open', opened: { position: event.position, time: event.time } }];
    }
    case 'ArbitersDrawn':
      return change(() => ({ arbiters: event.data.arbiters }));
    case 'OpinionGiven': {
      const { arbiter, finding } = event.data;
      return change(({ opinions }) => ({ opinions: [...opinions, { arbiter, finding }] }));
    }
    case 'DisputeRuled':
      return change(() => ({ status: event.data.finding === 'upheld' ? 'upheld' : 'settled' }));
    case 'DisputeLapsed':
      return change(() => ({ status: 'settled' }));
    case 'VoteRecounted':
      return change(() => ({ status: event.data.annuls ? 'upheld' : 'settled' }));
    default:
      return state;
  }
}

export const disputes = { name: 'disputes', initial: [] as Disputes, evolve };

/** Disputes that stay what passed: without a ruling yet, or with a remedy that is owed. */
export const staying = (state: Disputes): readonly Dispute[] => state.filter(({ status }) => status !== 'settled');

/** Whether a proposal's vote can be disputed at an instant. */
const isContestable = ({ status, contestableUntil }: PresentProposal, now: Instant): boolean =>
  (status === 'contestable' || status === 'failed') && contestableUntil !== undefined && now < contestableUntil;

/** Nobody judges the own case: who opened it, who proposed, and whom the measure is about are parties. */
export const isParty = ({ proposer, text }: PresentProposal, { by }: Pick<Dispute, 'by'>, person: string): boolean =>
  person === by || person === proposer || personsConcernedBy(text.measure).includes(person);

interface Context {
  readonly proposal: Proposal;
  readonly membership: Membership;
  /** Arbiters among the members when the dispute was opened. */
  readonly candidates: readonly string[];
  readonly recount: RecountOnRecord | undefined;
}

/** When the contest goes on to its end, once a dispute is settled; nothing where another one is open, or nothing waits. */
function resuming({ status, contestableUntil }: PresentProposal, state: Disputes, settled: string): { readonly resumes?: Instant } {
  const others = staying(state).some(({ dispute }) => dispute !== settled);
  return status !== 'contestable' || others || contestableUntil === undefined ? {} : { resumes: contestableUntil };
}

/** Decides on a dispute that has no ruling yet. */
function onOpen(
  state: Disputes,
  of: Proposal,
  id: string,
  decide: (dispute: Dispute, present: PresentProposal) => Decision<DisputeEvent>,
): Decision<DisputeEvent> {
  const dispute = state.find((one) => one.dispute === id);
  if (!dispute || of.status === 'absent') return refuse(disputeRejections.NoSuchDispute());
  if (dispute.status !== 'open') return refuse(disputeRejections.DisputeSettled());
  return decide(dispute, of);
}

/** The finding that a majority of the panel has come to, or that no majority can be against any more. */
function findingOf({ arbiters = [], opinions }: Dispute): { readonly finding?: Finding; readonly for: number; readonly against: number } {
  const upheld = opinions.filter(({ finding }) => finding === 'upheld').length;
  const [needed, counts] = [Math.floor(arbiters.length / 2) + 1, { for: upheld, against: opinions.length - upheld }];
  if (upheld >= needed) return { finding: 'upheld', ...counts };
  return counts.against > arbiters.length - needed ? { finding: 'rejected', ...counts } : counts;
}

export const disputing = decider<DisputeEvent, Disputes>()({
  ...disputes,
  name: 'disputing',
  decide: {
    OpenDispute(command: OpenDispute, state, { proposal, membership, actor, now, newId }: Context & Act): Decision<DisputeEvent> {
      if (proposal.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
      const { frozen, round, proposer, certificate, contestableUntil, text } = proposal;
      const rule = frozen?.aftermath?.disputes;
      if (!frozen || !rule || !certificate || !isContestable(proposal, now)) return refuse(disputeRejections.NotContestable({ phase: proposal.status, until: contestableUntil ?? null }));
      const onRoll = isMember(membership) && isOnRoll(membership, frozen.at, frozen.membershipBeforeFreeze);
      if (!onRoll && actor !== proposer && !personsConcernedBy(text.measure).includes(actor)) return refuse(disputeRejections.NoStanding());
      const onVote = state.filter((one) => one.round === round);
      if (onVote.some(({ by }) => by === actor)) return refuse(disputeRejections.DisputedAlready());
      if (onVote.length >= MOST_ON_A_VOTE) return refuse(disputeRejections.TooManyDisputes());
      const { irregularity, affected, remedy, reasons } = command;
      if (remedy === 'annul' && !couldChange(certificate, affected)) return refuse(disputeRejections.CouldNotChangeOutcome({ least: leastAffected(certificate) ?? null }));
      return accept({
        type: 'DisputeOpened',
        data: {
          proposal: proposal.proposal, dispute: newId(), round, by: actor, irregularity, affected, remedy, reasons, arbiters: rule.arbiters, until: after(now, rule.ruling),
        },
      });
    },

    DrawArbiters({ dispute: id }: DrawArbiters, state, { proposal, candidates }: Context & Act): Decision<DisputeEvent> {
      return onOpen(state, proposal, id, (dispute, present) => {
        if (dispute.arbiters) return refuse(disputeRejections.DisputeSettled());
        const seed = seedOf((present.roll as NonNullable<typeof present.roll>).root, id, dispute.opened);
        const impartial = candidates.filter((person) => !isParty(present, dispute, person)).toSorted();
        const arbiters = lotOf(seed, impartial, dispute.panel);
        const drawn: DisputeEvent = { type: 'ArbitersDrawn', data: { proposal: present.proposal, dispute: id, seed, candidates: impartial, arbiters } };
        if (arbiters.length > 0) return accept(drawn);
        return accept<DisputeEvent>(drawn, { type: 'DisputeLapsed', data: { proposal: present.proposal, dispute: id, reason: 'NoArbiters', ...resuming(present, state, id) } });
      });
    },

    GiveOpinion({ dispute: id, finding, reasons }: GiveOpinion, state, { proposal, membership, actor, now }: Context & Act): Decision<DisputeEvent> {
      return onOpen(state, proposal, id, (dispute, present) => {
        if (!dispute.arbiters?.includes(actor) || !holdsRole(membership, 'arbiter')) return refuse(disputeRejections.NotAnArbiter());
        if (now >= dispute.until || present.status === 'annulled') return refuse(disputeRejections.DisputeSettled({ until: dispute.until }));
        if (dispute.opinions.some(({ arbiter }) => arbiter === actor)) return refuse(disputeRejections.OpinionGivenAlready());
        const given: DisputeEvent = { type: 'OpinionGiven', data: { proposal: present.proposal, dispute: id, arbiter: actor, finding, reasons } };
        const { finding: ruling, ...voices } = findingOf({ ...dispute, opinions: [...dispute.opinions, { arbiter: actor, finding }] });
        if (!ruling) return accept(given);
        const resumes = ruling === 'rejected' ? resuming(present, state, id) : {};
        return accept<DisputeEvent>(given, {
          type: 'DisputeRuled', data: { proposal: present.proposal, dispute: id, finding: ruling, remedy: dispute.remedy, ...voices, ...resumes },
        });
      });
    },

    LapseDispute({ dispute: id }: LapseDispute, state, { proposal, now }: Context & Act): Decision<DisputeEvent> {
      return onOpen(state, proposal, id, ({ until }, present) => {
        if (now < until) return refuse(proposalRejections.NotYetDue({ due: until }));
        return accept({ type: 'DisputeLapsed', data: { proposal: present.proposal, dispute: id, reason: 'NoRuling', ...resuming(present, state, id) } });
      });
    },

    RecountVote({ dispute: id }: RecountVote, state, { proposal, recount }: Context & Act): Decision<DisputeEvent> {
      const dispute = state.find((one) => one.dispute === id);
      const vote = proposal.status === 'absent' ? undefined : certifiedVote(proposal);
      if (!dispute || proposal.status === 'absent' || !vote || !recount) return refuse(disputeRejections.NoSuchDispute());
      if (dispute.status !== 'upheld' || dispute.remedy !== 'recount') return refuse(disputeRejections.DisputeSettled());
      const annuls = doneBy(vote.certificate) !== doneBy(recount.recounted) && proposal.status !== 'annulled';
      return accept({
        type: 'VoteRecounted', data: { proposal: proposal.proposal, dispute: id, recounted: recount.recounted, agrees: recount.agrees, annuls, ...(annuls ? {} : resuming(proposal, state, id)) },
      });
    },
  },
});
