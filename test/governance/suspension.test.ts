// A guardian suspends a faulty clause: for a time, once, and never so that what is untouchable gets out.
import { describe, expect, test } from '@jest/globals';
import { bindingsOf, charter, evaluate, membership, type Clause, type CharterEvent, type Movement } from '../../src/community/index.ts';
import { protocolStatus, suspension, suspensionsEnding } from '../../src/governance/index.ts';
import { after } from '../../src/kernel/index.ts';
import { folded, given, NOON } from '../support/given.ts';
import { admitted, enacted, ILMARI, inForce, NOOR, outsider, ZARA, clause as moss } from './village.ts';

const guardian = folded(membership, admitted(NOOR, ['member', 'guardian']));
const member = folded(membership, admitted(ILMARI));
const inThreeDays = after(NOON, { hours: 72 });
const there = [...inForce, enacted('p', 2)];
const suspended = (until = inThreeDays, charterRevision = 2): CharterEvent => ({
  type: 'ClauseSuspended', data: { protocol: 'moss-stays', clause: 'c1', charterRevision, ground: 'endangers-people', by: NOOR, until },
});
const ended = (charterRevision = 2): CharterEvent => ({ type: 'SuspensionEnded', data: { protocol: 'moss-stays', clause: 'c1', charterRevision } });
const asked = { protocol: 'moss-stays', clause: 'c1', ground: 'endangers-people' } as const;
const by = { actor: NOOR };

describe('a suspension', () => {
  test('is for 72 hours, or for less if the guardian says so', () => {
    given(suspension, ...there, { membership: guardian }).when('SuspendClause', asked, by).then(suspended());
    const evening = after(NOON, { hours: 8 });
    given(suspension, ...there, { membership: guardian }).when('SuspendClause', { ...asked, until: evening }, by).then(suspended(evening));
    for (const until of [NOON, after(NOON, { hours: 72, seconds: 1 })]) {
      given(suspension, ...there, { membership: guardian }).when('SuspendClause', { ...asked, until }, by).thenRefused('SuspensionTooLong', { latest: inThreeDays });
    }
  });

  test('is a guardian’s to decide, in the own name', () => {
    for (const standing of [member, outsider]) given(suspension, ...there, { membership: standing }).when('SuspendClause', asked, by).thenRefused('GuardianRequired');
    given(suspension, ...there, { membership: guardian }).when('SuspendClause', asked, { ...by, onBehalfOf: ZARA }).thenRefused('GuardianRequired');
  });

  test('is of a clause in force', () => {
    given(suspension, ...inForce, { membership: guardian }).when('SuspendClause', asked, by).thenRefused('ProtocolNotInForce');
    given(suspension, ...there, { membership: guardian }).when('SuspendClause', { ...asked, clause: 'other' }, by).thenRefused('NoSuchClause', { clauses: ['c1'] });
  });

  test('is once, as long as the text is the same', () => {
    for (const past of [[suspended()], [suspended(), ended()]]) {
      given(suspension, ...there, ...past, { membership: guardian }).when('SuspendClause', asked, by).thenRefused('SuspendedBefore');
    }
    given(suspension, ...there, suspended(), ended(), enacted('q', 3), { membership: guardian }).when('SuspendClause', asked, by).then(suspended(inThreeDays, 3));
  });

  test('ends by itself, as the service owes it, whatever became of the text', () => {
    const key = 'moss-stays c1 2';
    const body = { protocol: 'moss-stays', clause: 'c1', charterRevision: 2 };
    given(suspensionsEnding, ...there, suspended()).thenOwed(key).thenRuns(key, { command: 'EndSuspension', body }, inThreeDays);
    given(suspensionsEnding, ...there, suspended(), enacted('q', 3)).thenOwed(key);
    given(suspensionsEnding, ...there, suspended(), ended()).thenOwed();
    given(suspension, ...there, suspended(), { membership: outsider }).when('EndSuspension', body, { actor: 'system', now: inThreeDays }).then(ended());
    given(suspension, ...there, suspended(), { membership: guardian }).when('EndSuspension', body, by).thenRefused('NotYetDue');
  });
});

describe('while it is suspended', () => {
  const listing: Clause = { ...moss, parties: [ZARA] };
  const two: Clause = { kind: 'two-person', id: 'two', materials: 'all', second: 'keeper' };
  const text: CharterEvent = { type: 'ProtocolEnacted', data: { proposal: 'p', protocol: 'moss-stays', title: 'T', prose: '', clauses: [listing, two], charterRevision: 2 } };
  const of = (clause: string): CharterEvent => ({ type: 'ClauseSuspended', data: { protocol: 'moss-stays', clause, charterRevision: 2, ground: 'cannot-be-carried-out', by: NOOR, until: inThreeDays } });
  const state = folded(charter, ...inForce, text, of('c1'), of('two'));
  const movement: Movement = { act: 'acceptance', material: 'moss', party: ZARA, external: false, gets: 'custody', roles: [], seconded: [], attempts: [], at: NOON };
  const denied = (at: string, more: Partial<Movement> = {}) => {
    const verdict = evaluate(bindingsOf(state, at), { ...movement, ...more, at });
    return verdict.allowed ? [] : verdict.denied.map(({ clause }) => clause);
  };

  test('a clause binds nobody, but what is untouchable stays so for everybody outside', () => {
    expect(denied(NOON)).toEqual([]);
    expect(denied(NOON, { external: true })).toEqual(['c1']);
  });

  test('it binds again when the time is over, also where the end is not on record yet', () => {
    expect(denied(inThreeDays)).toEqual(['c1', 'two']);
    const over = folded(charter, ...inForce, text, of('two'), { type: 'SuspensionEnded', data: { protocol: 'moss-stays', clause: 'two', charterRevision: 2 } });
    expect(bindingsOf(over, NOON)).toMatchObject([{ protocol: 'moss-stays' }]);
    expect(bindingsOf(over, NOON)[0]).not.toHaveProperty('suspended');
  });

  test('a new text is not suspended, and the end of the old one’s suspension leaves it alone', () => {
    const anew = folded(charter, ...there, suspended(), enacted('q', 3), suspended(inThreeDays, 3), ended(2));
    expect(bindingsOf(anew, NOON)[0]?.suspended).toEqual(['c1']);
    expect(bindingsOf(folded(charter, ...there, suspended(), enacted('q', 3)), NOON)[0]).not.toHaveProperty('suspended');
  });

  test('the protocol’s row says so', () => {
    const row = { clause: 'c1', ground: 'endangers-people', by: NOOR, until: inThreeDays };
    given(protocolStatus, ...there, suspended()).thenRow('protocol', 'moss-stays', { suspended: [row] });
    given(protocolStatus, ...there, suspended(), ended()).thenRow('protocol', 'moss-stays', { suspended: [] });
    given(protocolStatus, ...there, suspended(), enacted('q', 3), suspended(inThreeDays, 3), ended(2)).thenRow('protocol', 'moss-stays', { suspended: [row] });
  });
});
