// Sabotage: reported by a member with evidence on file, corroborated by others, confirmed when they are enough.
import { beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { charter, FOUNDING_RULES, membership, party, PUBLIC, type CharterEvent, type Viewer } from '../../src/community/index.ts';
import { FileEvidence } from '../../src/defence/evidence.commands.ts';
import { awaitingCorroborationBy, corroborating, defenceLog, reporting, sabotageReport, sabotageReports, type SabotageEvent } from '../../src/defence/index.ts';
import { CorroborateSabotage, ReportSabotage } from '../../src/defence/sabotage.commands.ts';
import { after, Rejection } from '../../src/kernel/index.ts';
import { Commons, idOf, MIDSUMMER, refusal } from '../custody/commons.ts';
import { folded, given } from '../support/given.ts';

const HASH = 'a'.repeat(64);
const SAID = 'The valve was sawn through.';
let commons: Commons;
let works: string;
beforeEach(async () => {
  commons = await Commons.found();
  for (const name of ['zara', 'oren', 'iva', 'mo']) await commons.member(name);
  await commons.member('anke', 'auditor');
  works = await commons.party('works', 'facility');
  await commons.party('mill', 'facility');
  await commons.party('meridian', 'external');
  await commons.does('zara', FileEvidence, { hash: HASH, size: 10, mediaType: 'image/png' });
});

const report = (rest: Partial<ReportSabotage> = {}, by = 'zara') => commons.makes(
  by, ReportSabotage, { facility: works, statement: SAID, evidence: [HASH], ...rest },
);
const corroborate = (sabotage: string, by: string, statement?: string) =>
  commons.does(by, CorroborateSabotage, { sabotage, ...(statement === undefined ? {} : { statement }) });
const tables = () => commons.tables(defenceLog);
const row = (sabotage: string) => tables().sabotage.get(sabotage);

describe('a report', () => {
  test('names a facility, evidence on file and when it happened, and waits for as many others as the rules ask', async () => {
    const sabotage = await report({ occurredAt: '2147-06-21T13:30:00+02:00' });
    expect(row(sabotage)).toMatchObject({
      facility: works, reporter: idOf('zara'), evidence: [HASH], occurredAt: '2147-06-21T11:30:00.000Z', needed: 2, corroborations: 0,
      state: 'reported', reportedAt: MIDSUMMER, confirmedAt: null,
    });
  });

  test('is made by members in good standing, not by applicants, representatives or strangers', async () => {
    for (const outsider of ['works-agent', 'meridian-agent', 'nobody']) expect((await refusal(report({}, outsider))).name).toBe('MayNotReport');
    expect(commons.events('SabotageReported')).toEqual([]);
  });

  test('is about a facility that the community has registered', async () => {
    for (const facility of [idOf('meridian'), idOf('zara'), idOf('no facility')]) expect((await refusal(report({ facility }))).name).toBe('NotAFacility');
  });

  test('rests on evidence that is on file: what is not is named', async () => {
    const missing = 'b'.repeat(64);
    expect(await refusal(report({ evidence: [HASH, missing] }))).toMatchObject({ name: 'EvidenceNotFiled', details: { missing: [missing] } });
    await commons.does('oren', FileEvidence, { hash: missing, size: 1, mediaType: 'text/plain' });
    expect(row(await report({ evidence: [HASH, missing] }))).toMatchObject({ evidence: [HASH, missing] });
    expect(row(await report({ evidence: [] }))).toMatchObject({ evidence: [] });
  });

  test('is about what has happened', async () => {
    expect((await refusal(report({ occurredAt: after(MIDSUMMER, { seconds: 1 }) }))).name).toBe('NotYetHappened');
    await report({ occurredAt: MIDSUMMER });
  });

  test('keeps what was said sealed under the key of who said it', async () => {
    const sabotage = await report();
    await corroborate(sabotage, 'oren', 'I heard the saw.');
    const log = JSON.stringify(commons.log.readAll(0));
    for (const said of [SAID, 'I heard the saw.']) expect(log).not.toContain(said);
    expect(row(sabotage)?.statement).toMatch(new RegExp(`^sealed\\.1\\.${idOf('zara')}\\.`));
    expect(tables().corroboration.get(`${sabotage}/${idOf('oren')}`)?.statement).toMatch(new RegExp(`^sealed\\.1\\.${idOf('oren')}\\.`));
  });
});

describe('corroboration', () => {
  test('by enough members confirms the report, at the last one and not before', async () => {
    const sabotage = await report();
    await corroborate(sabotage, 'oren');
    expect(row(sabotage)).toMatchObject({ corroborations: 1, state: 'reported' });
    commons.clock.advanceTo(after(MIDSUMMER, { hours: 1 }));
    const { events } = await corroborate(sabotage, 'iva');
    expect(events.map(({ type }) => type)).toEqual(['SabotageCorroborated', 'SabotageConfirmed']);
    expect(row(sabotage)).toMatchObject({ corroborations: 2, state: 'confirmed', confirmedAt: after(MIDSUMMER, { hours: 1 }) });
  });

  test('is not by the reporter, nor twice by one member, also under another key', async () => {
    const sabotage = await report();
    expect((await refusal(corroborate(sabotage, 'zara'))).name).toBe('OwnReport');
    await corroborate(sabotage, 'oren');
    expect((await refusal(corroborate(sabotage, 'oren', 'Again.'))).name).toBe('CorroboratedAlready');
    expect(row(sabotage)).toMatchObject({ corroborations: 1, state: 'reported' });
  });

  test('is not by who is no member, the facility’s representative included', async () => {
    const sabotage = await report();
    for (const outsider of ['works-agent', 'meridian-agent', 'nobody']) expect((await refusal(corroborate(sabotage, outsider))).name).toBe('MayNotReport');
  });

  test('is of a report that there is, and that still waits', async () => {
    expect((await refusal(corroborate(idOf('no report'), 'oren'))).name).toBe('NoSuchReport');
    const sabotage = await report();
    for (const by of ['oren', 'iva']) await corroborate(sabotage, by);
    expect((await refusal(corroborate(sabotage, 'mo'))).name).toBe('SabotageConfirmedAlready');
    expect((await refusal(corroborate(sabotage, 'oren'))).name).toBe('CorroboratedAlready');
    expect((await refusal(corroborate(sabotage, 'zara'))).name).toBe('OwnReport');
  });

  test('at the same moment by more than enough confirms once', async () => {
    const sabotage = await report();
    const answers = await Promise.allSettled(['oren', 'iva', 'mo', 'kaito', 'anke'].map((by) => corroborate(sabotage, by)));
    expect(answers.map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as Rejection).name)).toSorted()).toEqual(
      ['SabotageConfirmedAlready', 'SabotageConfirmedAlready', 'SabotageConfirmedAlready', 'done', 'done'],
    );
    expect(commons.events('SabotageConfirmed')).toMatchObject([{ data: { sabotage, k: 2 } }]);
  });

  test('whoever tries in whatever order: a report is confirmed by exactly as many distinct members as it needs, none of them the reporter', () => {
    const people = ['zara', 'oren', 'iva', 'mo', 'tess'];
    const standing = folded(membership, { type: 'MemberAdmitted', data: { person: 'x', roles: ['member'], as: 'admitted' } });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.constantFrom(...people), { maxLength: 12 }), (needed, tries) => {
        let past: readonly SabotageEvent[] = [
          { type: 'SabotageReported', data: { sabotage: 's', facility: 'f', reporter: 'zara', statement: 'sealed', evidence: [], needed } },
        ];
        for (const actor of tries) {
          const { decision } = given(corroborating, past, { membership: standing }).when('CorroborateSabotage', { sabotage: 's' }, { actor });
          if (decision.accepted) past = [...past, ...decision.events];
        }
        const by = past.flatMap((event) => (event.type === 'SabotageCorroborated' ? [event.data.by] : []));
        const others = new Set(tries.filter((name) => name !== 'zara'));
        expect(by).toEqual([...others].slice(0, needed));
        expect(past.filter(({ type }) => type === 'SabotageConfirmed')).toHaveLength(others.size >= needed ? 1 : 0);
      }),
    );
  });

  test('takes as many as the rules asked for when the report was made', () => {
    const standing = folded(membership, { type: 'MemberAdmitted', data: { person: 'x', roles: ['member'], as: 'admitted' } });
    const facility = folded(party, { type: 'PartyRegistered', data: { party: 'f', kind: 'facility', name: 'Works' } });
    for (const corroborations of [1, 3]) {
      const founded: CharterEvent = {
        type: 'CommunityFounded',
        data: {
          community: 'c', name: 'Mycelia', timeZone: 'UTC', language: 'en', charterText: '', firstFounder: 'x', firstFounderName: 'sealed',
          founderInvitations: [],
          rules: { ...FOUNDING_RULES, corroborations },
        },
      };
      const { decision } = given(reporting, { membership: standing, charter: folded(charter, founded), facility, evidence: [] }).when(
        'ReportSabotage', { facility: 'f', statement: 'sealed', evidence: [] },
      );
      expect(decision).toMatchObject({ accepted: true, events: [{ type: 'SabotageReported', data: { needed: corroborations } }] });
    }
  });
});

describe('reports are shown', () => {
  let mine: string;
  beforeEach(async () => {
    mine = await report();
    await report({ facility: idOf('mill'), statement: 'The mill’s door was forced.' }, 'oren');
    await corroborate(mine, 'iva', 'I saw it too.');
  });
  const said = (viewer: Viewer) => sabotageReports(tables(), viewer, commons.secrets).rows.map(({ statement }) => statement);

  test('to members and auditors with what was said, newest first', () => {
    for (const name of ['mo', 'kaito', 'anke']) expect(said(commons.viewer(name))).toEqual(['The mill’s door was forced.', SAID]);
  });

  test('to who answers for the facility, its own only', () => {
    expect(said(commons.viewer('works-agent'))).toEqual([SAID]);
    expect(sabotageReports(tables(), commons.viewer('works-agent'), commons.secrets, { facility: idOf('mill') }).rows).toEqual([]);
  });

  test('to nobody else, not even by its id', () => {
    for (const viewer of [PUBLIC, commons.viewer('meridian-agent'), commons.viewer('nobody')]) {
      expect(said(viewer)).toEqual([]);
      expect(sabotageReport(tables(), viewer, commons.secrets, mine)).toBeUndefined();
    }
    expect(sabotageReport(tables(), commons.viewer('mill-agent'), commons.secrets, mine)).toBeUndefined();
  });

  test('with who corroborates it, in order, and a statement whose key was destroyed as none', async () => {
    await corroborate(mine, 'mo');
    const shown = sabotageReport(tables(), commons.viewer('kaito'), commons.secrets, mine);
    expect(shown?.corroborators.rows.map(({ by, statement }) => [by, statement])).toEqual([[idOf('iva'), 'I saw it too.'], [idOf('mo'), null]]);
    const forgotten = { open: (sealed: string) => (sealed.includes(idOf('iva')) ? undefined : commons.secrets.open(sealed)) };
    expect(sabotageReport(tables(), commons.viewer('kaito'), forgotten, mine)).toMatchObject(
      { statement: SAID, corroborators: { rows: [{ statement: null }, { statement: null }] } },
    );
  });

  test('as waiting to members who could still corroborate them', async () => {
    const waitsFor = (name: string) => awaitingCorroborationBy(tables(), commons.viewer(name), 10).map(({ reporter }) => reporter);
    expect(waitsFor('mo')).toEqual([idOf('zara'), idOf('oren')]);
    expect(waitsFor('zara')).toEqual([idOf('oren')]);
    expect(waitsFor('iva')).toEqual([idOf('oren')]);
    expect(waitsFor('works-agent')).toEqual([]);
    expect(awaitingCorroborationBy(tables(), commons.viewer('mo'), 1)).toHaveLength(1);
    await corroborate(mine, 'mo');
    expect(waitsFor('kaito')).toEqual([idOf('oren')]);
  });
});
