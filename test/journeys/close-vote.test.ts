// A contested vote that is turned at the last moment: it goes on, once, so that everybody else can answer; and the losers can check it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rootOf } from '../../src/governance/index.ts';
import { Commons, told, type Person } from './people.ts';

let commons: Commons;
let [mara, nils]: Person[] = [];
let proposal: string;
let closed: number;

const vote = (who: Person | undefined, choice: string) => (who as Person).puts(`/proposals/${proposal}/ballot`, { choice });
const shown = async (...known: number[]) => (await commons.place.anybody.reads(`/proposals/${proposal}`, ...known)).body;

beforeAll(async () => {
  commons = await Commons.found();
  [mara, nils] = [await commons.member('Mara'), await commons.member('Nils')];
  proposal = await commons.town.proposal('night-barges', []);
  await commons.place.passes({ days: 3 });
});
afterAll(() => commons.close());

describe('given a vote of seven days, in which the outcome stands until the last hours', () => {
  test('when two change their minds in the last tenth of it, then it is not closed but goes on for that long', async () => {
    for (const voter of [commons.zara, commons.oren, mara]) expect(told(await vote(voter, 'no'))).toBe('200 BallotCast');
    await vote(commons.iva, 'yes');
    await commons.place.passes({ days: 6, hours: 12 });
    for (const voter of [commons.oren, mara]) expect(told(await vote(voter, 'yes'))).toBe('200 BallotCast');
    const wouldHaveClosed = await commons.place.passes({ hours: 12 });
    // A tenth of seven days: 16 hours and 48 minutes.
    expect(await shown(wouldHaveClosed)).toMatchObject({ state: 'voting', extended: 'LateSwing', closesAt: commons.place.in({ hours: 16, minutes: 48 }), certificate: null });
    expect((await (nils as Person).reads('/my-page', wouldHaveClosed)).body.waiting.ballots).toMatchObject([{ proposal }]);
  });

  test('when everybody has heard of it, then who had not voted can, and who had can think again', async () => {
    expect(told(await vote(nils, 'no'))).toBe('200 BallotCast');
    expect(told(await vote(commons.oren, 'no'))).toBe('200 BallotCast');
    expect(told(await vote(commons.iva, 'yes'))).toBe('409 SameChoice');
  });

  test('when the second close comes, then it is closed for good, whatever has turned in the meantime', async () => {
    closed = await commons.place.passes({ hours: 16, minutes: 48 });
    expect(told(await vote(commons.iva, 'no'))).toBe('409 VotingNotOpen');
    expect(await shown(closed)).toMatchObject({ state: 'failed', outcome: 'NotApproved', certificate: { yes: 2, no: 3, abstain: 0, roll: 5, extended: 'LateSwing' } });
  });
});

describe('given a result that some do not believe', () => {
  test('then anybody can read that it turned late, and members which way, every ballot, and what the outcome was at any moment', async () => {
    const { text } = await commons.place.anybody.reads(`/events?types=governance.voting-extended.v1&asOf=${closed}`);
    const extension = JSON.parse(text) as { position: number; data: object };
    expect(extension.data).toMatchObject({ proposal, reason: 'LateSwing' });
    const ballots = (await commons.oren.reads(`/proposals/${proposal}/ballots`, closed)).body.rows as { choice: string }[];
    expect(ballots.map(({ choice }) => choice).toSorted()).toEqual(['no', 'no', 'no', 'yes', 'yes']);
    const then = (await commons.oren.reads(`/proposals/${proposal}?asOf=${extension.position - 1}`)).body;
    expect(then).toMatchObject({ state: 'polls-closed', counts: { yes: 3, no: 1, abstain: 0 } });
    const before = (await commons.oren.reads(`/proposals/${proposal}?asOf=${then.swingFrom}`)).body;
    expect(before).toMatchObject({ state: 'voting', counts: { yes: 1, no: 3, abstain: 0 } });
  });

  test('when they have it recounted, then the log alone says what the certificate says; and what it would have been under another rule', async () => {
    const recount = (query = '') => (nils as Person).reads(`/proposals/${proposal}/recount${query}`);
    const { body } = await recount();
    expect(body).toMatchObject({ agrees: true, recounted: { yes: 2, no: 3, abstain: 0, roll: 5, outcome: 'NotApproved' }, certificate: { outcome: 'NotApproved' } });
    expect(body.otherwise).toBeUndefined();
    expect((await recount('?quorum=4/5&floor=2/5')).body).toMatchObject({ recounted: body.recounted, otherwise: { outcome: 'NotApproved', rule: { quorum: { n: 4, d: 5 } } } });
    expect(told(await recount('?threshold=1/3'))).toBe('422 InvalidRules');
    expect(told(await recount('?threshold=half'))).toBe('400 MalformedRequest');
    expect(told(await commons.place.anybody.reads(`/proposals/${proposal}/recount`))).toBe('401 TokenRequired');
  });

  test('when Mara asks what became of her ballot, then she is told; and who came too late is told that', async () => {
    const { body: entry } = await (mara as Person).reads(`/proposals/${proposal}/roll-entry`);
    expect(entry).toMatchObject({ person: (mara as Person).id, size: 5, root: (await shown(closed)).rollRoot });
    expect(rootOf(entry)).toBe(entry.root);
    const own = async (who: Person | undefined) => (await (who as Person).reads(`/proposals/${proposal}/ballot`)).body;
    expect(await own(mara)).toMatchObject({ choice: 'yes', standing: 'counts' });
    const late = await commons.member('Noor');
    expect(await own(late)).toEqual({ choice: null, castAt: null, standing: 'too-late-a-member' });
    expect(told(await late.reads(`/proposals/${proposal}/roll-entry`))).toBe('403 NotOnRoll');
    const rana = await commons.representative(await commons.town.party('external', 'Meridian'), 'Rana');
    expect(await own(rana)).toMatchObject({ standing: 'no-member' });
  });
});

describe('given another vote that is open', () => {
  test('then members are told how it stands, what it needs, and how it would stand under another rule', async () => {
    proposal = await commons.town.proposal('day-barges', []);
    expect(told(await commons.oren.reads(`/proposals/${proposal}/outlook`))).toBe('409 VotingNotOpen');
    await commons.place.passes({ days: 3 });
    await vote(commons.oren, 'no');
    const cast = await vote(mara, 'no');
    // Six are on the roll: two have voted no, so three yes of the four that are left would carry it.
    const outlook = async (query = '') => (await commons.oren.reads(`/proposals/${proposal}/outlook${query}`, cast)).body;
    expect(await outlook()).toMatchObject({ yes: 0, no: 2, abstain: 0, roll: 6, outcome: 'NotApproved', outstanding: 4, yesNeeded: 3 });
    expect(await outlook('?threshold=2/3')).toMatchObject({ yesNeeded: 4 });
    expect(await outlook('?threshold=3/4')).toMatchObject({ yesNeeded: null });
    expect(told(await commons.place.anybody.reads(`/proposals/${proposal}/outlook`))).toBe('401 TokenRequired');
    expect(told(await commons.oren.reads(`/proposals/${proposal}/recount`))).toBe('409 NotCertified');
  });
});
