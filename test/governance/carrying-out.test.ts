// Votes on persons: what the charter orders is carried out where the person is, or ends with its cause.
import { describe, expect, test } from '@jest/globals';
import { charter, FOUNDING_RULES, membership, type CharterEvent, type MembershipEvent, type Order } from '../../src/community/index.ts';
import {
  admissibility, aftermath, cameOf, carryingOut, concluding, conclusion, decisionClassOf, deliberation, enacting, enactment, foundIn, matterOf, onPerson, personsConcernedBy, proposal, protocolStatus,
  type Measure, type Option, type ProposalEvent,
} from '../../src/governance/index.ts';
import { after } from '../../src/kernel/index.ts';
import { at, folded, given, NOON, type Past } from '../support/given.ts';
import { admitted, admittedBy, certified, CLOSES, drafted, EXTENDED_TO, frozen, ILMARI, inForce, living, member, NOOR, opened, outsider, P, pollsClosed, sealed, steward, submitted, text, votingClosed, ZARA } from './village.ts';

const SUMMER = after(NOON, { days: 100 });
const grant = { kind: 'grant-role', person: NOOR, role: 'keeper', until: SUMMER } as const satisfies Measure;
const recall = { kind: 'recall-role', person: NOOR, role: 'keeper' } as const satisfies Measure;
const about = (measure: Measure) => ({ ...text, measure });
const passedWith = (measure: Measure): Past<ProposalEvent>[] => [
  drafted(ILMARI, 1, about(measure)), submitted, admittedBy(), at(frozen(), { position: 4 }), sealed(), opened, pollsClosed, votingClosed(7), certified(5, 1, 'passed'),
];
const ordered = (order: Order): CharterEvent => ({ type: 'MeasureOrdered', data: { proposal: P, order } });
const granted = (proposal = P): MembershipEvent => ({ type: 'RoleGranted', data: { person: NOOR, role: 'keeper', until: SUMMER, proposal } });
const recalled: MembershipEvent = { type: 'RoleRecalled', data: { person: NOOR, role: 'keeper', proposal: P } };
const noor = (...events: readonly MembershipEvent[]) => folded(membership, admitted(NOOR), ...events);
const failed = (cause: string): ProposalEvent => ({ type: 'EnactmentFailed', data: { proposal: P, cause } });

describe('a measure about a person', () => {
  const context = { charter: living, membership: member, unregistered: [] };
  const asIlmari = { actor: ILMARI };

  test('is decided by the ordinary rule, touches nothing of the charter, and stays about that person and role', () => {
    expect([grant, recall].map(decisionClassOf)).toEqual(['ordinary', 'ordinary']);
    expect(matterOf(recall)).toBe(`recall-role, keeper, ${NOOR}`);
    expect([grant, recall, { kind: 'resolution' } as const].map(personsConcernedBy)).toEqual([[NOOR], [NOOR], []]);
    const [first, second] = [NOOR, ZARA].map((person): Option => ({ option: person, title: '', prose: '', measure: { ...grant, person } })) as [Option, Option];
    const election = { kind: 'choose-one', method: 'ranked', tie: 'lot', options: [first, second] } as const;
    expect([decisionClassOf(election), matterOf(election), personsConcernedBy(election)]).toEqual(['ordinary', 'choose-one, keeper', [NOOR, ZARA]]);
  });

  test('cannot be vetoed where it recalls a guardian', () => {
    const veto = { guardians: 2, grounds: ['unlawful'], window: { days: 1 }, override: FOUNDING_RULES.decision.charter, voting: { days: 1 } } as const;
    const vetoed = (measure: Measure) => {
      const held: ProposalEvent = { type: 'ProposalTimelocked', data: { proposal: P, reason: 'Certified', until: SUMMER, vetoUntil: SUMMER } };
      const past = passedWith(measure).map((event) => (event.type === 'ProposalFrozen' ? { ...event, data: { ...event.data, aftermath: { veto } } } : event));
      return given(aftermath, past, held, { membership: folded(membership, admitted(ZARA, ['member', 'guardian'])) })
        .when('VetoProposal', { proposal: P, ground: 'unlawful', reasons: 'No.' }, { actor: ZARA });
    };
    vetoed({ ...recall, role: 'guardian' }).thenRefused('NoVeto');
    vetoed({ ...recall, person: ZARA }).thenRefused('OwnCase');
    expect(vetoed(recall).decision.accepted).toBe(true);
  });

  test('can be proposed while it makes sense', () => {
    const draft = (measure: Measure, concerned = noor()) => given(deliberation, { ...context, concerned: { [NOOR]: concerned } }).when('DraftProposal', about(measure), asIlmari);
    expect(draft(grant).decision.accepted).toBe(true);
    draft(grant, outsider).thenRefused('NotAMember');
    draft(grant, noor(granted())).thenRefused('RoleHeldAlready', { role: 'keeper' });
    expect(draft({ ...grant, until: after(SUMMER, { days: 1 }) }, noor(granted())).decision.accepted).toBe(true);
    draft({ ...grant, until: NOON }).thenRefused('SunsetTooEarly');
    draft(recall).thenRefused('RoleNotHeld', { role: 'keeper' });
    expect(draft(recall, noor(granted())).decision.accepted).toBe(true);
  });

  test('is neither admitted nor frozen, nor found inadmissible, by who is its case, steward or not', () => {
    const own = about({ ...recall, person: ZARA, role: 'steward' });
    const bySteward = { ...context, membership: steward, concerned: {} };
    given(deliberation, drafted(ILMARI, 1, own), submitted, bySteward).when('AdmitProposal', { proposal: P }, { actor: ZARA }).thenRefused('OwnCase');
    given(admissibility, drafted(ILMARI, 1, own), submitted, bySteward).when('FindInadmissible', { proposal: P, reason: 'No.' }, { actor: ZARA }).thenRefused('OwnCase');
    given(deliberation, drafted(ILMARI, 1, own), submitted, admittedBy('another'), bySteward).when('FreezeProposal', { proposal: P }, { actor: ZARA }).thenRefused('OwnCase');
    given(deliberation, drafted(ILMARI, 1, about(recall)), submitted, bySteward).when('AdmitProposal', { proposal: P }, { actor: ZARA }).then(admittedBy(ZARA));
  });

  test('ends after its vote, however long that goes on', () => {
    const freeze = (until: string) =>
      given(deliberation, drafted(ILMARI, 1, about({ ...grant, until })), submitted, admittedBy(), { ...context, membership: steward, concerned: {} })
        .when('FreezeProposal', { proposal: P }, { actor: ZARA });
    freeze(CLOSES).thenRefused('SunsetTooEarly', { earliest: EXTENDED_TO });
    expect(freeze(after(EXTENDED_TO, { seconds: 1 })).decision.accepted).toBe(true);
  });
});

describe('what was decided about a person', () => {
  test('is ordered on the charter, which stays as it is', () => {
    given(enactment, inForce, { proposal: folded(proposal, ...passedWith(grant)) }).when('EnactMeasure', { proposal: P }).then(ordered(grant));
    expect(folded(charter, ...inForce, ordered(grant))).toMatchObject({ revision: 1, settled: { [P]: { charterRevision: 1, ordered: grant } } });
    given(enactment, inForce, ordered(grant), { proposal: folded(proposal, ...passedWith(grant)) }).when('EnactMeasure', { proposal: P }).thenRefused('AlreadyConcluded');
  });

  test('is carried out on the person’s stream, once, while the proposal waits for it', () => {
    const carryOut = (order: Order | undefined, past: readonly Past<MembershipEvent>[], more: object = {}) =>
      given(onPerson, past, { order, concerned: { membership: folded(membership, ...past), indispensable: [] }, proposal: folded(proposal, ...passedWith(grant)), ...more })
        .when('CarryOutOnPerson', { proposal: P, person: NOOR });
    carryOut(grant, [admitted(NOOR)]).then(granted());
    carryOut(recall, [admitted(NOOR), granted('older')]).then(recalled);
    carryOut(grant, [admitted(NOOR), granted()]).thenRefused('NothingToCarryOut');
    carryOut(undefined, [admitted(NOOR)]).thenRefused('NothingToCarryOut');
    carryOut(grant, [admitted(NOOR)], { proposal: folded(proposal, ...passedWith(grant), failed('NotAMember')) }).thenRefused('NothingToCarryOut');
    carryOut(grant, []).thenRefused('NotAMember');
    carryOut(recall, [admitted(NOOR), granted('older')], { concerned: { membership: noor(granted('older')), indispensable: ['keeper'] } }).thenRefused('RoleMinimum');
  });

  test('is told to the proposal: enacted when it is done, failed with the cause when it cannot be', () => {
    const conclude = (order: Order, standing = noor(), indispensable: readonly 'keeper'[] = [], now = NOON) =>
      given(conclusion, passedWith(grant), { found: foundIn(folded(charter, ...inForce, ordered(order)), P, (one) => cameOf(one, P, { membership: standing, indispensable }, now)) })
        .when('ConcludeEnactment', { proposal: P });
    const enacted: ProposalEvent = { type: 'ProposalEnacted', data: { proposal: P, charterRevision: 1 } };
    conclude(grant, noor(granted())).then(enacted);
    conclude(recall, noor(granted('older'), recalled)).then(enacted);
    conclude(grant).thenRefused('NotYetDue');
    conclude(grant, outsider).then(failed('NotAMember'));
    conclude(grant, noor(granted('another'))).then(failed('RoleHeldAlready'));
    conclude(grant, noor(), [], SUMMER).then(failed('SunsetTooEarly'));
    conclude(recall).then(failed('RoleNotHeld'));
    conclude(recall, noor(granted('older')), ['keeper']).then(failed('RoleMinimum'));
  });

  test('is enacted for good, whatever has become of the role meanwhile', () => {
    const since = noor(granted(), { type: 'RoleLaidDown', data: { person: NOOR, role: 'keeper' } });
    expect(cameOf(grant, P, { membership: since, indispensable: [] }, NOON)).toBe('carried-out');
  });

  test('is owed: to be ordered, carried out, and told', () => {
    given(enacting, passedWith(grant), ordered(grant)).thenOwed();
    given(carryingOut, ordered(grant)).thenOwed(P).thenRuns(P, { command: 'CarryOutOnPerson', body: { proposal: P, person: NOOR } });
    for (const over of [granted(), recalled, failed('NotAMember')]) given(carryingOut, ordered(grant), over).thenOwed();
    given(concluding, ordered(grant)).thenOwed(P);
    given(concluding, ordered(grant), granted()).thenOwed(P);
    given(concluding, ordered(grant), failed('NotAMember')).thenOwed();
  });

  test('is shown with its cause when it could not be carried out', () => {
    given(protocolStatus, passedWith(grant), failed('NotAMember')).thenRow('proposal', P, { state: 'enactment-failed', outcome: 'passed', failure: 'NotAMember' });
  });
});
