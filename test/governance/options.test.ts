// A vote between options, from draft to enactment and recount.
import { afterEach, describe, expect, test } from '@jest/globals';
import { charter, FOUNDING_RULES, membership, PUBLIC, type CharterEvent } from '../../src/community/index.ts';
import {
  ballot, ballotStream, count, countOf, deliberation, enactment, proposal, proposalFor, proposalStream, protocolStatus, recount, tallyOverTime, voting,
  type BallotEvent, type Certificate, type ChooseOne, type PresentProposal, type ProposalEvent, type ProposalRow, type ProposedText, type Tally,
} from '../../src/governance/index.ts';
import { contentHash, msOf, type Event } from '../../src/kernel/index.ts';
import { catalogue } from '../../src/registry.ts';
import { wholeLog } from '../../src/runtime/index.ts';
import { at, folded, given, recorded, type Past } from '../support/given.ts';
import { logOf } from '../support/log-of.ts';
import type { MemoryLog } from '../support/memory-log.ts';
import { tablesAfter } from '../support/memory-tables.ts';
import {
  admitted, admittedBy, cast, clause, CLOSES, drafted, enacted, EXTENDED_TO, frozen, ILMARI, inForce, living, member, NOOR, OPENS, opened, ORDINARY, P, pollsClosed, sealed, steward, submitted, text as mossText, votingClosed, ZARA,
} from './village.ts';

const garden = { option: 'garden', title: 'A garden', prose: 'Herbs.', measure: { kind: 'resolution' } } as const;
const moss = { option: 'moss', ...mossText, measure: { kind: 'adopt-protocol', protocol: 'moss-stays', clauses: [clause] } } as const;
const shorter = { option: 'shorter', title: 'Shorter votes', prose: 'Five days.', measure: { kind: 'change-rules', rules: { voting: { days: 5 } } } } as const;

const choose = (method: ChooseOne['method'], ...options: ChooseOne['options']): ProposedText<ChooseOne> => ({
  title: 'The yard', prose: 'What becomes of it?', measure: { kind: 'choose-one', method, tie: 'status-quo', options },
});
const yard = choose('ranked', garden, moss);
const frozenYard = { ...frozen(), data: { ...frozen().data, textHash: contentHash(yard) } } as ProposalEvent;
const inVoting: readonly Past<ProposalEvent>[] = [drafted(ILMARI, 1, yard), submitted, admittedBy(), at(frozenYard, { position: 4 }), sealed(), opened];

const byMember = { charter: living, membership: member, unregistered: [], uncatalogued: [] };

describe('a proposal with options', () => {
  const draft = (text: ProposedText<ChooseOne>, charter = living) =>
    given(deliberation, { ...byMember, charter }).when('DraftProposal', text as never, { actor: ILMARI });

  test('is drafted with what each of them does', () => {
    expect(draft(yard).state).toMatchObject({ status: 'draft', text: yard });
  });

  test('names each once, and none that could not be enacted', () => {
    draft(choose('approval', garden, { ...moss, option: 'garden' })).thenRefused('OptionTwice');
    draft(choose('approval', garden, { ...moss, measure: { ...moss.measure, clauses: [clause, clause] } })).thenRefused('ClauseIdTwice');
    draft(choose('approval', garden, { ...garden, option: 'nothing', measure: { kind: 'repeal-protocol', protocol: 'moss-stays' } })).thenRefused('ProtocolNotInForce');
  });

  const freeze = (text: ProposedText<ChooseOne>, charterNow = living) =>
    given(deliberation, drafted(ILMARI, 1, text), submitted, admittedBy(), { ...byMember, charter: charterNow, membership: steward })
      .when('FreezeProposal', { proposal: P }, { actor: ZARA });

  test('is decided in the strictest class that one of them has, and under the stricter of the rules', () => {
    expect(freeze(yard).state).toMatchObject({ frozen: { decisionClass: 'ordinary', rule: ORDINARY } });
    expect(freeze(choose('ranked', garden, shorter)).state).toMatchObject({ frozen: { decisionClass: 'charter', rule: FOUNDING_RULES.decision.charter } });
    const harder = { ...ORDINARY, threshold: { n: 3, d: 4, strict: false } };
    const change = { ...shorter, measure: { kind: 'change-rules', rules: { decision: { charter: harder } } } } as const;
    expect(freeze(choose('ranked', change, shorter)).state).toMatchObject({ frozen: { rule: { threshold: harder.threshold, quorum: { n: 1, d: 2 } } } });
  });

  test('needs a rebase before its freeze where anything that one of them changes has moved', () => {
    freeze(yard, folded(charter, ...inForce, enacted('other', 2))).thenRefused('NeedsRebase', { touched: 'protocol moss-stays', movedTo: 2, writtenAgainst: 1 });
  });
});

describe('a ballot', () => {
  const context = { proposal: folded(proposal, ...inVoting), membership: folded(membership, admitted(ILMARI, ['member'], { position: 4 })) };
  const says = (choice: string, past: readonly BallotEvent[] = []) => given(ballot, ...past, context).when('CastBallot', { proposal: P, choice }, { actor: ILMARI, now: OPENS });

  test('is kept in its one form, and is not replaced by the same said otherwise', () => {
    says('moss=garden>status-quo').then(cast(ILMARI, 'garden=moss>status-quo'));
    says('moss=garden', [cast(ILMARI, 'garden=moss')]).thenRefused('SameChoice');
    says('moss', [cast(ILMARI, 'garden=moss')]).then(cast(ILMARI, 'moss', 0));
  });

  test('says nothing that is not asked', () => {
    for (const choice of ['yes', 'garden,moss', 'garden>shed', 'garden>garden']) says(choice).thenRefused('InvalidChoice', { choice });
  });
});

const plain = (...ballots: readonly (readonly [string, string])[]): BallotEvent[] => ballots.map(([voter, choice]) => cast(voter, choice));

let log: MemoryLog | undefined;
afterEach(() => log?.shutdown());

const told = async (...events: readonly (readonly [string, Event])[]): Promise<MemoryLog> => (log = await logOf(...events));

const ofProposal = (events: readonly Past<ProposalEvent>[]) => events.map((event) => [proposalStream(P), event] as const);
const ofBallots = (ballots: readonly BallotEvent[]) => ballots.map((event) => [ballotStream(P, event.data.voter), event] as const);

const fourBallots = plain(['a', 'moss>garden>status-quo'], ['b', 'moss'], ['c', 'garden>status-quo>moss'], ['d', 'abstain']);

async function counted(ballots: readonly BallotEvent[] = fourBallots): Promise<Tally> {
  const whole = await told(...ofProposal(inVoting), ...ofBallots(ballots));
  return count.answer(wholeLog(whole, catalogue, whole.head().position), { proposal: P });
}

describe('the count', () => {
  test('is taken from the log', async () => {
    expect(await counted()).toEqual({ method: 'ranked', ballots: 3, abstain: 1, pairwise: [[0, 1, 2], [2, 0, 2], [0, 1, 0]], stampedLater: [] });
  });

  test('is certified with the whole way to the result', async () => {
    const context = { roll: undefined, swing: undefined, tally: await counted() };
    const certificate: Certificate = {
      ballots: 3, abstain: 1, roll: 9, rollRoot: 'root', rule: ORDINARY, frozenAt: 4, pollsClosedAt: 42, stampedLater: [], outcome: 'passed',
      election: {
        method: 'ranked', options: ['garden', 'moss', 'status-quo'], pairwise: [[0, 1, 2], [2, 0, 2], [0, 1, 0]], paths: [[0, 0, 2], [2, 0, 2], [0, 0, 0]],
        order: [['moss'], ['garden'], ['status-quo']], eligible: ['garden', 'moss'], elected: 'moss',
      },
    };
    given(voting, ...inVoting, at(pollsClosed, { position: 42 }), votingClosed(42), context)
      .when('CertifyProposal', { proposal: P })
      .then({ type: 'ProposalCertified', data: { proposal: P, ...certificate } });
  });

  test('goes on once where another option, or none, would have been elected before the last part of the voting time', () => {
    const tally = (...ballots: readonly (readonly [string, number])[]): Tally => ({ ...countOf(yard.measure, ballots), stampedLater: [] });
    const close = (before: Tally, now: Tally) =>
      given(voting, ...inVoting, at(pollsClosed, { position: 42 }), { roll: undefined, tally: undefined, swing: { before, now } })
        .when('CloseVoting', { proposal: P }, { now: CLOSES });
    close(tally(['moss', 3]), tally(['moss', 3], ['garden', 4])).then({ type: 'VotingExtended', data: { proposal: P, reason: 'LateSwing', pollsClosedAt: 42, closesAt: EXTENDED_TO } });
    close(tally(['moss', 3]), tally(['moss', 3], ['status-quo', 4])).then({ type: 'VotingExtended', data: { proposal: P, reason: 'LateSwing', pollsClosedAt: 42, closesAt: EXTENDED_TO } });
    close(tally(['moss', 3]), tally(['moss', 6], ['garden', 4])).then(votingClosed(42));
    close(tally(['status-quo', 3]), tally(['moss=garden', 4])).then(votingClosed(42));
  });
});

const certifiedAs = (certificate: Partial<Certificate>): ProposalEvent => ({ type: 'ProposalCertified', data: { proposal: P, ...certificate } as never });
const elected = (option: string) => certifiedAs({
  ballots: 3, abstain: 1, roll: 9, rollRoot: 'root', rule: ORDINARY, frozenAt: 4, pollsClosedAt: 7, stampedLater: [], outcome: 'passed',
  election: { method: 'approval', options: ['garden', 'moss'], approvals: [1, 2], eligible: [option], elected: option },
});
const passed = (option: string) => [...inVoting, pollsClosed, votingClosed(7), elected(option)];

test('what was elected is enacted, and nothing else', () => {
  const enact = (option: string, ...before: readonly CharterEvent[]) =>
    given(enactment, ...inForce, ...before, { proposal: folded(proposal, ...passed(option)) }).when('EnactMeasure', { proposal: P });
  enact('moss').then(enacted(P, 2));
  enact('garden').then({ type: 'ResolutionAdopted', data: { proposal: P, title: 'A garden', prose: 'Herbs.' } });
  enact('garden', enacted('other', 2)).then({ type: 'ResolutionAdopted', data: { proposal: P, title: 'A garden', prose: 'Herbs.' } });
  enact('moss', enacted('other', 2)).then({ type: 'EnactmentRefused', data: { proposal: P, touched: 'protocol moss-stays', movedTo: 2, reason: 'NeedsRebase', frozenAt: 1 } });
});

test('a vote to override its veto is of yes and no, and what had been elected is done', () => {
  const overriding: ProposalEvent = { type: 'OverrideVotingOpened', data: { proposal: P, round: 2, rule: ORDINARY, closesAt: EXTENDED_TO } };
  const over = [...passed('moss'), overriding];
  const context = { proposal: folded(proposal, ...over), membership: folded(membership, admitted(ILMARI, ['member'], { position: 4 })) };
  const says = (choice: string) => given(ballot, context).when('CastBallot', { proposal: P, choice }, { actor: ILMARI, now: OPENS });
  says('yes').then(cast(ILMARI, 'yes', undefined, 2));
  says('moss').thenRefused('InvalidChoice');
  const counted = { roll: undefined, swing: undefined, tally: { yes: 5, no: 1, abstain: 0, stampedLater: [] } };
  const certified = given(voting, ...over, at(pollsClosed, { position: 30 }), votingClosed(30), counted).when('CertifyProposal', { proposal: P });
  const enact = given(enactment, ...inForce, { proposal: { ...(certified.state as PresentProposal), status: 'passed' } });
  enact.when('EnactMeasure', { proposal: P }).then(enacted(P, 2));
});

describe('protocol status', () => {
  const shown = (...more: readonly Past<Event>[]) => {
    const tables = tablesAfter(protocolStatus, recorded<Event>([...inVoting, ...more]));
    const viewer = { person: ZARA, linked: true, member: true, roles: ['member'], parties: [] } as const;
    return [proposalFor(tables, viewer, P), proposalFor(tables, PUBLIC, P)] as const;
  };

  test('counts ballots that mark options as what they are: not as no yes and no no', () => {
    const withdrawn = { type: 'BallotWithdrawn', data: { proposal: P, round: 1, voter: 'b', choice: 'moss' } } as const;
    expect(shown(...fourBallots)[0]?.counts).toEqual({ marked: 3, abstain: 1 });
    expect(shown(...fourBallots, cast(NOOR, 'abstain'), cast(NOOR, 'garden', 0), withdrawn)[0]?.counts).toEqual({ marked: 3, abstain: 1 });
  });

  test('shows how they grew as what they are', async () => {
    const tables = tablesAfter(protocolStatus, recorded<Event>([...inVoting, ...fourBallots]));
    const row = tables.proposal.get(P) as ProposalRow;
    const moments = { timeOf: () => msOf(CLOSES), positionAt: () => 10, tablesAt: () => Promise.resolve(tables) };
    expect((await tallyOverTime(tables, row, 10, 2, moments))?.points.map(({ counts }) => counts)).toEqual([{ marked: 3, abstain: 1 }, { marked: 3, abstain: 1 }]);
  });

  test('shows which option was elected, to everybody', () => {
    const [, publicly] = shown(...fourBallots, pollsClosed, votingClosed(11), elected('moss'));
    expect(publicly).toMatchObject({ state: 'passed', outcome: 'passed', elected: 'moss', counts: { marked: 3, abstain: 1 } });
  });
});

describe('a recount', () => {
  const certificateOf = async (): Promise<ProposalEvent> => {
    const tally = await counted();
    const decided = given(voting, ...inVoting, at(pollsClosed, { position: 11 }), votingClosed(11), { roll: undefined, swing: undefined, tally }).when('CertifyProposal', { proposal: P });
    return { ...decided.decision.accepted ? decided.decision.events[0] : undefined } as ProposalEvent;
  };

  async function recounted(asked: { under?: object; method?: 'approval' | 'ranked' } = {}, certificate?: ProposalEvent) {
    const stated = certificate ?? (await certificateOf());
    const members = Array.from({ length: 9 }, (_, n) => [`member-m${n}`, { type: 'MemberAdmitted', data: { person: `m${n}`, roles: ['member'], as: 'founder' } }] as const);
    const whole = await told(...members, ...ofProposal(inVoting), ...ofBallots(fourBallots), ...ofProposal([pollsClosed, votingClosed(20)]), [proposalStream(P), { ...stated, data: { ...stated.data, pollsClosedAt: 20 } } as Event]);
    return recount.answer(wholeLog(whole, catalogue, whole.head().position), { proposal: P, under: {}, ...asked });
  }

  test('agrees with an honest certificate, and not with one that has another matrix', async () => {
    const honest = await certificateOf();
    expect(await recounted({}, honest)).toMatchObject({ agrees: true, recounted: { ballots: 3, abstain: 1, roll: 9, outcome: 'passed', election: { elected: 'moss' } } });
    const lie = JSON.parse(JSON.stringify(honest).replace('"pairwise":[[0,1,2]', '"pairwise":[[0,2,2]')) as ProposalEvent;
    expect(lie).not.toEqual(honest);
    expect(await recounted({}, lie)).toMatchObject({ agrees: false });
  });

  test('by the other method and another rule says what would have been', async () => {
    expect((await recounted({ method: 'approval' })).otherwise).toMatchObject({ outcome: 'Tied', election: { approvals: [2, 2], tied: ['garden', 'moss'] } });
    expect((await recounted({ under: { quorum: { n: 1, d: 2 } } })).otherwise).toMatchObject({ outcome: 'NoQuorum' });
    expect((await recounted()).otherwise).toBeUndefined();
  });
});
