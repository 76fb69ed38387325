// What is shown of proposals, ballots and protocols, and what a frozen proposal is owed.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { PUBLIC, type CharterEvent, type Viewer } from '../../src/community/index.ts';
import {
  ballotKey, ballotsAwaited, certification, CHOICES, concluding, enacting, opening, pollsClosing, proposalFor, proposalsFor, protocolStatus, rollSealing, sunsetting, tallied, voteKey, votingClosing,
  type BallotEvent, type ProposalEvent,
} from '../../src/governance/index.ts';
import { msOf, type Event } from '../../src/kernel/index.ts';
import { at, given, NOON, recorded, type Past } from '../support/given.ts';
import { tablesAfter } from '../support/memory-tables.ts';
import {
  cast, certified, clause, CLOSES, drafted, enacted, extended, EXTENDED_TO, frozen, ILMARI, inDeliberation, inVoting, measure, needsRebase, NOOR, OPENS, opened, P, passed, pollsClosed, rebased, refusal, sealed, submitted, text, votingClosed,
  withdrawn, ZARA,
} from './village.ts';

const tablesOf = (...events: readonly Past<Event>[]) => tablesAfter(protocolStatus, recorded<Event>(events));
const member: Viewer = { person: ZARA, linked: true, member: true, roles: ['member'], parties: [] };

describe('protocol status', () => {
  test('shows a protocol in force: since when, and by which vote', () => {
    given(protocolStatus, enacted(P, 2)).then('protocol', {
      [measure.protocol]: { title: text.title, prose: text.prose, clauses: [clause], proposal: P, charterRevision: 2, enactedAt: NOON, until: null, suspended: [] },
    });
    given(protocolStatus, enacted('older', 2), enacted(P, 3)).thenRow('protocol', measure.protocol, { proposal: P, charterRevision: 3 });
  });

  test('shows every proposal in its phase', () => {
    const phases: Record<string, readonly Past<ProposalEvent | CharterEvent>[]> = {
      draft: [drafted()],
      submitted: [drafted(), submitted],
      inadmissible: [drafted(), submitted, { type: 'ProposalFoundInadmissible', data: { proposal: P, by: ILMARI, reason: 'x' } }],
      deliberation: inDeliberation,
      withdrawn: [...inDeliberation, { type: 'ProposalWithdrawn', data: { proposal: P, admitted: true } }],
      frozen: [...inDeliberation, frozen(), sealed()],
      lapsed: [...inDeliberation, frozen(), sealed(0), { type: 'ProposalLapsed', data: { proposal: P, reason: 'EmptyRoll' } }],
      voting: inVoting,
      'polls-closed': [...inVoting, pollsClosed],
      'voting-closed': [...inVoting, pollsClosed, votingClosed(7)],
      passed,
      failed: [...inVoting, pollsClosed, votingClosed(7), certified(0, 1, 'NoQuorum')],
      enacted: [...passed, enacted(P, 2), { type: 'ProposalEnacted', data: { proposal: P, charterRevision: 2 } }],
      'needs-rebase': [...passed, needsRebase(2)],
    };
    for (const [state, past] of Object.entries(phases)) given(protocolStatus, past).thenRow('proposal', P, { state });
  });

  test('shows what the freeze fixed', () => {
    given(protocolStatus, inVoting).thenRow('proposal', P, {
      frozenAt: 4, opensAt: OPENS, closesAt: CLOSES, charterRevision: 1, rollSize: 9, rollRoot: 'root', outcome: null, certificate: null,
    });
  });
});

test('a vote that goes on is open again, until its second close', () => {
  const stamped = at(cast(ILMARI, 'yes'), { position: 30, time: msOf(CLOSES) });
  given(protocolStatus, inVoting, stamped, pollsClosed, extended).thenRow('proposal', P, { state: 'voting', closesAt: EXTENDED_TO, extended: 'LateSwing', pollsClosedAt: null });
  expect(tallied(tablesOf(...inVoting, stamped).tally.get(P))?.stampedLater).toEqual([30]);
  expect(tallied(tablesOf(...inVoting, stamped, pollsClosed, extended).tally.get(P))).toEqual({ yes: 1, no: 0, abstain: 0, stampedLater: [] });
});

describe('what else was decided', () => {
  test('a repealed protocol is no longer in force, and agreed words are on record', () => {
    given(protocolStatus, enacted('a', 2), { type: 'ProtocolRepealed', data: { proposal: P, protocol: measure.protocol, charterRevision: 3 } }).then('protocol', {});
    given(protocolStatus, { type: 'ResolutionAdopted', data: { proposal: P, title: 'An anthem', prose: 'We have one.' } }).then('resolution', {
      [P]: { title: 'An anthem', prose: 'We have one.', adoptedAt: NOON },
    });
  });

  test('a rebased proposal shows nothing of its first vote, and counts its second apart', () => {
    const second = [...passed, cast(ILMARI, 'yes'), needsRebase(2), rebased(2), frozen(2), sealed(), opened];
    given(protocolStatus, passed, needsRebase(2)).thenRow('proposal', P, { touched: 'protocol moss-stays', round: 1 });
    given(protocolStatus, second).thenRow('proposal', P, { state: 'voting', round: 2, touched: null, certificate: null, outcome: null, pollsClosedAt: null });
    const ballots = [cast(NOOR, 'no', undefined, 2), cast(ILMARI, 'no', undefined, 2)];
    given(protocolStatus, second, ballots).thenRow('tally', voteKey(P, 2), { yes: 0, no: 2, abstain: 0 });
    given(protocolStatus, second, ballots).thenRow('tally', P, { yes: 1, no: 0, abstain: 0 });
    expect(proposalFor(tablesOf(...second, ...ballots), member, P)?.counts).toEqual({ yes: 0, no: 2, abstain: 0 });
  });
});

describe('the tally', () => {
  test('counts each voter’s last ballot, and none that was withdrawn', () => {
    const ballots = [cast(ILMARI, 'yes'), cast(NOOR, 'no'), cast(ILMARI, 'abstain', 0), cast(ZARA, 'yes'), withdrawn(ZARA, 'yes')];
    given(protocolStatus, inVoting, ballots).thenRow('tally', P, { yes: 0, no: 1, abstain: 1 });
    expect(Object.keys(given(protocolStatus, inVoting, ballots).rows('ballot'))).toEqual([ballotKey(P, ILMARI), ballotKey(P, NOOR)]);
  });

  test('tells ballots apart that the log stamped at or after the close, as long as they are on record', () => {
    const late = (event: BallotEvent, position: number): Past<BallotEvent> => at(event, { time: msOf(CLOSES), position });
    const onTime = (event: BallotEvent, position: number): Past<BallotEvent> => at(event, { time: msOf(CLOSES) - 1, position });
    const stamped = (...ballots: readonly Past<BallotEvent>[]) => tallied(tablesOf(...inVoting, ...ballots).tally.get(P))?.stampedLater;
    expect(stamped(onTime(cast(ILMARI, 'yes'), 10))).toEqual([]);
    expect(stamped(onTime(cast(ZARA, 'no'), 10), late(cast(NOOR, 'yes'), 11), late(cast(ILMARI, 'yes'), 12))).toEqual([11, 12]);
    expect(stamped(late(cast(ILMARI, 'yes'), 10), late(cast(ILMARI, 'no', 0), 11))).toEqual([11]);
    expect(stamped(late(cast(ILMARI, 'yes'), 10), late(withdrawn(ILMARI, 'yes'), 11))).toEqual([]);
  });

  test('agrees with a count of the ballots on record, whatever was cast, replaced and withdrawn', () => {
    const voters = [ZARA, ILMARI, NOOR];
    const acts = fc.array(fc.tuple(fc.constantFrom(...voters), fc.constantFrom(...CHOICES, 'withdraw' as const)), { maxLength: 30 });
    fc.assert(
      fc.property(acts, (done) => {
        const onRecord = new Map<string, (typeof CHOICES)[number]>();
        const ballots = done.flatMap(([voter, act]): BallotEvent[] => {
          const before = onRecord.get(voter);
          if (act === 'withdraw') return before && onRecord.delete(voter) ? [withdrawn(voter, before)] : [];
          onRecord.set(voter, act);
          return [cast(voter, act)];
        });
        const counted = Object.fromEntries(CHOICES.map((choice) => [choice, [...onRecord.values()].filter((one) => one === choice).length]));
        given(protocolStatus, inVoting, ballots).thenRow('tally', P, counted);
      }),
    );
  });
});

describe('who sees what', () => {
  const mine = tablesOf(...inVoting, cast(ILMARI, 'yes'));

  test('members see proposals from the draft on, everybody else from their admission on', () => {
    for (const [past, shown] of [[[drafted()], false], [[drafted(), submitted], false], [inDeliberation, true]] as const) {
      const tables = tablesOf(...past);
      expect(proposalFor(tables, member, P)).toBeDefined();
      expect(proposalFor(tables, PUBLIC, P) !== undefined).toBe(shown);
      expect(proposalsFor(tables, member, {}).rows).toHaveLength(1);
      expect(proposalsFor(tables, PUBLIC, {}).rows).toHaveLength(shown ? 1 : 0);
    }
    expect(proposalsFor(mine, member, { state: 'voting' }).rows).toHaveLength(1);
    expect(proposalsFor(mine, PUBLIC, { state: 'enacted' }).rows).toHaveLength(0);
  });

  test('running counts are for members; the certified ones are for all', () => {
    expect(proposalFor(mine, member, P)?.counts).toEqual({ yes: 1, no: 0, abstain: 0 });
    expect(proposalFor(mine, PUBLIC, P)?.counts).toBeNull();
    expect(proposalFor(tablesOf(...inDeliberation), member, P)?.counts).toBeNull();
    const certifiedToo = tablesOf(...inVoting, cast(ILMARI, 'yes'), pollsClosed, votingClosed(8), certified(1, 0, 'NoQuorum'));
    expect(proposalFor(certifiedToo, PUBLIC, P)).toMatchObject({ counts: { yes: 1 }, outcome: 'NoQuorum' });
  });

  test('a vote waits for who is on its roll and has no ballot on record', () => {
    const admission = (position: number) => ({ position, time: msOf(NOON), as: 'admitted' as const });
    expect(ballotsAwaited(mine, ZARA, admission(4))).toEqual([{ proposal: P, title: text.title, closesAt: CLOSES }]);
    expect(ballotsAwaited(mine, ZARA, admission(5))).toEqual([]);
    expect(ballotsAwaited(mine, ZARA, undefined)).toEqual([]);
    expect(ballotsAwaited(mine, ILMARI, admission(4))).toEqual([]);
    expect(ballotsAwaited(tablesOf(...inVoting, pollsClosed), ZARA, admission(4))).toEqual([]);
  });
});

describe('a frozen proposal is owed', () => {
  const body = { proposal: P };

  test('its roll at once', () => {
    given(rollSealing, frozen()).thenRuns(P, { command: 'SealRoll', body }, NOON);
    given(rollSealing, frozen(), sealed()).thenOwed();
  });

  test('its opening at the time fixed, once its roll is sealed, or its lapse', () => {
    given(opening, frozen()).thenOwed();
    given(opening, frozen(), sealed()).thenRuns(P, { command: 'OpenVoting', body }, OPENS);
    given(opening, frozen(), sealed(), opened).thenOwed();
    given(opening, frozen(), sealed(0), { type: 'ProposalLapsed', data: { proposal: P, reason: 'EmptyRoll' } }).thenOwed();
  });

  test('the close of its polls at the time fixed, then of the voting, then its certificate', () => {
    given(pollsClosing, opened).thenRuns(P, { command: 'ClosePolls', body }, CLOSES);
    given(pollsClosing, opened, pollsClosed).thenOwed();
    given(votingClosing, pollsClosed).thenRuns(P, { command: 'CloseVoting', body }, NOON);
    given(votingClosing, pollsClosed, votingClosed(1)).thenOwed();
    given(votingClosing, pollsClosed, extended).thenOwed();
    given(pollsClosing, opened, pollsClosed, extended).thenRuns(P, { command: 'ClosePolls', body }, EXTENDED_TO);
    given(certification, votingClosed(1)).thenRuns(P, { command: 'CertifyProposal', body }, NOON);
    given(certification, votingClosed(1), certified(1, 0, 'NoQuorum')).thenOwed();
  });

  test('its enactment when it has passed, and only then', () => {
    given(enacting, certified(5, 1, 'passed')).thenRuns(P, { command: 'EnactMeasure', body });
    for (const outcome of ['NoQuorum', 'NotApproved'] as const) given(enacting, certified(1, 5, outcome)).thenOwed();
    given(enacting, certified(5, 1, 'passed'), enacted(P, 2)).thenOwed();
  });

  const ended: CharterEvent = { type: 'ProtocolEnded', data: { proposal: P, protocol: measure.protocol, charterRevision: 3 } };

  test('the end of what it put in force for a time, unless another decision comes first', () => {
    const forATime = { ...enacted(P, 2), data: { ...enacted(P, 2).data, until: CLOSES } } as CharterEvent;
    given(sunsetting, forATime).thenRuns(measure.protocol, { command: 'EndProtocol', body: { protocol: measure.protocol } }, CLOSES);
    given(sunsetting, enacted(P, 2)).thenOwed();
    given(sunsetting, forATime, ended).thenOwed();
    given(sunsetting, forATime, enacted('newer', 3)).thenOwed();
    given(sunsetting, forATime, { type: 'ProtocolRepealed', data: { proposal: 'r', protocol: measure.protocol, charterRevision: 3 } }).thenOwed();
    given(protocolStatus, forATime).thenRow('protocol', measure.protocol, { until: CLOSES });
    given(protocolStatus, forATime, ended).then('protocol', {});
  });

  test('to be told what became of it, one way or the other', () => {
    given(enacting, certified(5, 1, 'passed'), refusal).thenOwed();
    for (const settled of [enacted(P, 2), refusal]) given(concluding, settled).thenRuns(P, { command: 'ConcludeEnactment', body });
    given(concluding, enacted(P, 2), { type: 'ProposalEnacted', data: { proposal: P, charterRevision: 2 } }).thenOwed();
    given(concluding, refusal, needsRebase(2)).thenOwed();
  });
});
