// Protocol status: what is in force, since when and by which vote; what is in motion; the ballots and what they add up to.
import { instantOf, msOf } from '../kernel/index.ts';
import type { CharterEvent, SuspensionGround } from '../community/index.ts';
import { temporal, view, type RowsOf } from '../runtime/index.ts';
import type { BallotEvent } from './ballot.ts';
import { CHOICES, type Choice } from './choice.ts';
import type { DisputeEvent } from './dispute.ts';
import { decisionClassOf, type ProposedText } from './measure.ts';
import type { SponsorEvent } from './sponsoring.ts';
import type { ProposalEvent, ProposalState, Veto } from './proposal.ts';
import type { Tally } from './voting.ts';

const tables = {
  /** By code. `since` of a row is the position from which the text binds. */
  protocol: temporal({
    title: 'text',
    prose: 'text',
    clauses: 'json',
    proposal: 'text',
    charterRevision: 'integer',
    enactedAt: 'instant',
    /** When it ends by itself. */
    until: 'instant?',
    /** Clauses that are suspended: `[{ clause, ground, by, until }]`. */
    suspended: 'json',
  }),
  /** By ProposalId. */
  proposal: temporal(
    {
      state: 'text',
      /** Who may read it: 'community' until it is admitted, then 'public'. */
      shown: 'text',
      proposer: 'text',
      title: 'text',
      prose: 'text',
      measure: 'json',
      /** Number of the present text. */
      textRevision: 'integer',
      /** Of the measure: its kind, and the code of the protocol that it is about. */
      kind: 'text',
      protocol: 'text?',
      /** Code of the charter, which delegations go by. */
      topic: 'text?',
      draftedAt: 'instant',
      /** How many members sponsor the present text. */
      sponsors: 'integer',
      /** `{ by, reason }`: what a steward found of it, sponsors' overturning it or not. */
      inadmissible: 'json?',
      /** How many times it was voted on, from its freeze on. */
      round: 'integer',
      /** The part of the charter that has moved since the text was written, where it needs a rebase. */
      touched: 'text?',
      /** Why what it ordered could not be carried out, by the name of the refusal. */
      failure: 'text?',
      /** Position of the freeze, its log time, and how long one must have been a member then: who is on the roll. */
      frozenAt: 'integer?',
      frozenTime: 'instant?',
      membershipBeforeFreeze: 'json?',
      charterRevision: 'integer?',
      /** By the measure; from the freeze on, as it was fixed. */
      decisionClass: 'text',
      rule: 'json?',
      opensAt: 'instant?',
      closesAt: 'instant?',
      /** From when on a swing of the outcome is late. */
      swingFrom: 'instant?',
      rollSize: 'integer?',
      rollRoot: 'text?',
      pollsClosedAt: 'integer?',
      /** Why the vote went on after its first close. */
      extended: 'text?',
      outcome: 'text?',
      /** The option that was elected, where there were several. */
      elected: 'text?',
      certificate: 'json?',
      /** What stands between the certificate and enactment, as of the freeze. */
      aftermath: 'json?',
      /** `{ topic, cap }` where votes can be carried by delegates. */
      delegation: 'json?',
      contestableUntil: 'instant?',
      /** How many disputes are open on its vote. */
      disputes: 'integer?',
      /** Until when it waits after that, and until when it can be vetoed. */
      timelockedUntil: 'instant?',
      vetoUntil: 'instant?',
      /** `[{ guardian, ground, reasons, at }]`, and the certificate of the vote that they stopped. */
      vetoes: 'json?',
      vetoedCertificate: 'json?',
    },
    [['state'], ['shown'], ['shown', 'state'], ['proposer']],
    { text: ['title', 'prose', 'protocol'] },
  ),
  /** Words that were agreed to, by ProposalId. */
  resolution: temporal({ title: 'text', prose: 'text', adoptedAt: 'instant' }),
  /** Ballots on record, by `ballotKey`; `vote` is the `voteKey` of its round. */
  ballot: temporal({ vote: 'text', voter: 'text', choice: 'text', castAt: 'instant' }, [['vote']]),
  /** What the ballots on record add up to, by `voteKey`. */
  tally: temporal({
    yes: 'integer',
    no: 'integer',
    abstain: 'integer',
    /** Ballots that approve or rank options. */
    marked: 'integer',
    closesAt: 'instant',
    /** Positions of ballots that the log stamped at or after the closing time, by voter. */
    stampedLater: 'json',
  }),
};

/** A guardian's act, and when it was done. */
export type VetoShown = Veto & { readonly at: string };
/** A clause as it is suspended. */
export interface SuspendedClause {
  readonly clause: string;
  readonly ground: SuspensionGround;
  readonly by: string;
  readonly until: string;
}

type StampedLater = Readonly<Record<string, number>>;

type Rows = RowsOf<typeof tables>;

/** A vote on a proposal: each round is one of its own. */
export const voteKey = (proposal: string, round: number): string => (round === 1 ? proposal : `${proposal}.${round}`);

export const ballotKey = (vote: string, voter: string): string => `${vote}/${voter}`;

/** What a proposal has from its freeze on, before there is any. */
const UNFROZEN = {
  frozenAt: null, frozenTime: null, membershipBeforeFreeze: null, charterRevision: null, rule: null, opensAt: null, closesAt: null, swingFrom: null,
  delegation: null, aftermath: null, contestableUntil: null, disputes: null, timelockedUntil: null, vetoUntil: null, vetoes: null, vetoedCertificate: null,
  rollSize: null, rollRoot: null, pollsClosedAt: null, extended: null, outcome: null, elected: null, certificate: null, touched: null, failure: null,
};

/** A text as the board shows and finds it. */
const worded = ({ title, prose, measure, topic }: ProposedText) => ({
  topic: topic ?? null,
  title,
  prose,
  measure,
  kind: measure.kind,
  protocol: 'protocol' in measure ? measure.protocol : null,
  decisionClass: decisionClassOf(measure),
});

const roundOf = (rows: Rows, proposal: string): number => rows.proposal.current(proposal)?.round ?? 0;

type OfProposal = { readonly data: { readonly proposal: string } };

const moveTo = (state: ProposalState) => (event: OfProposal, rows: Rows) =>
  rows.proposal.change(event.data.proposal, { state });

const sponsored = (rows: Rows, proposal: string, more: 1 | -1) =>
  rows.proposal.change(proposal, { sponsors: (rows.proposal.current(proposal)?.sponsors ?? 0) + more });

/** More or fewer disputes that wait for a ruling, or for what it asks for. */
const disputed = (by: number) => ({ data: { proposal } }: OfProposal, rows: Rows) =>
  rows.proposal.change(proposal, { disputes: Math.max(0, (rows.proposal.current(proposal)?.disputes ?? 0) + by) });

interface OnRecord {
  readonly proposal: string;
  readonly round: number;
  readonly voter: string;
}

/** Puts a ballot on record in the place of the one before, or takes it off. */
function record(rows: Rows, { proposal, round, voter }: OnRecord, cast?: { readonly choice: string; readonly time: number; readonly position: number }): void {
  const vote = voteKey(proposal, round);
  const key = ballotKey(vote, voter);
  const before = rows.ballot.current(key);
  const tally = rows.tally.current(vote);
  if (!tally) throw new Error(`a ballot on ${proposal}, whose vote never opened`);
  const { yes, no, abstain, marked } = tally;
  const counts = { yes, no, abstain, marked };
  if (before) counts[kindOf(before.choice)] -= 1;
  if (cast) counts[kindOf(cast.choice)] += 1;
  rows.tally.change(vote, { ...counts, ...stamped(tally, voter, cast) });
  if (cast) {
    const row = { vote, voter, choice: cast.choice, castAt: instantOf(cast.time) };
    if (before) rows.ballot.change(key, row);
    else rows.ballot.open(key, row);
  } else if (before) rows.ballot.close(key);
}

/** No option is named like one of the three. */
const kindOf = (choice: string): Choice | 'marked' => ((CHOICES as readonly string[]).includes(choice) ? (choice as Choice) : 'marked');

/** The list of ballots stamped later, where it changes: hardly ever. */
function stamped(
  { closesAt, stampedLater }: { readonly closesAt: string; readonly stampedLater: unknown },
  voter: string,
  cast?: { readonly time: number; readonly position: number },
): { readonly stampedLater?: unknown } {
  const others = stampedLater as StampedLater;
  if (cast && cast.time >= msOf(closesAt)) return { stampedLater: { ...others, [voter]: cast.position } };
  // Asked first, as it is what nearly every ballot finds: looking a voter up in an object makes the text a name for good.
  if (Object.keys(others).length === 0 || !(voter in others)) return {};
  const { [voter]: _, ...left } = others;
  return { stampedLater: left };
}

/** The tally's row of a vote of yes and no, as certification takes it. */
export function tallied(row: { readonly yes: number; readonly no: number; readonly abstain: number; readonly stampedLater: unknown } | undefined): Tally | undefined {
  if (!row) return undefined;
  const { yes, no, abstain, stampedLater } = row;
  return { yes, no, abstain, stampedLater: Object.values(stampedLater as StampedLater).toSorted((a, b) => a - b) };
}

export const protocolStatus = view<CharterEvent | ProposalEvent | SponsorEvent | BallotEvent | DisputeEvent>()({
  name: 'protocol-status',
  version: 9,
  tables,
  project: {
    ProtocolEnacted({ data, time }, rows) {
      const { protocol, title, prose, clauses, proposal, charterRevision, until = null } = data;
      const row = { title, prose, clauses, proposal, charterRevision, enactedAt: instantOf(time), until, suspended: [] };
      if (rows.protocol.current(protocol)) rows.protocol.change(protocol, row);
      else rows.protocol.open(protocol, row);
    },
    ClauseSuspended({ data: { protocol, clause, ground, by, until } }, rows) {
      const before = (rows.protocol.current(protocol)?.suspended ?? []) as readonly SuspendedClause[];
      rows.protocol.change(protocol, { suspended: [...before, { clause, ground, by, until }] });
    },
    SuspensionEnded({ data: { protocol, clause, charterRevision } }, rows) {
      const text = rows.protocol.current(protocol);
      if (text?.charterRevision !== charterRevision) return;
      rows.protocol.change(protocol, { suspended: (text.suspended as readonly SuspendedClause[]).filter((one) => one.clause !== clause) });
    },
    ProtocolRepealed: ({ data }, rows) => rows.protocol.close(data.protocol),
    ProtocolEnded: ({ data }, rows) => rows.protocol.close(data.protocol),
    ResolutionAdopted: ({ data: { proposal, title, prose }, time }, rows) => rows.resolution.open(proposal, { title, prose, adoptedAt: instantOf(time) }),
    ProposalDrafted({ data, time }, rows) {
      const { proposal, proposer } = data;
      const row = { state: 'draft', shown: 'community', proposer, ...worded(data), textRevision: 1, draftedAt: instantOf(time), sponsors: 0, inadmissible: null, round: 0 };
      rows.proposal.open(proposal, { ...row, ...UNFROZEN });
    },
    ProposalRevised: ({ data }, rows) => rows.proposal.change(data.proposal, { ...worded(data), textRevision: data.textRevision, sponsors: 0 }),
    ProposalRebased({ data }, rows) {
      const textRevision = (rows.proposal.current(data.proposal)?.textRevision ?? 0) + 1;
      rows.proposal.change(data.proposal, { state: 'deliberation', ...worded(data), textRevision, ...UNFROZEN });
    },
    ProposalSubmitted: moveTo('submitted'),
    ProposalAdmitted: ({ data }, rows) => rows.proposal.change(data.proposal, { state: 'deliberation', shown: 'public' }),
    ProposalSponsored: ({ data }, rows) => sponsored(rows, data.proposal, 1),
    SponsorshipWithdrawn: ({ data }, rows) => sponsored(rows, data.proposal, -1),
    ProposalFoundInadmissible: ({ data: { proposal, by, reason } }, rows) => rows.proposal.change(proposal, { state: 'inadmissible', inadmissible: { by, reason } }),
    ProposalWithdrawn: moveTo('withdrawn'),
    ProposalFrozen({ data, position, time }, rows) {
      const { proposal, textHash: _, textRevision: _fixed, lateSwing, ...frozen } = data;
      const round = roundOf(rows, proposal) + 1;
      rows.proposal.change(proposal, { state: 'frozen', round, frozenAt: position, frozenTime: instantOf(time), swingFrom: lateSwing?.from ?? null, ...frozen });
    },
    RollSealed: ({ data }, rows) => rows.proposal.change(data.proposal, { rollSize: data.size, rollRoot: data.root }),
    VotingOpened(event, rows) {
      moveTo('voting')(event, rows);
      const { proposal, closesAt } = event.data;
      rows.tally.open(voteKey(proposal, roundOf(rows, proposal)), { yes: 0, no: 0, abstain: 0, marked: 0, closesAt, stampedLater: {} });
    },
    ProposalLapsed: moveTo('lapsed'),
    BallotCast: ({ data, time, position }, rows) => record(rows, data, { choice: data.choice, time, position }),
    BallotWithdrawn: ({ data }, rows) => record(rows, data),
    PollsClosed: ({ data, position }, rows) => rows.proposal.change(data.proposal, { state: 'polls-closed', pollsClosedAt: position }),
    VotingExtended({ data: { proposal, closesAt, reason } }, rows) {
      rows.proposal.change(proposal, { state: 'voting', closesAt, extended: reason, pollsClosedAt: null });
      // What was late for the first close is in time for the second.
      rows.tally.change(voteKey(proposal, roundOf(rows, proposal)), { closesAt, stampedLater: {} });
    },
    VotingClosed: moveTo('voting-closed'),
    ProposalCertified({ data }, rows) {
      const { proposal, ...certificate } = data;
      const state = certificate.outcome === 'passed' ? 'passed' : 'failed';
      rows.proposal.change(proposal, { state, outcome: certificate.outcome, certificate, ...('election' in certificate ? { elected: certificate.election.elected ?? null } : {}) });
    },
    ProposalContestable({ data: { proposal, until, outcome } }, rows) {
      rows.proposal.change(proposal, { contestableUntil: until, ...(outcome === 'passed' ? { state: 'contestable' } : {}) });
    },
    ProposalTimelocked: ({ data: { proposal, until, vetoUntil = null } }, rows) =>
      rows.proposal.change(proposal, { state: 'timelocked', timelockedUntil: until, vetoUntil }),
    ProposalReleased: moveTo('passed'),
    VetoCast({ data: { proposal, ...veto }, time }, rows) {
      const before = (rows.proposal.current(proposal)?.vetoes ?? []) as readonly VetoShown[];
      rows.proposal.change(proposal, { vetoes: [...before, { ...veto, at: instantOf(time) }] });
    },
    ProposalVetoed: moveTo('vetoed'),
    OverrideVotingOpened({ data: { proposal, round, rule, closesAt } }, rows) {
      const { certificate = null } = rows.proposal.current(proposal) ?? {};
      rows.proposal.change(proposal, {
        state: 'override-voting', round, rule, closesAt, swingFrom: null, pollsClosedAt: null, extended: null, outcome: null, certificate: null, vetoedCertificate: certificate,
      });
      rows.tally.open(voteKey(proposal, round), { yes: 0, no: 0, abstain: 0, marked: 0, closesAt, stampedLater: {} });
    },
    VetoUpheld: moveTo('veto-upheld'),
    DisputeOpened: disputed(1),
    DisputeLapsed: disputed(-1),
    DisputeRuled: (event, rows) => {
      if (event.data.finding === 'rejected') disputed(-1)(event, rows);
    },
    VoteRecounted: (event, rows) => {
      if (!event.data.annuls) disputed(-1)(event, rows);
    },
    ProposalAnnulled: ({ data }, rows) => rows.proposal.change(data.proposal, { state: 'annulled', disputes: 0 }),
    ProposalEnacted: moveTo('enacted'),
    EnactmentFailed: ({ data }, rows) => rows.proposal.change(data.proposal, { state: 'enactment-failed', failure: data.cause }),
    ProposalNeedsRebase: ({ data }, rows) => rows.proposal.change(data.proposal, { state: 'needs-rebase', touched: data.touched }),
  },
});
