// Protocol status: what is in force, since when and by which vote; what is in motion; the ballots and what they add up to.
import { instantOf, msOf } from '../kernel/index.ts';
import type { CharterEvent } from '../community/index.ts';
import { temporal, view, type RowsOf } from '../runtime/index.ts';
import type { BallotEvent, Choice } from './ballot.ts';
import type { ProposalEvent, ProposalState } from './proposal.ts';
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
  }),
  /** By ProposalId. */
  proposal: temporal(
    {
      state: 'text',
      /** Who may read it: 'community' until it is admitted, then 'public'. */
      shown: 'text',
      proposer: 'text',
      protocol: 'text',
      title: 'text',
      prose: 'text',
      clauses: 'json',
      draftedAt: 'instant',
      /** Position of the freeze, its log time, and how long one must have been a member then: who is on the roll. */
      frozenAt: 'integer?',
      frozenTime: 'instant?',
      membershipBeforeFreeze: 'json?',
      charterRevision: 'integer?',
      rule: 'json?',
      opensAt: 'instant?',
      closesAt: 'instant?',
      rollSize: 'integer?',
      rollRoot: 'text?',
      pollsClosedAt: 'integer?',
      outcome: 'text?',
      certificate: 'json?',
    },
    [['state'], ['shown'], ['shown', 'state']],
  ),
  /** Ballots on record, by `<proposal>/<voter>`. */
  ballot: temporal({ proposal: 'text', voter: 'text', choice: 'text', castAt: 'instant' }, [['proposal']]),
  /** What the ballots on record add up to, by ProposalId. */
  tally: temporal({
    yes: 'integer',
    no: 'integer',
    abstain: 'integer',
    closesAt: 'instant',
    /** Positions of ballots that the log stamped at or after the closing time, by voter. */
    stampedLater: 'json',
  }),
};

type StampedLater = Readonly<Record<string, number>>;

type Rows = RowsOf<typeof tables>;

export const ballotKey = (proposal: string, voter: string): string => `${proposal}/${voter}`;

const moveTo = (state: ProposalState) => (event: { readonly data: { readonly proposal: string } }, rows: Rows) =>
  rows.proposal.change(event.data.proposal, { state });

/** Puts a ballot on record in the place of the one before, or takes it off. */
function record(rows: Rows, proposal: string, voter: string, cast?: { readonly choice: Choice; readonly time: number; readonly position: number }): void {
  const key = ballotKey(proposal, voter);
  const before = rows.ballot.current(key);
  const tally = rows.tally.current(proposal);
  if (!tally) throw new Error(`a ballot on ${proposal}, whose vote never opened`);
  const counts = { yes: tally.yes, no: tally.no, abstain: tally.abstain };
  if (before) counts[before.choice as Choice] -= 1;
  if (cast) counts[cast.choice] += 1;
  rows.tally.change(proposal, { ...counts, ...stamped(tally, voter, cast) });
  if (cast) {
    const row = { proposal, voter, choice: cast.choice, castAt: instantOf(cast.time) };
    if (before) rows.ballot.change(key, row);
    else rows.ballot.open(key, row);
  } else if (before) rows.ballot.close(key);
}

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

/** A tally's row as certification takes it. */
export function tallied(row: { readonly yes: number; readonly no: number; readonly abstain: number; readonly stampedLater: unknown } | undefined): Tally | undefined {
  if (!row) return undefined;
  const { yes, no, abstain, stampedLater } = row;
  return { yes, no, abstain, stampedLater: Object.values(stampedLater as StampedLater).toSorted((a, b) => a - b) };
}

export const protocolStatus = view<CharterEvent | ProposalEvent | BallotEvent>()({
  name: 'protocol-status',
  version: 1,
  tables,
  project: {
    ProtocolEnacted({ data, time }, rows) {
      const { protocol, title, prose, clauses, proposal, charterRevision } = data;
      const row = { title, prose, clauses, proposal, charterRevision, enactedAt: instantOf(time) };
      if (rows.protocol.current(protocol)) rows.protocol.change(protocol, row);
      else rows.protocol.open(protocol, row);
    },
    ProposalDrafted({ data, time }, rows) {
      const { proposal, proposer, protocol, title, prose, clauses } = data;
      rows.proposal.open(proposal, {
        state: 'draft', shown: 'community', proposer, protocol, title, prose, clauses, draftedAt: instantOf(time),
        frozenAt: null, frozenTime: null, membershipBeforeFreeze: null, charterRevision: null, rule: null, opensAt: null, closesAt: null, rollSize: null, rollRoot: null,
        pollsClosedAt: null, outcome: null, certificate: null,
      });
    },
    ProposalSubmitted: moveTo('submitted'),
    ProposalAdmitted: ({ data }, rows) => rows.proposal.change(data.proposal, { state: 'deliberation', shown: 'public' }),
    ProposalWithdrawn: moveTo('withdrawn'),
    ProposalFrozen({ data, position, time }, rows) {
      const { proposal, textHash: _, ...frozen } = data;
      rows.proposal.change(proposal, { state: 'frozen', frozenAt: position, frozenTime: instantOf(time), ...frozen });
    },
    RollSealed: ({ data }, rows) => rows.proposal.change(data.proposal, { rollSize: data.size, rollRoot: data.root }),
    VotingOpened(event, rows) {
      moveTo('voting')(event, rows);
      const { proposal, closesAt } = event.data;
      rows.tally.open(proposal, { yes: 0, no: 0, abstain: 0, closesAt, stampedLater: {} });
    },
    ProposalLapsed: moveTo('lapsed'),
    BallotCast: ({ data, time, position }, rows) => record(rows, data.proposal, data.voter, { choice: data.choice, time, position }),
    BallotWithdrawn: ({ data }, rows) => record(rows, data.proposal, data.voter),
    PollsClosed: ({ data, position }, rows) => rows.proposal.change(data.proposal, { state: 'polls-closed', pollsClosedAt: position }),
    VotingClosed: moveTo('voting-closed'),
    ProposalCertified({ data }, rows) {
      const { proposal, ...certificate } = data;
      const state = certificate.outcome === 'passed' ? 'passed' : 'failed';
      rows.proposal.change(proposal, { state, outcome: certificate.outcome, certificate });
    },
    ProposalEnacted: moveTo('enacted'),
    ProposalNeedsRebase: moveTo('needs-rebase'),
  },
});
