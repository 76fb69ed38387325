// Delegation: who carries whose vote, and what it comes to.
import { afterEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { charter, FOUNDING_RULES, membership, type CharterEvent, type MembershipEvent } from '../../src/community/index.ts';
import {
  ballotStream, carriedBy, chainOf, count, delegates, delegation, delegationEvents, delegationsView, delegationStream, proposal, proposalStream, recount, voting,
  type DelegationEvent, type DelegationScope, type ProposalEvent,
} from '../../src/governance/index.ts';
import type { Event } from '../../src/kernel/index.ts';
import { catalogue } from '../../src/registry.ts';
import { wholeLog } from '../../src/runtime/index.ts';
import { at, folded, given, type Past } from '../support/given.ts';
import { logOf } from '../support/log-of.ts';
import type { MemoryLog } from '../support/memory-log.ts';
import { admitted, cast, frozen, ILMARI, inDeliberation, inForce, living, NOOR, opened, outsider, P, pollsClosed, sealed, STRANGER, votingClosed, ZARA } from './village.ts';

const delegating: CharterEvent = {
  type: 'RulesChanged',
  data: { proposal: 'p', rules: { ...FOUNDING_RULES, delegation: { allowed: true, topics: ['trade'] } }, charterRevision: 2 },
};
const gives = (person: string, to: string, scope: DelegationScope = 'all', named = false): DelegationEvent => ({ type: 'DelegationGiven', data: { person, to, scope, named } });
const revokes = (person: string, to: string, scope: DelegationScope = 'all', named = false): DelegationEvent => ({ type: 'DelegationRevoked', data: { person, to, scope, named } });

describe('a delegation', () => {
  const context = {
    charter: folded(charter, ...inForce, delegating),
    membership: folded(membership, admitted(ILMARI)), delegate: folded(membership, admitted(ZARA)), proposal: folded(proposal, ...inDeliberation),
  };
  const give = (body: { scope?: string; to?: string; named?: boolean } = {}, past: readonly DelegationEvent[] = [], more: object = {}) =>
    given(delegation, ...past, { ...context, ...more }).when('GiveDelegation', { scope: 'all', to: ZARA, named: false, ...body }, { actor: ILMARI });

  test('is a member’s, to another member, for everything, a topic of the charter, or one proposal', () => {
    give().then(gives(ILMARI, ZARA));
    give({ scope: 'topic.trade', named: true }).then(gives(ILMARI, ZARA, 'topic.trade', true));
    give({ scope: `proposal.${P}` }).then(gives(ILMARI, ZARA, `proposal.${P}`));
    give({ scope: 'topic.art' }).thenRefused('NoSuchTopic', { topics: ['trade'] });
    give({ scope: `proposal.${P}` }, [], { proposal: proposal.initial }).thenRefused('NoSuchProposal');
    give({ to: ILMARI }).thenRefused('OwnDelegate');
    give({}, [], { delegate: outsider }).thenRefused('DelegateNoMember');
    give({}, [], { membership: outsider }).thenRefused('MembersOnly');
  });

  test('needs a charter that allows it', () => {
    give({}, [], { charter: living }).thenRefused('DelegationOff');
  });

  test('is replaced and revoked', () => {
    give({}, [gives(ILMARI, ZARA)]).thenRefused('SameDelegation');
    give({ named: true }, [gives(ILMARI, ZARA)]).then(gives(ILMARI, ZARA, 'all', true));
    give({ to: NOOR }, [gives(ILMARI, ZARA)]).then(gives(ILMARI, NOOR));
    const revoke = (past: readonly DelegationEvent[]) => given(delegation, ...past, context).when('RevokeDelegation', { scope: 'all' }, { actor: ILMARI });
    revoke([gives(ILMARI, ZARA, 'all', true)]).then(revokes(ILMARI, ZARA, 'all', true));
    revoke([]).thenRefused('NoDelegation');
    revoke([gives(ILMARI, ZARA), revokes(ILMARI, ZARA)]).thenRefused('NoDelegation');
  });

  test('is the owner’s alone to see, or the members’ where the owner allows it', () => {
    const audience = (event: DelegationEvent) => {
      const { visibility } = delegationEvents.DelegationGiven;
      return typeof visibility === 'function' ? visibility(event.data) : visibility;
    };
    expect(audience(gives(ILMARI, ZARA))).toEqual([{ person: ILMARI }]);
    expect(audience(gives(ILMARI, ZARA, 'all', true))).toEqual(['community', { person: ILMARI }]);
  });

  test('counts for its delegate, who is known by number', () => {
    given(delegationsView, gives(ILMARI, ZARA), gives(NOOR, ZARA), gives(ILMARI, NOOR, 'topic.trade')).then('delegate', {
      [`${ZARA}/all`]: { person: ZARA, scope: 'all', direct: 2 }, [`${NOOR}/topic.trade`]: { person: NOOR, scope: 'topic.trade', direct: 1 },
    });
    given(delegationsView, gives(ILMARI, ZARA), gives(ILMARI, ZARA, 'all', true), gives(ILMARI, NOOR)).then('delegate', { [`${NOOR}/all`]: { person: NOOR, scope: 'all', direct: 1 } });
    given(delegationsView, gives(ILMARI, ZARA), revokes(ILMARI, ZARA)).then('delegate', {});
  });
});

/** `a>b`: a delegates to b; capital letters have a ballot; after a slash: who is off the roll. */
function scene(text: string) {
  const [edges = '', off = ''] = text.split('/');
  const to = new Map<string, string>();
  const people = new Set<string>();
  for (const edge of edges.split(' ').filter((one) => one !== '')) {
    const [from, target] = edge.split('>') as [string, string?];
    people.add(from);
    if (target === undefined) continue;
    people.add(target);
    to.set(from, target);
  }
  const roll = new Set([...people].filter((person) => !off.includes(person)));
  const hasBallot = (person: string): boolean => person === person.toUpperCase();
  return { roll, hasBallot, delegateOf: (person: string) => to.get(person) };
}

describe('carrying', () => {
  const carried = (text: string) => Object.fromEntries(carriedBy(scene(text)));

  test('a chain stops at the first person with a ballot', () => {
    expect(carried('a>b b>C C>D')).toEqual({ C: 2 });
  });

  test('an own ballot overrides', () => {
    expect(carried('A>B c>A')).toEqual({ A: 1 });
  });

  test('somebody off the roll breaks it, and has no vote to be carried', () => {
    expect(carried('a>b b>C/b')).toEqual({});
    expect(carried('a>B b>B/b')).toEqual({ B: 1 });
  });

  test('a round without a ballot is absent, and so is who hangs on to it', () => {
    expect(carried('a>b b>c c>a d>a')).toEqual({});
    expect(carried('a>b b>a c>D')).toEqual({ D: 1 });
  });

  test('no delegation, no vote', () => {
    expect(carried('a b>a')).toEqual({});
  });

  const world = fc.integer({ min: 1, max: 12 }).chain((n) =>
    fc.record({
      edges: fc.array(fc.option(fc.nat(n - 1)), { minLength: n, maxLength: n }),
      ballots: fc.array(fc.boolean(), { minLength: n, maxLength: n }),
      onRoll: fc.array(fc.boolean(), { minLength: n, maxLength: n }),
      order: fc.shuffledSubarray(Array.from({ length: n }, (_, i) => i), { minLength: n }),
    }),
  );
  type World = { edges: (number | null)[]; ballots: boolean[]; onRoll: boolean[] };
  const made = ({ edges, ballots, onRoll }: World, order: readonly number[]) => ({
    roll: new Set(order.filter((i) => onRoll[i]).map(String)),
    hasBallot: (person: string) => (ballots[Number(person)] ?? false) && (onRoll[Number(person)] ?? false),
    delegateOf: (person: string) => (edges[Number(person)] ?? null) === null ? undefined : String(edges[Number(person)]),
  });

  test('conserves weight: ballots, votes that are carried and those who are absent are the roll; and asks for no order', () => {
    fc.assert(fc.property(world, ({ order, ...drawn }) => {
      const [forwards, mixed] = [made(drawn, order.toSorted((a, b) => a - b)), made(drawn, order)];
      const result = carriedBy(forwards);
      expect([...carriedBy(mixed)].toSorted()).toEqual([...result].toSorted());
      const ends = [...forwards.roll].map((person) => (forwards.hasBallot(person) ? 'own' : chainOf(person, { ...forwards, roll: (who) => forwards.roll.has(who) }, 99).end));
      const carriedVotes = [...result.values()].reduce((sum, number) => sum + number, 0);
      expect(carriedVotes).toBe(ends.filter((end) => end === 'ballot').length);
      for (const [delegate] of result) expect(forwards.hasBallot(delegate)).toBe(true);
      expect(ends.filter((end) => end === 'own').length + carriedVotes + ends.filter((end) => end !== 'own' && end !== 'ballot').length).toBe(forwards.roll.size);
    }));
  });
});

let log: MemoryLog | undefined;
afterEach(() => log?.shutdown());

const told = async (...events: readonly (readonly [string, Event])[]): Promise<MemoryLog> => (log = await logOf(...events));

const joins = (person: string): [string, MembershipEvent] => [`member-${person}`, { type: 'MemberAdmitted', data: { person, roles: ['member'], as: 'founder' } }];
const ofDelegation = (event: DelegationEvent): [string, Event] => [delegationStream(event.data.person), event];
const votes = (voter: string, choice: string): [string, Event] => [ballotStream(P, voter), cast(voter, choice)];
const freezes = (fixed: { topic?: string; cap?: number }): ProposalEvent => ({ ...frozen(), data: { ...frozen().data, delegation: fixed } }) as ProposalEvent;
const voteOn = (fixed: { topic?: string; cap?: number }): [string, Event][] => [...inDeliberation, freezes(fixed), sealed(), opened].map((event) => [proposalStream(P), event]);

describe('the count', () => {
  const PEOPLE = ['a', 'b', 'c', 'd', 'e', 'f'];

  async function counted(fixed: { topic?: string; cap?: number }, ...events: readonly (readonly [string, Event])[]) {
    const whole = wholeLog(await told(...PEOPLE.map(joins), ...voteOn(fixed), joins('late'), ...events), catalogue, 1_000);
    return { tally: count.answer(whole, { proposal: P }), loads: delegates.answer(whole, { proposal: P }) };
  }

  test('has the votes that delegates carry, to the quorum as well', async () => {
    const { tally, loads } = await counted({}, ofDelegation(gives('a', 'b')), ofDelegation(gives('b', 'c')), ofDelegation(gives('late', 'c')), ofDelegation(gives('e', 'f')), votes('c', 'yes'), votes('d', 'no'));
    expect(tally).toMatchObject({ yes: 3, no: 1, abstain: 0, delegation: { delegates: 1, carried: 2, largest: 2 } });
    expect(loads).toEqual([{ person: 'c', carried: 2 }]);
  });

  test('takes the most specific delegation: proposal before topic before all', async () => {
    const given = [gives('a', 'b'), gives('a', 'c', 'topic.trade'), gives('a', 'd', `proposal.${P}`)].map(ofDelegation);
    const ballots = [votes('b', 'yes'), votes('c', 'no'), votes('d', 'abstain')];
    expect((await counted({ topic: 'trade' }, ...given, ...ballots)).tally).toMatchObject({ yes: 1, no: 1, abstain: 2 });
    expect((await counted({ topic: 'trade' }, ...given.slice(0, 2), ...ballots)).tally).toMatchObject({ yes: 1, no: 2, abstain: 1 });
    expect((await counted({}, ...given.slice(0, 2), ...ballots)).tally).toMatchObject({ yes: 2, no: 1, abstain: 1 });
  });

  test('takes delegations as of the close, and an own ballot, abstain included, before any', async () => {
    expect((await counted({}, ofDelegation(gives('a', 'b')), ofDelegation(gives('a', 'c')), votes('b', 'yes'), votes('c', 'no'))).tally).toMatchObject({ yes: 1, no: 2 });
    expect((await counted({}, ofDelegation(gives('a', 'b')), ofDelegation(revokes('a', 'b')), votes('b', 'yes'))).tally).toMatchObject({ yes: 1, delegation: { carried: 0, delegates: 0 } });
    expect((await counted({}, ofDelegation(gives('a', 'b')), votes('a', 'abstain'), votes('b', 'yes'))).tally).toMatchObject({ yes: 1, abstain: 1 });
  });

  test('lets nobody carry more than the cap', async () => {
    const all = ['a', 'b', 'c'].map((person) => ofDelegation(gives(person, 'd')));
    expect((await counted({ cap: 2 }, ...all, votes('d', 'yes'))).tally).toMatchObject({ yes: 3, delegation: { carried: 2, largest: 2 } });
  });

  test('is certified with what was carried, and recounted to the same', async () => {
    const events = [...PEOPLE.map(joins), ...voteOn({}), ofDelegation(gives('a', 'b')), votes('b', 'yes'), votes('c', 'yes'), votes('d', 'no')];
    const before = await told(...events);
    const tally = count.answer(wholeLog(before, catalogue, 1_000), { proposal: P });
    const pollsClosedAt = before.head().position + 1;
    await before.shutdown();
    const past: Past<ProposalEvent>[] = [...inDeliberation, at(freezes({}), { position: 10 }), sealed(6), opened, at(pollsClosed, { position: pollsClosedAt }), votingClosed(pollsClosedAt)];
    const certified = given(voting, ...past, { roll: undefined, swing: undefined, tally }).when('CertifyProposal', { proposal: P }).decision;
    if (!certified.accepted) throw certified.rejection;
    const after = [pollsClosed, votingClosed(pollsClosedAt), certified.events[0] as ProposalEvent].map((event): [string, Event] => [proposalStream(P), event]);
    // Given after the close: it changes nothing.
    const whole = wholeLog(await told(...events, after[0] as [string, Event], ofDelegation(gives('e', 'd')), ...after.slice(1)), catalogue, 1_000);
    expect(recount.answer(whole, { proposal: P, under: {} })).toMatchObject({
      agrees: true, certificate: { yes: 3, no: 1, delegation: { carried: 1 } }, recounted: { yes: 3, no: 1, delegation: { carried: 1 } },
    });
    expect(delegates.answer(whole, { proposal: P })).toEqual([{ person: 'b', carried: 1 }]);
  });
});

test('a stranger’s id is nobody’s delegate', () => {
  const context = { charter: folded(charter, ...inForce, delegating), membership: folded(membership, admitted(ILMARI)), delegate: membership.initial, proposal: proposal.initial };
  given(delegation, context).when('GiveDelegation', { scope: 'all', to: STRANGER, named: false }, { actor: ILMARI }).thenRefused('DelegateNoMember', { delegate: STRANGER });
});
