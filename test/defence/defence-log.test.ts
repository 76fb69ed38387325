// The defence log as it is on disk: lists by party, lot, facility and state, paged, alone and together, and as of any past moment.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Viewer } from '../../src/community/index.ts';
import { OfferCustody } from '../../src/custody/lot.commands.ts';
import { RequestMaterial } from '../../src/custody/request.commands.ts';
import { defenceLog, deniedOffers, evidenceOnFile, refusedRequests, sabotageReport, sabotageReports, type DefenceTables } from '../../src/defence/index.ts';
import { FileEvidence } from '../../src/defence/evidence.commands.ts';
import { CorroborateSabotage, ReportSabotage } from '../../src/defence/sabotage.commands.ts';
import type { Page } from '../../src/runtime/index.ts';
import { catalogue, Commons, idOf, refusal, silkStays } from '../custody/commons.ts';
import { onDisk, type ViewOnDisk } from './view-files.ts';

const HASH = 'a'.repeat(64);
const PARTIES = ['meridian', 'aurelia'];
const FACILITIES = ['works', 'mill'];
const WITNESSES = ['oren', 'iva'];

let commons: Commons;
let view: ViewOnDisk<typeof defenceLog.tables>;
let tables: DefenceTables;
let member: Viewer;
const lots: string[] = [];
/** Attempts as they were made, oldest first, and the log's head after each. */
const attempts: { readonly party: string; readonly lot: string; readonly head: number }[] = [];
const reports: { readonly facility: string; readonly sabotage: string; readonly confirmed: boolean }[] = [];
/** Heads of the log before the first report, when it was made, corroborated once, and confirmed. */
const life: number[] = [];

beforeAll(async () => {
  commons = await Commons.found();
  for (const name of ['zara', ...WITNESSES]) await commons.member(name);
  for (const name of PARTIES) await commons.party(name, 'external');
  for (const name of FACILITIES) await commons.party(name, 'facility');
  for (let n = 0; n < 3; n += 1) lots.push(await commons.lot());
  await commons.enact('silk-stays', silkStays());
  // Each lot is asked for by each party in turn: what is found by two filters lies far apart in the list by either.
  for (let n = 0; n < 72; n += 1) {
    const [party, lot] = [PARTIES[n % 2] as string, lots[n % 3] as string];
    await refusal(commons.does(`${party}-agent`, RequestMaterial, { party: idOf(party), lot, purpose: `${n}` }));
    attempts.push({ party: idOf(party), lot, head: commons.log.head().position });
  }
  for (const [n, lot] of lots.entries()) await refusal(
    commons.does('kaito', OfferCustody, { lot, to: idOf(PARTIES[n % 2] as string), passes: 'custody' }),
  );
  await commons.does('zara', FileEvidence, { hash: HASH, size: 3, mediaType: 'text/plain' });
  const head = (): number => life.push(commons.log.head().position);
  for (let n = 0; n < 60; n += 1) {
    const facility = idOf(FACILITIES[n % 2] as string);
    if (n === 0) head();
    const sabotage = await commons.makes('zara', ReportSabotage, { facility, statement: `report ${n}`, evidence: [HASH] });
    if (n === 0) head();
    const confirmed = n % 6 < 2;
    for (const by of confirmed ? WITNESSES : []) {
      await commons.does(by, CorroborateSabotage, { sabotage });
      if (n === 0) head();
    }
    reports.push({ facility, sabotage, confirmed });
  }
  view = onDisk(defenceLog, commons.log, catalogue);
  tables = view.tables();
  member = commons.viewer('zara');
});
afterAll(() => view.remove());

/** All pages, by their cursors. */
function pages<R>(read: (after?: string) => Page<R>): (readonly R[])[] {
  const all: (readonly R[])[] = [];
  for (let after: string | undefined, page = read(); ; page = read(after)) {
    all.push(page.rows);
    after = page.next;
    if (after === undefined) return all;
  }
}

/** Every page but the last is full, and the last is not empty; together they hold exactly what is expected. */
function expectPaged<R extends { readonly key: string }>(found: readonly (readonly R[])[], limit: number, keys: readonly string[]): void {
  expect(found.flat().map(({ key }) => key)).toEqual(keys);
  expect(found.map((rows) => rows.length)).toEqual(
    Array.from({ length: Math.ceil(keys.length / limit) }, (_, n) => Math.min(limit, keys.length - n * limit)),
  );
}

const attemptKeys = (holds: (one: (typeof attempts)[number], index: number) => boolean): string[] => {
  const keys = commons.events('SiphonAttempted').map(({ data }) => (data as { attempt: string }).attempt);
  return keys.filter((_, n) => holds(attempts[n] as (typeof attempts)[number], n)).toReversed();
};
const reportKeys = (holds: (one: (typeof reports)[number]) => boolean): string[] => reports.filter(holds).map(({ sabotage }) => sabotage).toReversed();

describe('refused requests', () => {
  test.each([1, 5, 7, 50])('are paged newest first, %i at a time', (limit) => {
    expectPaged(pages((after) => refusedRequests(tables, member, { after, limit })), limit, attemptKeys(() => true));
  });

  test('are listed by party, and by lot', () => {
    const [party, lot] = [idOf('aurelia'), lots[1] as string];
    expectPaged(pages((after) => refusedRequests(tables, member, { party, after, limit: 10 })), 10, attemptKeys((one) => one.party === party));
    expectPaged(pages((after) => refusedRequests(tables, member, { lot, after, limit: 10 })), 10, attemptKeys((one) => one.lot === lot));
  });

  test.each([1, 5, 12, 50])('are listed by party and lot together, in full pages of %i', (limit) => {
    const [party, lot] = [idOf('meridian'), lots[2] as string];
    const wanted = attemptKeys((one) => one.party === party && one.lot === lot);
    expect(wanted).toHaveLength(12);
    expectPaged(pages((after) => refusedRequests(tables, member, { party, lot, after, limit })), limit, wanted);
  });

  test('of a party that never asked, or for a lot that nobody asked for, are none', () => {
    for (const filter of [{ party: idOf('nobody') }, { lot: idOf('no lot') }, { party: idOf('meridian'), lot: idOf('no lot') }]) {
      expect(refusedRequests(tables, member, filter)).toEqual({ rows: [] });
    }
  });

  test('are those of the past as of any past moment', () => {
    for (const at of [0, 1, 35, 71]) {
      const then = view.tables((attempts[at] as { head: number }).head);
      expect(pages((after) => refusedRequests(then, member, { after, limit: 20 })).flat().map(({ key }) => key)).toEqual(attemptKeys((_, n) => n <= at));
      const party = idOf('aurelia');
      expect(pages((after) => refusedRequests(then, member, { party, after, limit: 20 })).flat().map(({ key }) => key)).toEqual(
        attemptKeys((one, n) => one.party === party && n <= at),
      );
    }
  });

  test('a cursor goes on with the list that gave it, and with no other', () => {
    const { next } = refusedRequests(tables, member, { party: idOf('meridian'), limit: 5 });
    expect(() => refusedRequests(tables, member, { party: idOf('aurelia'), after: next, limit: 5 })).toThrow(
      expect.objectContaining({ name: 'InvalidCursor' }),
    );
    expect(() => refusedRequests(tables, member, { party: idOf('meridian'), lot: lots[0], after: next, limit: 5 })).toThrow(
      expect.objectContaining({ name: 'InvalidCursor' }),
    );
  });

  test('a party pages through its own, whatever lies in between', () => {
    const own = pages((after) => refusedRequests(tables, commons.viewer('meridian-agent'), { after, limit: 10 })).flat();
    expect(own.map(({ key }) => key)).toEqual(attemptKeys((one) => one.party === idOf('meridian')));
  });
});

test('denied offers are paged newest first, and apart', () => {
  const keys = commons.events('OfferDenied').map(({ data }) => (data as { attempt: string }).attempt);
  expectPaged(pages((after) => deniedOffers(tables, member, { after, limit: 2 })), 2, keys.toReversed());
  expect(deniedOffers(view.tables(attempts.at(-1)?.head), member)).toEqual({ rows: [] });
});

describe('reports of sabotage', () => {
  test('are paged newest first, and listed by facility, and by state', () => {
    const facility = idOf('mill');
    expectPaged(pages((after) => sabotageReports(tables, member, commons.secrets, { after, limit: 25 })), 25, reportKeys(() => true));
    expectPaged(
      pages((after) => sabotageReports(tables, member, commons.secrets, { facility, after, limit: 7 })), 7, reportKeys((one) => one.facility === facility),
    );
    expectPaged(
      pages((after) => sabotageReports(tables, member, commons.secrets, { state: 'confirmed', after, limit: 7 })), 7, reportKeys(({ confirmed }) => confirmed),
    );
  });

  test.each([1, 3, 10, 50])('are listed by facility and state together, in full pages of %i', (limit) => {
    const facility = idOf('works');
    for (const state of ['reported', 'confirmed']) {
      const wanted = reportKeys((one) => one.facility === facility && one.confirmed === (state === 'confirmed'));
      expect(wanted).toHaveLength(state === 'confirmed' ? 10 : 20);
      expectPaged(pages((after) => sabotageReports(tables, member, commons.secrets, { facility, state, after, limit })), limit, wanted);
    }
  });

  test('are what they were as of any past moment', () => {
    const [before, reported, once, confirmed] = life;
    const first = reports[0]?.sabotage ?? '';
    const then = (at: number | undefined) => sabotageReport(view.tables(at), member, commons.secrets, first);
    expect(then(before)).toBeUndefined();
    expect(then(reported)).toMatchObject({ state: 'reported', corroborations: 0, confirmedAt: null, statement: 'report 0', corroborators: { rows: [] } });
    expect(then(once)).toMatchObject({ state: 'reported', corroborations: 1, corroborators: { rows: [{ by: idOf('oren') }] } });
    expect(then(confirmed)).toMatchObject({ state: 'confirmed', corroborations: 2, corroborators: { rows: [{ by: idOf('oren') }, { by: idOf('iva') }] } });
    const listed = (state: string, at: number | undefined) => sabotageReports(view.tables(at), member, commons.secrets, { state }).rows.map(
      ({ key }) => key,
    );
    expect([listed('reported', once), listed('confirmed', once)]).toEqual([[first], []]);
    expect([listed('reported', confirmed), listed('confirmed', confirmed)]).toEqual([[], [first]]);
  });

  test('show who corroborates them page by page', () => {
    const first = reports[0]?.sabotage ?? '';
    const { corroborators } = sabotageReport(tables, member, commons.secrets, first, { limit: 1 }) ?? {};
    expect(corroborators?.rows.map(({ by }) => by)).toEqual([idOf('oren')]);
    const second = sabotageReport(tables, member, commons.secrets, first, { limit: 1, after: corroborators?.next })?.corroborators;
    expect(second).toEqual({ rows: [expect.objectContaining({ by: idOf('iva') })] });
  });
});

test('evidence is on file from its filing on, for members', () => {
  const filed = commons.events('EvidenceFiled')[0]?.position as number;
  expect(evidenceOnFile(tables, member, HASH)).toMatchObject({ key: HASH, since: filed, size: 3, mediaType: 'text/plain', by: idOf('zara') });
  expect(evidenceOnFile(view.tables(filed - 1), member, HASH)).toBeUndefined();
  for (const outsider of ['works-agent', 'meridian-agent', 'nobody']) expect(evidenceOnFile(tables, commons.viewer(outsider), HASH)).toBeUndefined();
});
