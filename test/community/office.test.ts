// Offices: who holds a role, for how long, and that nobody is taken away whom the community needs there.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CHARTER_STREAM, changed, communityView, faultOfRules, FOUNDING_RULES, holdsRole, memberStream, membership, minimumOf, office, officeholding, officeKeeping, OFFICES,
  rolesShown, sameRules, termEnding, type CharterEvent, type MembershipEvent, type Office, type OfficeEvent, type Viewer,
} from '../../src/community/index.ts';
import { communityHandlings } from '../../src/community/community.handlings.ts';
import { EndRole, KeepOffice, LayDownRole } from '../../src/community/office.commands.ts';
import { governanceHandlings } from '../../src/governance/governance.handlings.ts';
import { proposalStream } from '../../src/governance/index.ts';
import { CarryOutOnPerson } from '../../src/governance/proposal.commands.ts';
import { after, SYSTEM_ACTOR, type Event } from '../../src/kernel/index.ts';
import { recordedOf } from '../../src/runtime/index.ts';
import { catalogue } from '../../src/registry.ts';
import { inForce, passed } from '../governance/village.ts';
import { as, executorOver, settle } from '../runtime/service.ts';
import { folded, given, NOON, recorded, type Past } from '../support/given.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { tablesAfter } from '../support/memory-tables.ts';

const MARA = '0000000a-0000-5000-8000-000000000000';
const SUMMER = after(NOON, { days: 60 });
const admitted = (person: string, roles: readonly ('member' | Office)[] = ['member']): MembershipEvent => ({ type: 'MemberAdmitted', data: { person, roles, as: 'admitted' } });
const granted = (role: Office, until?: string, person = MARA): MembershipEvent => ({
  type: 'RoleGranted', data: { person, role, ...(until === undefined ? {} : { until }), proposal: 'p' },
});
const recalled = (role: Office): MembershipEvent => ({ type: 'RoleRecalled', data: { person: MARA, role, proposal: 'q' } });
const ended = (role: Office, until = SUMMER): MembershipEvent => ({ type: 'RoleEnded', data: { person: MARA, role, until } });
const laidDown = (role: Office): MembershipEvent => ({ type: 'RoleLaidDown', data: { person: MARA, role } });

describe('a role', () => {
  test('is held from its grant until it is recalled, ended or laid down', () => {
    const held = (...events: readonly MembershipEvent[]) => holdsRole(folded(membership, admitted(MARA), ...events), 'keeper');
    expect(held()).toBe(false);
    expect(held(granted('keeper'))).toBe(true);
    expect(held(granted('keeper', SUMMER), granted('keeper'))).toBe(true);
    for (const taken of [recalled, ended, laidDown]) expect([taken('keeper').type, held(granted('keeper', SUMMER), taken('keeper'))]).toEqual([taken('keeper').type, false]);
  });

  test('has the term of its last grant, or none', () => {
    expect(folded(membership, admitted(MARA), granted('keeper', SUMMER), granted('auditor', SUMMER), granted('auditor'))).toMatchObject({ terms: { keeper: SUMMER } });
    expect(folded(membership, admitted(MARA), granted('keeper', SUMMER), recalled('keeper')).terms).toEqual({});
  });

  test('ends by itself when the term is over, not before, and once', () => {
    const end = { person: MARA, role: 'keeper', until: SUMMER } as const;
    const keeper = given(officeholding, admitted(MARA), granted('keeper', SUMMER), { indispensable: [] });
    keeper.when('EndRole', end, { now: SUMMER }).then(ended('keeper'));
    keeper.when('EndRole', end, { now: NOON }).thenRefused('TermNotOver', { until: SUMMER });
    given(officeholding, admitted(MARA), granted('keeper', SUMMER), granted('keeper'), { indispensable: [] }).when('EndRole', end, { now: SUMMER }).thenRefused('RoleNotHeld');
    given(officeholding, admitted(MARA), granted('keeper', SUMMER), ended('keeper'), { indispensable: [] }).when('EndRole', end, { now: SUMMER }).thenRefused('RoleNotHeld');
  });

  test('is held over its term by who cannot be spared, and not laid down by them', () => {
    const needed = given(officeholding, admitted(MARA), granted('keeper', SUMMER), { indispensable: ['keeper'] });
    needed.when('EndRole', { person: MARA, role: 'keeper', until: SUMMER }, { now: SUMMER }).thenRefused('RoleMinimum', { role: 'keeper' });
    needed.when('LayDownRole', { role: 'keeper' }, { actor: MARA }).thenRefused('RoleMinimum');
  });

  test('is laid down by who holds it', () => {
    given(officeholding, admitted(MARA), granted('keeper'), { indispensable: [] }).when('LayDownRole', { role: 'keeper' }, { actor: MARA }).then(laidDown('keeper'));
    given(officeholding, admitted(MARA), { indispensable: [] }).when('LayDownRole', { role: 'keeper' }, { actor: MARA }).thenRefused('RoleNotHeld');
  });
});

describe('what a role gives rise to', () => {
  test('the end of its term is owed until the role is held no longer, or for another term', () => {
    const key = `keeper/${MARA}`;
    given(termEnding, granted('keeper', SUMMER)).thenOwed(key).thenRuns(key, { command: 'EndRole', body: { person: MARA, role: 'keeper', until: SUMMER } }, SUMMER);
    given(termEnding, granted('keeper')).thenOwed();
    for (const over of [recalled('keeper'), ended('keeper'), laidDown('keeper'), granted('keeper')]) given(termEnding, granted('keeper', SUMMER), over).thenOwed();
    const later = after(SUMMER, { days: 1 });
    given(termEnding, granted('keeper', SUMMER), granted('keeper', later)).thenRuns(key, { command: 'EndRole', body: { person: MARA, role: 'keeper', until: later } }, later);
  });

  test('the register of its office is owed every change, and those from before there was one', () => {
    given(officeKeeping, admitted(MARA, ['member', 'steward', 'keeper'])).thenOwed(`keeper/${MARA}`, `steward/${MARA}`);
    given(officeKeeping, admitted(MARA)).thenOwed();
    const entered: OfficeEvent = { type: 'OfficeEntered', data: { role: 'keeper', person: MARA } };
    given(officeKeeping, granted('keeper'), entered).thenOwed();
    for (const change of [granted('keeper'), recalled('keeper'), ended('keeper'), laidDown('keeper')]) given(officeKeeping, granted('keeper'), entered, change).thenOwed(`keeper/${MARA}`);
  });

  test('the register says who holds the role when it is written', () => {
    const holder = folded(membership, admitted(MARA), granted('keeper'));
    const keep = { role: 'keeper', person: MARA } as const;
    given(office, { holder }).when('KeepOffice', keep).then({ type: 'OfficeEntered', data: keep });
    given(office, { holder: folded(membership, admitted(MARA)) }).when('KeepOffice', keep).then({ type: 'OfficeVacated', data: keep });
    const entered = (person: string): OfficeEvent => ({ type: 'OfficeEntered', data: { role: 'keeper', person } });
    expect(folded(office, entered('a'), entered('b'), entered('a'), { type: 'OfficeVacated', data: { role: 'keeper', person: 'b' } })).toEqual(['a']);
  });
});

describe('the minimum of a role', () => {
  test('is the charter’s, and one steward in any case', () => {
    expect(OFFICES.map((role) => minimumOf(FOUNDING_RULES, role))).toEqual([1, 0, 0, 0, 0, 0]);
    expect(minimumOf({ ...FOUNDING_RULES, roleMinimum: { steward: 0, keeper: 3 } }, 'steward')).toBe(1);
    expect(minimumOf({ ...FOUNDING_RULES, roleMinimum: { keeper: 3 } }, 'keeper')).toBe(3);
  });

  test('is changed like any rule, within bounds', () => {
    const three = changed(FOUNDING_RULES, { roleMinimum: { keeper: 3 } });
    expect(faultOfRules(three)).toBeUndefined();
    expect(faultOfRules({ ...three, roleMinimum: { keeper: 101 } })).toContain('at the least');
    expect(sameRules(three, FOUNDING_RULES)).toBe(false);
    expect(sameRules({ ...FOUNDING_RULES, roleMinimum: { keeper: 0 } }, FOUNDING_RULES)).toBe(true);
  });
});

describe('the view of roles', () => {
  const events: Past<Event>[] = [admitted('zara', ['member', 'steward']), admitted(MARA), granted('keeper', SUMMER), granted('auditor', after(SUMMER, { days: -1 })), granted('arbiter'), recalled('arbiter')];
  const tables = tablesAfter(communityView, recorded<Event>(events));
  const member: Viewer = { person: 'zara', linked: true, member: true, roles: ['member'], parties: [] };
  const shown = (viewer: Viewer, role?: Office) => rolesShown(tables, viewer, () => undefined, role === undefined ? {} : { role }).rows.map((row) => `${row.role} ${row.person} ${row.until ?? ''}`.trim());

  test('shows members each holder with the term, and others their own roles only', () => {
    expect(shown(member)).toEqual(['steward zara', `keeper ${MARA} ${SUMMER}`, `auditor ${MARA} ${after(SUMMER, { days: -1 })}`]);
    expect(shown(member, 'keeper')).toEqual([`keeper ${MARA} ${SUMMER}`]);
    expect(shown({ ...member, member: false, person: MARA }, 'auditor')).toHaveLength(1);
    expect(shown({ ...member, member: false, person: 'another' })).toEqual([]);
  });
});

/** One step of a history: who of six loses which of two roles how, at which replica, after how many turns. */
const step = fc.record({ person: fc.nat(5), role: fc.constantFrom<Office>('steward', 'keeper'), how: fc.constantFrom('laid down', 'recalled', 'ended', 'registered'), replica: fc.nat(1), turns: fc.nat(6) });
const PEOPLE = [1, 2, 3, 4, 5, 6].map((n) => `0000000${n}-0000-5000-8000-000000000000`);
const OVER = '2000-01-01T00:00:00.000Z';

test('no interleaving of resignations, recalls and ends on two replicas brings a role below its minimum', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 24 }), fc.nat(3), fc.nat(3), async (steps, stewards, keepers) => {
      const log = new MemoryLog({ voids: true });
      const write = (stream: string, ...events: readonly Event[]) =>
        log.append({
          stream, expected: log.streamHead(stream)?.revision ?? 'none', events: events.map((event) => catalogue.encode(event)), guards: [], commandId: crypto.randomUUID(), attempt: 0,
          metadata: { actor: SYSTEM_ACTOR },
        });
      const rules = { ...FOUNDING_RULES, roleMinimum: { steward: stewards, keeper: keepers } };
      const [founded, ...rest] = inForce as [Extract<CharterEvent, { type: 'CommunityFounded' }>, ...CharterEvent[]];
      await write(CHARTER_STREAM, { ...founded, data: { ...founded.data, rules } }, ...rest);
      for (const person of PEOPLE) {
        await write(memberStream(person), admitted(person, ['member', 'steward']), granted('keeper', OVER, person));
        for (const role of ['steward', 'keeper'] as const) await write(`office-${role}`, { type: 'OfficeEntered', data: { role, person } });
      }
      const parts = { catalogue, handlings: [...communityHandlings, ...governanceHandlings] };
      const replicas = [executorOver(log, parts), executorOver(log, parts)];
      const proposalOf = (nth: number) => `00000000-0000-5000-8000-${String(nth).padStart(12, '0')}`;
      for (const [nth, { person: n, role, how }] of steps.entries()) {
        if (how !== 'recalled') continue;
        const proposal = proposalOf(nth);
        await write(proposalStream(proposal), ...passed.map(({ type, data }) => ({ type, data: { ...data, proposal } })));
        await write(CHARTER_STREAM, { type: 'MeasureOrdered', data: { proposal, order: { kind: 'recall-role', person: PEOPLE[n], role } } });
      }
      const done = steps.map(async ({ person: n, role, how, replica, turns }, nth) => {
        const person = PEOPLE[n] as string;
        for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        const send = (actor: string) => as(replicas[replica] ?? executorOver(log, parts), actor);
        if (how === 'laid down') return settle(send(person)(LayDownRole, { role }));
        if (how === 'recalled') return settle(send(SYSTEM_ACTOR)(CarryOutOnPerson, { proposal: proposalOf(nth), person }));
        if (how === 'ended') return settle(send(SYSTEM_ACTOR)(EndRole, { person, role, until: OVER }));
        return settle(send(SYSTEM_ACTOR)(KeepOffice, { role, person }));
      });
      const answers = await Promise.all(done);
      for (const answer of answers) if (!answer.startsWith('{')) expect(answer).toMatch(/^(RoleMinimum|RoleNotHeld)/);
      const holding = { steward: new Set(PEOPLE), keeper: new Set(PEOPLE) };
      for (const stored of log.readAll(1)) {
        const event = recordedOf(catalogue, stored) as MembershipEvent | undefined;
        if (event?.type !== 'RoleLaidDown' && event?.type !== 'RoleRecalled' && event?.type !== 'RoleEnded') continue;
        const { role, person } = event.data;
        holding[role as 'steward' | 'keeper'].delete(person);
        expect(holding.steward.size).toBeGreaterThanOrEqual(Math.max(1, stewards));
        expect(holding.keeper.size).toBeGreaterThanOrEqual(keepers);
      }
      await Promise.all(replicas.map((one) => one.close()));
      await log.shutdown();
    }),
    { numRuns: 60 },
  );
}, 60_000);
