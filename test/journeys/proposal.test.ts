// A steward's proposal: from a draft that nobody else sees to a protocol in force, with everything that can be done too early.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import { Commons, told, type Person } from './people.ts';

const untouchable = (id: string, more: object = {}) => ({ kind: 'untouchable', id, materials: ['silk'], parties: 'all-external', ...more });
const adopt = (protocol: string, ...clauses: readonly object[]) => ({ kind: 'adopt-protocol', protocol, clauses });
const DRAFT = { title: 'Waste Sovereignty', prose: 'What we reclaim stays here.', measure: adopt('sovereignty', untouchable('silk')) };

let commons: Commons;
let mara: Person;
let proposal: string;
let frozen: Response;

const page = (...known: Response[]) => commons.oren.reads(`/proposals/${proposal}`, ...known);

beforeAll(async () => {
  commons = await Commons.found({ rules: { token: { days: 365 }, sponsors: 2 } });
  mara = await commons.member('Mara');
  await commons.zara.posts('/materials', { material: 'silk', name: 'Silk scrap', productClass: 'textile' });
});
afterAll(() => commons.close());

describe('given an idea', () => {
  test('when the draft names nobody’s party, a clause twice or a material that is no code or of no catalogue, then it is not taken', async () => {
    const { oren } = commons;
    const draft = (clauses: readonly object[]) => oren.posts('/proposals', { ...DRAFT, measure: adopt('sovereignty', ...clauses) });
    expect(told(await draft([untouchable('silk', { parties: [commons.zara.id] })]))).toBe('404 PartyNotRegistered');
    expect(told(await draft([untouchable('silk'), untouchable('silk')]))).toBe('422 ClauseIdTwice');
    expect(told(await draft([untouchable('silk', { materials: ['Silk Scrap'] })]))).toBe('400 MalformedRequest');
    expect(told(await draft([untouchable('silk', { materials: ['silk', 'slik'] })]))).toBe('422 NotInTheCatalogue');
    expect(told(await draft([{ ...untouchable('silk'), kind: 'wish' }]))).toBe('400 MalformedRequest');
  });

  test('when Oren drafts, then members may read it and the public may not', async () => {
    const drafted = await commons.oren.posts('/proposals', DRAFT);
    expect(told(drafted)).toBe('200 ProposalDrafted');
    proposal = drafted.body.id;
    expect((await mara.reads(`/proposals/${proposal}`, drafted)).body).toMatchObject({ state: 'draft', proposer: commons.oren.id });
    expect(told(await commons.place.anybody.reads(`/proposals/${proposal}`, drafted))).toBe('404 NotFound');
  });

  test('when others move the draft, or Oren skips a step, then each is told why not', async () => {
    const { oren, zara } = commons;
    expect(told(await mara.posts(`/proposals/${proposal}/submission`))).toBe('403 NotTheProposer');
    expect(told(await zara.posts(`/proposals/${proposal}/admission`))).toBe('409 WrongPhase');
    expect(told(await zara.posts(`/proposals/${proposal}/freeze`))).toBe('409 WrongPhase');
    expect(told(await zara.posts(`/proposals/${proposal}/withdrawal`))).toBe('403 NotTheProposer');
    expect(told(await oren.posts(`/proposals/${oren.id}/submission`))).toBe('404 NoSuchProposal');
  });
});

describe('given a draft', () => {
  test('when Oren submits it, then another steward admits it: neither he himself nor a member who is no steward', async () => {
    const submitted = await commons.oren.posts(`/proposals/${proposal}/submission`);
    expect(told(submitted)).toBe('200 ProposalSubmitted');
    expect((await commons.zara.reads('/my-page', submitted)).body.waiting.proposals).toEqual([{ proposal, title: DRAFT.title }]);
    expect((await commons.oren.reads('/my-page', submitted)).body.waiting.proposals).toEqual([]);
    expect(told(await mara.posts(`/proposals/${proposal}/admission`))).toBe('403 StewardRequired');
    expect(told(await commons.oren.posts(`/proposals/${proposal}/admission`))).toBe('403 OwnProposal');
    const admitted = await commons.zara.posts(`/proposals/${proposal}/admission`);
    expect((await commons.place.anybody.reads(`/proposals/${proposal}`, admitted)).body).toMatchObject({ state: 'deliberation', counts: null });
  });

  test('when Oren writes it anew, then every text stays readable, and everybody can see what changed since it came before the public', async () => {
    const [clearer, wider] = [{ ...DRAFT, prose: 'What we reclaim stays with us.' }, { ...DRAFT, measure: adopt('sovereignty', untouchable('silk', { materials: 'all' })) }];
    expect(told(await mara.posts(`/proposals/${proposal}/revisions`, clearer))).toBe('403 NotTheProposer');
    expect(told(await commons.oren.posts(`/proposals/${proposal}/revisions`, clearer))).toBe('200 ProposalRevised');
    expect(told(await commons.oren.posts(`/proposals/${proposal}/revisions`, clearer))).toBe('409 TextUnchanged');
    expect(told(await commons.oren.posts(`/proposals/${proposal}/revisions`, { ...DRAFT, measure: { kind: 'resolution' } }))).toBe('422 AnotherMatter');
    await commons.oren.posts(`/proposals/${proposal}/revisions`, wider);
    const revised = await commons.oren.posts(`/proposals/${proposal}/revisions`, DRAFT);
    const { anybody } = commons.place;
    const { rows } = (await anybody.reads(`/proposals/${proposal}/revisions`, revised)).body;
    expect(rows.map((row: { revision: number; prose: string }) => [row.revision, row.prose])).toEqual([
      [1, DRAFT.prose], [2, clearer.prose], [3, DRAFT.prose], [4, DRAFT.prose],
    ]);
    const diff = await anybody.reads(`/proposals/${proposal}/diff?from=2&to=3`);
    expect(diff.body.diff.split('\n')).toEqual(expect.arrayContaining(['-What we reclaim stays with us.', '+What we reclaim stays here.', '+      "materials": "all",']));
    expect(told(await anybody.reads(`/proposals/${proposal}/diff?from=2&to=5`))).toBe('404 NotFound');
    expect(told(await anybody.reads(`/proposals/${proposal}/diff?from=2`))).toBe('400 MalformedRequest');
  });

  test('when the freeze would hurry people, or put the vote off for years, then it is refused with the earliest or latest time', async () => {
    const freeze = (times: object) => commons.zara.posts(`/proposals/${proposal}/freeze`, times);
    expect(told(await mara.posts(`/proposals/${proposal}/freeze`))).toBe('403 StewardRequired');
    const hurried = await freeze({ opensAt: commons.place.in({ days: 2 }) });
    expect([told(hurried), hurried.body.details.earliest]).toEqual(['422 ReadingTooShort', commons.place.in({ days: 3 })]);
    const short = await freeze({ opensAt: commons.place.in({ days: 3 }), closesAt: commons.place.in({ days: 9 }) });
    expect([told(short), short.body.details.earliest]).toEqual(['422 VotingTooShort', commons.place.in({ days: 10 })]);
    expect(told(await freeze({ closesAt: commons.place.in({ days: 366 }) }))).toBe('422 VotingTooFar');
    expect(told(await freeze({ closesAt: '9999-12-31T23:59:59Z' }))).toBe('422 VotingTooFar');
    for (const opensAt of ['on Sunday', '9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00+23:59']) expect(told(await freeze({ opensAt }))).toBe('400 MalformedRequest');
  });

  test('when Zara freezes it, then text, roll, rule and deadlines are fixed, and Oren cannot take it back any more', async () => {
    frozen = await commons.zara.posts(`/proposals/${proposal}/freeze`);
    expect(told(frozen)).toBe('200 ProposalFrozen');
    const sealed = await commons.place.passes({ seconds: 0 });
    expect((await commons.oren.reads(`/proposals/${proposal}`, sealed)).body).toMatchObject({
      state: 'frozen', frozenAt: frozen.body.position, rollSize: 4, opensAt: commons.place.in({ days: 3 }), closesAt: commons.place.in({ days: 10 }),
      rule: { quorum: { n: 1, d: 3 }, threshold: { n: 1, d: 2, strict: true } },
    });
    expect(told(await commons.oren.posts(`/proposals/${proposal}/withdrawal`))).toBe('409 NoLongerWithdrawable');
    expect(told(await commons.oren.posts(`/proposals/${proposal}/revisions`, { ...DRAFT, title: 'Too late' }))).toBe('409 WrongPhase');
    expect(frozen.body.events[0].data).toMatchObject({ textRevision: 4 });
    expect((await mara.reads(`/proposals/${proposal}/revisions/4`, sealed)).body).toMatchObject({ textHash: frozen.body.events[0].data.textHash, frozenAt: frozen.body.time });
  });
});

describe('given a frozen text', () => {
  test('when its times come, then the vote opens, closes, is certified and enacted by itself', async () => {
    expect((await commons.oren.reads(`/proposals/${proposal}`, await commons.place.passes({ days: 3 }))).body).toMatchObject({ state: 'voting' });
    for (const voter of [commons.zara, commons.oren]) {
      expect(told(await voter.puts(`/proposals/${proposal}/ballot`, { choice: 'yes' }))).toBe('200 BallotCast');
    }
    const no = await mara.puts(`/proposals/${proposal}/ballot`, { choice: 'no' });
    expect((await page(no)).body.counts).toEqual({ yes: 2, no: 1, abstain: 0 });
    const closed = await commons.place.passes({ days: 7 });
    const { body } = await commons.oren.reads(`/proposals/${proposal}`, closed);
    const certificate = { yes: 2, no: 1, abstain: 0, roll: 4, frozenAt: frozen.body.position };
    expect(body).toMatchObject({ state: 'enacted', outcome: 'passed', certificate });
  });

  test('then everybody can read what is in force, since when and by which vote, and that it was not before', async () => {
    const { body, headers } = await commons.place.anybody.reads('/protocols/sovereignty', await commons.place.head());
    expect(body).toMatchObject({ proposal, charterRevision: 2, clauses: [untouchable('silk', { exceptions: [] })] });
    const before = await commons.place.anybody.reads(`/protocols/sovereignty?asOf=${body.since - 1}`);
    expect(told(before)).toBe('404 NotFound');
    expect(Number(headers['biolithic-position'])).toBeGreaterThanOrEqual(body.since);
  });
});

describe('given a protocol in force', () => {
  let needing: string;
  const drafts = async (by: Person, title: string): Promise<string> => {
    const drafted = await by.posts('/proposals', { ...DRAFT, title });
    await by.posts(`/proposals/${drafted.body.id}/submission`);
    await commons.zara.posts(`/proposals/${drafted.body.id}/admission`);
    return drafted.body.id as string;
  };

  test('when two rewrite it at once and one is enacted, then the other needs a new text: nothing is overwritten in silence', async () => {
    const [first, second, third] = [await drafts(commons.oren, 'First'), await drafts(mara, 'Second'), await drafts(mara, 'Third')];
    for (const one of [first, second]) expect(told(await commons.zara.posts(`/proposals/${one}/freeze`))).toBe('200 ProposalFrozen');
    await commons.place.passes({ days: 3 });
    for (const one of [first, second]) {
      for (const voter of [commons.zara, commons.oren, commons.iva]) await voter.puts(`/proposals/${one}/ballot`, { choice: 'yes' });
    }
    const closed = await commons.place.passes({ days: 7 });
    const states = await Promise.all([first, second].map(async (one) => (await mara.reads(`/proposals/${one}`, closed)).body.state as string));
    expect(states).toEqual(['enacted', 'needs-rebase']);
    expect((await mara.reads('/protocols/sovereignty', closed)).body).toMatchObject({ title: 'First', proposal: first, charterRevision: 3 });
    // Written before, and not frozen yet: it is told at the freeze.
    const late = await commons.zara.posts(`/proposals/${third}/freeze`);
    expect([told(late), late.body.details]).toEqual(['409 NeedsRebase', expect.objectContaining({ touched: 'protocol sovereignty', movedTo: 3 })]);
    needing = second;
    expect((await mara.reads('/my-page', closed)).body.waiting.rebases).toEqual([{ proposal: second, title: 'Second' }]);
    expect((await commons.oren.reads('/my-page', closed)).body.waiting.rebases).toEqual([]);
  });

  test('when Mara writes hers anew, then it is deliberated and voted on anew, and the first vote counts no more', async () => {
    const anew = { ...DRAFT, title: 'Second, with the first in it' };
    expect(told(await commons.oren.posts(`/proposals/${needing}/rebase`, anew))).toBe('403 NotTheProposer');
    const rebased = await mara.posts(`/proposals/${needing}/rebase`, anew);
    expect(told(rebased)).toBe('200 ProposalRebased');
    expect((await mara.reads(`/proposals/${needing}`, rebased)).body).toMatchObject({ state: 'deliberation', title: anew.title, certificate: null, counts: null });
    expect(told(await mara.posts(`/proposals/${needing}/rebase`, anew))).toBe('409 NoRebaseNeeded');
    expect(told(await commons.zara.posts(`/proposals/${needing}/freeze`))).toBe('200 ProposalFrozen');
    await commons.place.passes({ days: 3 });
    for (const voter of [commons.zara, commons.oren]) expect(told(await voter.puts(`/proposals/${needing}/ballot`, { choice: 'yes' }))).toBe('200 BallotCast');
    const closed = await commons.place.passes({ days: 7 });
    expect((await mara.reads(`/proposals/${needing}`, closed)).body).toMatchObject({ state: 'enacted', round: 2, counts: { yes: 2, no: 0, abstain: 0 } });
    expect((await mara.reads(`/proposals/${needing}/ballots`, closed)).body.rows).toHaveLength(2);
    expect((await mara.reads('/protocols/sovereignty', closed)).body).toMatchObject({ title: anew.title, charterRevision: 4 });
  });

  test('then everybody can read what was in force before, until when, and what each vote changed', async () => {
    const { anybody } = commons.place;
    const { rows } = (await anybody.reads('/protocols/sovereignty/history', await commons.place.head())).body;
    expect(rows.map((row: { title: string; ending: string }) => [row.title, row.ending])).toEqual([
      [DRAFT.title, 'replaced'], ['First', 'replaced'], ['Second, with the first in it', null],
    ]);
    expect(rows[0].endedFrom).toBe(rows[1].from);
    expect((await anybody.reads('/protocols/sovereignty/diff?from=1&to=2')).body).toMatchObject({ added: 1, removed: 1, diff: expect.stringContaining('+First') });
    expect(told(await anybody.reads('/protocols/sovereignty/diff?from=1&to=4'))).toBe('404 NotFound');
  });

  test('when a steward finds a proposal inadmissible, then two who sponsor it have the last word: not its proposer, and not for another text', async () => {
    const [{ zara, oren, iva, place }, path] = [commons, `/proposals/${(await mara.posts('/proposals', { ...DRAFT, measure: adopt('night-rest') })).body.id}`];
    await mara.posts(`${path}/submission`);
    expect(told(await oren.puts(`${path}/sponsorship`, {}))).toBe('200 ProposalSponsored');
    expect(told(await oren.puts(`${path}/sponsorship`, {}))).toBe('409 SponsoredAlready');
    expect(told(await mara.puts(`${path}/sponsorship`, {}))).toBe('403 OwnProposal');
    // Another text: what Oren sponsored is no more.
    const revised = await mara.posts(`${path}/revisions`, { ...DRAFT, title: 'Night rest', measure: adopt('night-rest') });
    expect((await mara.reads(path, revised)).body).toMatchObject({ textRevision: 2, sponsors: 0 });
    expect(told(await iva.puts(`${path}/sponsorship`, {}))).toBe('200 ProposalSponsored');
    expect(told(await mara.posts(`${path}/inadmissibility`, { reason: 'Mine.' }))).toBe('403 StewardRequired');
    const found = await zara.posts(`${path}/inadmissibility`, { reason: 'Nights are no material.' });
    expect((await mara.reads(path, found)).body).toMatchObject({ state: 'inadmissible', inadmissible: { by: zara.id, reason: 'Nights are no material.' } });
    expect(told(await place.anybody.reads(path, found))).toBe('404 NotFound');
    expect(told(await zara.posts(`${path}/admission`))).toBe('409 WrongPhase');
    expect(told(await oren.puts(`${path}/sponsorship`, {}))).toBe('200 ProposalSponsored, SponsorsReached');
    const admitted = await place.passes({ seconds: 0 });
    expect((await place.anybody.reads(path, admitted)).body).toMatchObject({ state: 'deliberation', sponsors: 2 });
    expect(told(await oren.deletes(`${path}/sponsorship`))).toBe('409 WrongPhase');
    expect((await mara.reads(`${path}/sponsors`, admitted)).body.rows).toMatchObject([{ sponsor: oren.id, textRevision: 2 }, { sponsor: iva.id, textRevision: 2 }]);
  });

  test('when a proposer thinks better of it, then the proposal is withdrawn, and stays on record', async () => {
    const drafted = await mara.posts('/proposals', { ...DRAFT, measure: adopt('second-thoughts') });
    const withdrawn = await mara.posts(`/proposals/${drafted.body.id}/withdrawal`);
    expect(told(withdrawn)).toBe('200 ProposalWithdrawn');
    expect((await commons.oren.reads('/proposals?state=withdrawn', withdrawn)).body.rows).toEqual([expect.objectContaining({ key: drafted.body.id })]);
    expect(told(await mara.posts(`/proposals/${drafted.body.id}/submission`))).toBe('409 WrongPhase');
  });
});

describe('given other things to decide', () => {
  const decided = async (measure: object, yes: readonly Person[], no: readonly Person[] = []): Promise<{ state: string; outcome: string }> => {
    const drafted = await commons.oren.posts('/proposals', { title: 'In short', prose: 'As told.', measure });
    expect(told(drafted)).toBe('200 ProposalDrafted');
    const path = `/proposals/${drafted.body.id}`;
    await commons.oren.posts(`${path}/submission`);
    await commons.zara.posts(`${path}/admission`);
    await commons.zara.posts(`${path}/freeze`);
    await commons.place.passes({ days: 3 });
    for (const voter of yes) await voter.puts(`${path}/ballot`, { choice: 'yes' });
    for (const voter of no) await voter.puts(`${path}/ballot`, { choice: 'no' });
    return (await commons.oren.reads(path, await commons.place.passes({ days: 7 }))).body;
  };

  test('when the rules are to change, then two thirds decide it, and what is frozen afterwards goes by the new ones', async () => {
    const { zara, oren, iva } = commons;
    const shorter = { kind: 'change-rules', rules: { voting: { days: 5 } } };
    expect(await decided(shorter, [zara, oren], [iva, mara])).toMatchObject({ state: 'failed', outcome: 'NotApproved', decisionClass: 'charter' });
    expect((await oren.reads('/community', await commons.place.head())).body.rules.voting).toEqual({ days: 7 });
    expect(await decided(shorter, [zara, oren, iva], [mara])).toMatchObject({ state: 'enacted', outcome: 'passed' });
    expect((await oren.reads('/community', await commons.place.head())).body.rules.voting).toEqual({ days: 5 });
    const again = await oren.posts('/proposals', { title: 'Again', prose: 'The same.', measure: shorter });
    expect(told(again)).toBe('422 RulesUnchanged');
    const endless = await oren.posts('/proposals', { title: 'Endless', prose: 'For ever.', measure: { kind: 'change-rules', rules: { voting: { days: 300 } } } });
    expect(told(endless)).toBe('422 InvalidRules');
  });

  test('when a protocol is repealed, then it binds nobody from there on, and cannot be repealed again', async () => {
    const repeal = { kind: 'repeal-protocol', protocol: 'sovereignty' };
    expect(await decided(repeal, [commons.zara, commons.oren])).toMatchObject({ state: 'enacted' });
    expect(told(await commons.oren.reads('/protocols/sovereignty', await commons.place.head()))).toBe('404 NotFound');
    expect(told(await mara.posts('/proposals', { title: 'Once more', prose: 'Away with it.', measure: repeal }))).toBe('422 ProtocolNotInForce');
  });

  test('when a protocol is put in force for a time, then it binds until then and no longer, and a new vote renews it', async () => {
    const [{ zara, oren }, { place }] = [commons, commons];
    const forATime = { ...adopt('quiet-weeks', untouchable('silk')), until: place.in({ days: 24 }) };
    expect(await decided(forATime, [zara, oren])).toMatchObject({ state: 'enacted' });
    expect((await place.anybody.reads('/protocols/quiet-weeks', await place.head())).body).toMatchObject({ until: forATime.until });
    const before = await place.passes({ days: 13, hours: 23 });
    expect(told(await place.anybody.reads('/protocols/quiet-weeks', before))).toBe('200');
    const ended = await place.passes({ hours: 1 });
    expect(told(await place.anybody.reads('/protocols/quiet-weeks', ended))).toBe('404 NotFound');
    expect(told(await oren.posts('/proposals', { title: 'Too late', prose: 'It is over.', measure: forATime }))).toBe('422 SunsetTooEarly');
    expect(await decided({ ...forATime, until: place.in({ days: 30 }) }, [zara, oren])).toMatchObject({ state: 'enacted' });
    expect((await place.anybody.reads('/protocols/quiet-weeks', await place.head())).body.since).toBeGreaterThan(ended);
  });

  test('when nothing but words is agreed to, then they stay on record; and a measure that nobody knows is none', async () => {
    expect(await decided({ kind: 'resolution' }, [commons.zara, commons.oren])).toMatchObject({ state: 'enacted' });
    expect((await commons.place.anybody.reads('/resolutions', await commons.place.head())).body.rows).toMatchObject([{ title: 'In short', prose: 'As told.' }]);
    for (const measure of [{ kind: 'wish' }, {}, [], [null], 'resolution', null]) {
      expect(told(await mara.posts('/proposals', { title: 'A wish', prose: 'For luck.', measure }))).toBe('400 MalformedRequest');
    }
  });
});
