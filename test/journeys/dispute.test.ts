// Who lost a vote disputes it: arbiters drawn by lot have it recounted, let it stand, or annul it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lotOf, seedOf } from '../../src/governance/index.ts';
import { Commons, told, type Person } from './people.ts';

const RULES = { contest: { ordinary: { days: 2 } }, disputes: { arbiters: 3, ruling: { days: 5 } } };
const CLAIM = { irregularity: 'miscount', affected: 1, remedy: 'recount', reasons: 'The tellers were three of one household.' };

let commons: Commons;
let [mara, nils]: Person[] = [];
let arbiters: Person[] = [];
let proposal: string;
let dispute: string;

const shown = async (...known: number[]) => (await commons.place.anybody.reads(`/proposals/${proposal}`, ...known)).body;
const opens = (who: Person | undefined, claim: object = CLAIM) => (who as Person).posts(`/proposals/${proposal}/disputes`, claim);
const page = async (...known: number[]) => (await (mara as Person).reads(`/proposals/${proposal}/disputes/${dispute}`, ...known)).body;
const panel = async (): Promise<Person[]> => {
  const drawn = (await page(await commons.place.passes({ seconds: 1 }))).lot.arbiters as string[];
  return drawn.map((id) => arbiters.find((one) => one.id === id) as Person);
};
const finds = (who: Person | undefined, finding: string) => (who as Person).posts(`/proposals/${proposal}/disputes/${dispute}/opinions`, { finding, reasons: 'As the books say.' });

beforeAll(async () => {
  commons = await Commons.found({ rules: RULES });
  [mara, nils] = [await commons.member('Mara'), await commons.member('Nils')];
  arbiters = await Promise.all(['Aino', 'Bo', 'Cato', 'Dora'].map((name) => commons.member(name, ['arbiter'])));
});
afterAll(() => commons.close());

/** Three to two. */
const decided = async (name: string): Promise<void> => {
  proposal = await commons.town.proposal(name, []);
  await commons.place.passes({ days: 3 });
  for (const voter of [commons.zara, commons.oren, commons.iva]) await voter.puts(`/proposals/${proposal}/ballot`, { choice: 'yes' });
  for (const voter of [mara, nils]) await (voter as Person).puts(`/proposals/${proposal}/ballot`, { choice: 'no' });
  expect(await shown(await commons.place.passes({ days: 7 }))).toMatchObject({ state: 'contestable', certificate: { yes: 3, no: 2 } });
};
const opened = async (claim: object = CLAIM): Promise<void> => {
  const reply = await opens(mara, claim);
  expect(told(reply)).toBe('200 DisputeOpened');
  dispute = reply.body.id as string;
};

describe('given a vote that was lost by one', () => {
  test('when Mara disputes the count, then three arbiters are drawn, and everybody can draw them once more', async () => {
    await decided('lamps-out');
    const late = await commons.member('Late');
    expect(told(await opens(late))).toBe('403 NoStanding');
    expect(told(await opens(mara, { ...CLAIM, affected: 0 }))).toBe('400 MalformedRequest');
    await opened();
    expect(told(await opens(mara))).toBe('409 DisputedAlready');
    const drawn = await panel();
    const { lot, reasons } = await page();
    expect(reasons).toBe(CLAIM.reasons);
    const { text } = await (nils as Person).reads('/events?types=governance.dispute-opened.v1');
    const event = JSON.parse(text.trim()) as { position: number; time: string };
    expect(text).not.toContain('household');
    const { rollRoot } = await shown();
    expect(lot.seed).toBe(seedOf(rollRoot, dispute, { position: event.position, time: Date.parse(event.time) }));
    expect(drawn.map(({ id }) => id)).toEqual(lotOf(lot.seed, arbiters.map(({ id }) => id), 3));
  });

  test('when two of them want it recounted, then it is, and what passed waits until then, and no longer', async () => {
    const drawn = await panel();
    expect(await shown(await commons.place.passes({ days: 3 }))).toMatchObject({ state: 'contestable', disputes: 1 });
    expect(told(await finds(arbiters.find((one) => !drawn.includes(one)), 'upheld'))).toBe('403 NotAnArbiter');
    expect(told(await finds(drawn[0], 'upheld'))).toBe('200 OpinionGiven');
    expect(told(await finds(drawn[0], 'rejected'))).toBe('409 OpinionGivenAlready');
    expect(told(await finds(drawn[1], 'rejected'))).toBe('200 OpinionGiven');
    expect(told(await finds(drawn[2], 'upheld'))).toBe('200 OpinionGiven, DisputeRuled');
    const recounted = await commons.place.passes({ seconds: 1 });
    expect(await page(recounted)).toMatchObject({ state: 'upheld', recount: { recounted: { yes: 3, no: 2, abstain: 0, roll: 9, outcome: 'passed' }, agrees: true } });
    expect(await shown(recounted)).toMatchObject({ state: 'enacted', disputes: 0 });
  });

  test('when no ruling comes in time, then the decision stands', async () => {
    await decided('lamps-on');
    await opened();
    expect(await shown(await commons.place.passes({ days: 4 }))).toMatchObject({ state: 'contestable', disputes: 1 });
    const [first] = await panel();
    const lapsed = await commons.place.passes({ days: 1 });
    expect(await page(lapsed)).toMatchObject({ state: 'lapsed' });
    expect(await shown(lapsed)).toMatchObject({ state: 'enacted' });
    expect(told(await finds(first, 'upheld'))).toBe('409 DisputeSettled');
    expect(told(await opens(nils))).toBe('409 NotContestable');
  });

  test('when so many ballots were touched that it could have been otherwise, then it can be annulled, and is not enacted', async () => {
    await decided('lamps-dimmed');
    await opened({ ...CLAIM, irregularity: 'undue-influence', remedy: 'annul' });
    const [first, second] = await panel();
    await finds(first, 'upheld');
    expect(told(await finds(second, 'upheld'))).toBe('200 OpinionGiven, DisputeRuled');
    const annulled = await commons.place.passes({ days: 9 });
    expect(await shown(annulled)).toMatchObject({ state: 'annulled', disputes: 0, certificate: { outcome: 'passed' } });
    expect((await commons.place.anybody.reads('/protocols/lamps-dimmed', annulled)).status).toBe(404);
  });

  test('when it was not that close, then nobody can ask for that', async () => {
    proposal = await commons.town.proposal('lamps-green', []);
    await commons.place.passes({ days: 3 });
    for (const voter of [commons.zara, commons.oren, commons.iva, nils, ...arbiters]) await (voter as Person).puts(`/proposals/${proposal}/ballot`, { choice: 'yes' });
    await commons.place.passes({ days: 7 });
    const refused = await opens(mara, { ...CLAIM, affected: 3, remedy: 'annul' });
    expect(told(refused)).toBe('422 CouldNotChangeOutcome');
    expect(refused.body.details).toEqual({ least: 4 });
    expect(told(await opens(mara, { ...CLAIM, affected: 4, remedy: 'annul' }))).toBe('200 DisputeOpened');
  });
});
