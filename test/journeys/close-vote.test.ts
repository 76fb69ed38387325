// A contested vote that is turned at the last moment: it goes on, once, so that everybody else can answer; and the losers can check it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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
  test('then anybody can read why it went on, and members every ballot and what the outcome was at any moment', async () => {
    const { text } = await commons.place.anybody.reads(`/events?types=governance.voting-extended.v1&asOf=${closed}`);
    const extension = JSON.parse(text) as { position: number; data: object };
    expect(extension.data).toMatchObject({ proposal, reason: 'LateSwing', swing: ['NotApproved', 'passed'] });
    const ballots = (await commons.oren.reads(`/proposals/${proposal}/ballots`, closed)).body.rows as { choice: string }[];
    expect(ballots.map(({ choice }) => choice).toSorted()).toEqual(['no', 'no', 'no', 'yes', 'yes']);
    const then = (await commons.oren.reads(`/proposals/${proposal}?asOf=${extension.position - 1}`)).body;
    expect(then).toMatchObject({ state: 'polls-closed', counts: { yes: 3, no: 1, abstain: 0 } });
  });
});
