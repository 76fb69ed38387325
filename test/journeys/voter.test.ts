// A voter: what waits for her, a ballot cast, changed and taken back, and the votes that do not count.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import { Commons, told, type Person } from './people.ts';

let commons: Commons;
let mara: Person;
let proposal: string;
let cast: Response;

const vote = (who: Person, choice: string, headers: Record<string, string> = {}) => who.puts(`/proposals/${proposal}/ballot`, { choice }, { headers });
const shown = async (who: Person, ...known: (number | Response)[]) => (await who.reads(`/proposals/${proposal}`, ...known)).body;

beforeAll(async () => {
  commons = await Commons.found();
  mara = await commons.member('Mara', ['keeper']);
  proposal = await commons.town.proposal('quiet-nights', []);
});
afterAll(() => commons.close());

describe('given a frozen proposal', () => {
  test('when Mara votes before the vote is open, then she is told the phase', async () => {
    const early = await vote(mara, 'yes');
    expect([told(early), early.body.details]).toEqual(['409 VotingNotOpen', { phase: 'frozen' }]);
  });

  test('when Nils becomes a member after the freeze, then this vote is not his', async () => {
    const nils = await commons.member('Nils');
    const open = await commons.place.passes({ days: 3 });
    expect((await nils.reads('/my-page', open)).body.waiting.ballots).toEqual([]);
    expect(told(await vote(nils, 'yes'))).toBe('403 NotOnRoll');
  });
});

describe('given an open vote', () => {
  test('then it waits on Mara’s page until she has voted', async () => {
    expect((await mara.reads('/my-page', await commons.place.head())).body.waiting.ballots).toEqual([
      { proposal, title: 'quiet-nights', closesAt: commons.place.in({ days: 7 }) },
    ]);
    cast = await vote(mara, 'no');
    expect(told(cast)).toBe('200 BallotCast');
    expect((await mara.reads('/my-page', cast)).body.waiting.ballots).toEqual([]);
  });

  test('when she says the same again, or something that is no choice, then nothing changes', async () => {
    expect(told(await vote(mara, 'no'))).toBe('409 SameChoice');
    expect(told(await vote(mara, 'maybe'))).toBe('422 InvalidChoice');
    expect(told(await vote(commons.place.anybody, 'yes'))).toBe('401 TokenRequired');
  });

  test('when she votes as the community’s keeper, then it is not taken: one member, one vote', async () => {
    expect(told(await vote(mara, 'yes', { 'Biolithic-On-Behalf-Of': commons.community }))).toBe('403 VotesInOwnName');
    expect(told(await vote(mara, 'yes', { 'Biolithic-On-Behalf-Of': commons.zara.id }))).toBe('403 NotRepresentative');
  });

  test('when she changes her mind, then the later ballot is the one that counts', async () => {
    const changed = await vote(mara, 'yes');
    expect(changed.body.events[0].data).toMatchObject({ choice: 'yes', replaces: 0 });
    expect((await shown(mara, changed)).counts).toEqual({ yes: 1, no: 0, abstain: 0 });
  });

  test('when she acts on what she saw before somebody else changed it, then If-Match keeps her from it', async () => {
    const stale = await vote(mara, 'abstain', { 'If-Match': `"${cast.body.position}"` });
    expect(told(stale)).toBe('412 StreamChanged');
    expect(told(await vote(mara, 'abstain', { 'If-Match': 'the last one' }))).toBe('400 InvalidPrecondition');
  });

  test('when she takes her ballot back, then it is off the count, and she may vote anew', async () => {
    const withdrawn = await mara.deletes(`/proposals/${proposal}/ballot`);
    expect(told(withdrawn)).toBe('200 BallotWithdrawn');
    expect(told(await mara.deletes(`/proposals/${proposal}/ballot`))).toBe('409 NoBallot');
    expect((await shown(mara, withdrawn)).counts).toEqual({ yes: 0, no: 0, abstain: 0 });
    expect(told(await vote(mara, 'abstain'))).toBe('200 BallotCast');
  });

  test('then members see who voted how, and others see that a vote is on', async () => {
    const known = await vote(commons.zara, 'no');
    const ballots = (await commons.oren.reads(`/proposals/${proposal}/ballots`, known)).body.rows;
    expect(ballots.map(({ voter, choice }: Record<string, string>) => ({ voter, choice }))).toEqual(
      expect.arrayContaining([{ voter: mara.id, choice: 'abstain' }, { voter: commons.zara.id, choice: 'no' }]),
    );
    const meridian = await commons.representative(await commons.town.party('external', 'Meridian'), 'Rana');
    expect(told(await meridian.reads(`/proposals/${proposal}/ballots`))).toBe('403 MembersOnly');
    expect(await shown(commons.place.anybody, known)).toMatchObject({ state: 'voting', counts: null });
  });

  test('when the last second has passed, then no ballot is taken any more', async () => {
    await commons.place.passes({ days: 6, hours: 23, minutes: 59, seconds: 59 });
    expect(told(await vote(commons.oren, 'yes'))).toBe('200 BallotCast');
    const closed = await commons.place.passes({ seconds: 1 });
    expect(told(await vote(commons.iva, 'yes'))).toBe('409 VotingNotOpen');
    expect(await shown(commons.place.anybody, closed)).toMatchObject({ state: 'failed', outcome: 'NotApproved', counts: { yes: 1, no: 1, abstain: 1 } });
  });
});

describe('given the result', () => {
  test('then the count as it stood at any moment can be read', async () => {
    const { body } = await mara.reads(`/proposals/${proposal}?asOf=${cast.body.position}`);
    expect(body).toMatchObject({ state: 'voting', counts: { yes: 0, no: 1, abstain: 0 } });
  });

  test('when too few of the roll decide, then a vote fails for want of a quorum, whatever they said', async () => {
    proposal = await commons.town.proposal('early-market', []);
    await commons.place.passes({ days: 3 });
    // Five are on the roll: one decisive ballot is less than a third of it, and an abstention decides nothing.
    await vote(commons.zara, 'yes');
    await vote(commons.oren, 'abstain');
    const closed = await commons.place.passes({ days: 7 });
    expect(await shown(mara, closed)).toMatchObject({ state: 'failed', outcome: 'NoQuorum', rollSize: 5 });
  });
});
