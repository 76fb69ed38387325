// Votes on persons: what the charter orders is carried out where the person is, or ends with its cause.
import { describe, expect, test } from '@jest/globals';
import { charter, FOUNDING_RULES, isExternal, isRegistered, isRepresentedBy, membership, type CharterEvent, party, type MembershipEvent, type Office, type Order, type OrderOnParty, type OrderOnPerson, type PartyEvent } from '../../src/community/index.ts';
import {
  admissibility, aftermath, cameOf, carryingOut, concluding, conclusion, decisionClassOf, deliberation, enacting, enactment, foundIn, matterOf, onParty, onPerson, personsConcernedBy, proposal, protocolStatus,
  type Measure, type Option, type ProposalEvent,
} from '../../src/governance/index.ts';
import { canHold, holderOf } from '../../src/custody/holder.ts';
import { after, derivedId } from '../../src/kernel/index.ts';
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
  const context = { charter: living, membership: member, unregistered: [], uncatalogued: [] };
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
    const draft = (measure: Measure, concerned = noor()) => given(deliberation, { ...context, concerned: { persons: { [NOOR]: concerned }, parties: {} } }).when('DraftProposal', about(measure), asIlmari);
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
    const bySteward = { ...context, membership: steward, concerned: { persons: {}, parties: {} } };
    given(deliberation, drafted(ILMARI, 1, own), submitted, bySteward).when('AdmitProposal', { proposal: P }, { actor: ZARA }).thenRefused('OwnCase');
    given(admissibility, drafted(ILMARI, 1, own), submitted, bySteward).when('FindInadmissible', { proposal: P, reason: 'No.' }, { actor: ZARA }).thenRefused('OwnCase');
    given(deliberation, drafted(ILMARI, 1, own), submitted, admittedBy('another'), bySteward).when('FreezeProposal', { proposal: P }, { actor: ZARA }).thenRefused('OwnCase');
    given(deliberation, drafted(ILMARI, 1, about(recall)), submitted, bySteward).when('AdmitProposal', { proposal: P }, { actor: ZARA }).then(admittedBy(ZARA));
  });

  test('ends after its vote, however long that goes on', () => {
    const freeze = (until: string) =>
      given(deliberation, drafted(ILMARI, 1, about({ ...grant, until })), submitted, admittedBy(), { ...context, membership: steward, concerned: { persons: {}, parties: {} } })
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
    const carryOut = (order: OrderOnPerson | undefined, past: readonly Past<MembershipEvent>[], more: { readonly indispensable?: readonly Office[]; readonly failed?: boolean } = {}) =>
      given(onPerson, past, {
        concerned: order && { order, membership: folded(membership, ...past), indispensable: more.indispensable ?? [] },
        proposal: folded(proposal, ...passedWith(grant), ...(more.failed ? [failed('NotAMember')] : [])),
      }).when('CarryOutOnPerson', { proposal: P, person: NOOR });
    carryOut(grant, [admitted(NOOR)]).then(granted());
    carryOut(recall, [admitted(NOOR), granted('older')]).then(recalled);
    carryOut(grant, [admitted(NOOR), granted()]).thenRefused('NothingToCarryOut');
    carryOut(undefined, [admitted(NOOR)]).thenRefused('NothingToCarryOut');
    carryOut(grant, [admitted(NOOR)], { failed: true }).thenRefused('NothingToCarryOut');
    carryOut(grant, []).thenRefused('NotAMember');
    carryOut(recall, [admitted(NOOR), granted('older')], { indispensable: ['keeper'] }).thenRefused('RoleMinimum');
  });

  test('is told to the proposal: enacted when it is done, failed with the cause when it cannot be', () => {
    const conclude = (order: OrderOnPerson, standing = noor(), indispensable: readonly Office[] = [], now = NOON) =>
      given(conclusion, passedWith(grant), { found: foundIn(folded(charter, ...inForce, ordered(order)), P, () => cameOf({ order, membership: standing, indispensable }, P, now)) })
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
    expect(cameOf({ order: grant, membership: since, indispensable: [] }, P, NOON)).toBe('carried-out');
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

describe('what was decided about a party', () => {
  const M = '0000000b-0000-5000-8000-000000000000';
  const registered = (proposal?: string): PartyEvent => ({ type: 'PartyRegistered', data: { party: M, kind: 'external', name: 'Meridian', ...(proposal === undefined ? {} : { proposal }) } });
  const allied: PartyEvent = { type: 'PartyAllied', data: { party: M, proposal: P } };
  const expelled: PartyEvent = { type: 'PartyExpelled', data: { party: M, proposal: P } };
  const register = { kind: 'register-party', party: M, partyKind: 'external', name: 'Meridian' } as const;
  const ally = { kind: 'ally-party', party: M } as const;
  const expel = { kind: 'expel-party', party: M } as const;

  test('names the party that it enters into the books when it is ordered', () => {
    const { party: _, ...measure } = register;
    const commandId = '70000000-0000-5000-8000-000000000000';
    given(enactment, inForce, { proposal: folded(proposal, ...passedWith(measure)) })
      .when('EnactMeasure', { proposal: P }, { commandId })
      .then(ordered({ ...register, party: derivedId(commandId, 'party') }));
    expect([decisionClassOf(measure), matterOf(measure), matterOf(ally)]).toEqual(['ordinary', 'register-party', `ally-party, ${M}`]);
  });

  test('can be proposed while it makes sense', () => {
    const draft = (measure: Measure, ...past: readonly PartyEvent[]) =>
      given(deliberation, { charter: living, membership: member, unregistered: [], uncatalogued: [], concerned: { persons: {}, parties: { [M]: folded(party, ...past) } } })
        .when('DraftProposal', about(measure), { actor: ILMARI });
    for (const measure of [ally, expel]) {
      draft(measure).thenRefused('PartyNotRegistered');
      draft(measure, registered(), expelled).thenRefused('PartyNotRegistered');
      expect(draft(measure, registered()).decision.accepted).toBe(true);
    }
    draft(ally, registered(), allied).thenRefused('AlliedAlready');
    expect(draft(expel, registered(), allied).decision.accepted).toBe(true);
  });

  test('is carried out on the party’s stream, once', () => {
    const carryOut = (order: OrderOnParty, ...past: readonly PartyEvent[]) =>
      given(onParty, past, { concerned: { order, party: folded(party, ...past) }, proposal: folded(proposal, ...passedWith(ally)) }).when('CarryOutOnParty', { proposal: P, party: M });
    carryOut(register).then(registered(P));
    carryOut(register, registered(P)).thenRefused('NothingToCarryOut');
    carryOut(ally, registered()).then(allied);
    carryOut(expel, registered()).then(expelled);
    carryOut(ally, registered(), { ...expelled, data: { party: M, proposal: 'other' } }).thenRefused('PartyNotRegistered');
    expect(cameOf({ order: ally, party: folded(party, registered(), allied) }, P, NOON)).toBe('carried-out');
    expect(cameOf({ order: ally, party: folded(party, registered()) }, P, NOON)).toBe('pending');
    expect(cameOf({ order: expel, party: party.initial }, P, NOON)).toMatchObject({ name: 'PartyNotRegistered' });
  });

  test('is owed, but for what a steward registers', () => {
    given(carryingOut, ordered(ally)).thenRuns(P, { command: 'CarryOutOnParty', body: { proposal: P, party: M } });
    given(concluding, registered()).thenOwed();
    for (const done of [registered(P), allied, expelled]) {
      given(carryingOut, ordered(ally), done).thenOwed();
      given(concluding, done).thenOwed(P);
    }
  });

  test('leaves an expelled party what it has, and those who act for it to hand it over', () => {
    const state = folded(party, registered(), { type: 'RepresentativeAppointed', data: { party: M, person: NOOR, scope: ['transfers'], until: SUMMER, invitation: 'i' } }, expelled);
    expect([isRegistered(state), isExternal(state), isRepresentedBy(state, NOOR, NOON, 'transfers')]).toEqual([false, true, true]);
    const holder = holderOf(M, living, { party: state, membership: membership.initial });
    expect([holder.kind, canHold(holder)]).toEqual(['expelled', false]);
  });
});
