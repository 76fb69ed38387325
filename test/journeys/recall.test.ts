// A candidate's recall: elected for a term by vote, re-elected, and recalled by the same people; and what a vote cannot do any more.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Commons, told, type Known, type Person } from './people.ts';

let commons: Commons;
let mara: Person;
let nils: Person;
let term: string;

const WORDS = { title: 'Who keeps the yard', prose: 'One of us, for a time.' };

/** Proposed by somebody, admitted and frozen by a steward; gives the ProposalId. */
async function proposes(who: Person, measure: object, steward = commons.zara): Promise<string> {
  const drafted = await who.posts('/proposals', { ...WORDS, measure });
  if (drafted.status !== 200) throw new Error(told(drafted));
  const proposal = drafted.body.id as string;
  await who.posts(`/proposals/${proposal}/submission`);
  for (const step of ['admission', 'freeze']) expect((await steward.posts(`/proposals/${proposal}/${step}`)).status).toBe(200);
  return proposal;
}

/** The whole vote: three days to read, seven to vote. @returns the proposal as it is then */
async function decides(proposal: string, voters: readonly Person[] = [commons.zara, commons.oren, commons.iva]) {
  await commons.place.passes({ days: 3 });
  for (const voter of voters) expect(told(await voter.puts(`/proposals/${proposal}/ballot`, { choice: 'yes' }))).toBe('200 BallotCast');
  const closed = await commons.place.passes({ days: 7 });
  return { closed, page: (await commons.place.anybody.reads(`/proposals/${proposal}`, closed)).body };
}

const holders = async (role: string, ...known: Known[]) =>
  ((await commons.oren.reads(`/roles?role=${role}`, ...known)).body.rows as { person: string }[]).map(({ person }) => person);

beforeAll(async () => {
  commons = await Commons.found({ rules: { token: { days: 365 } } });
  [mara, nils] = [await commons.member('Mara'), await commons.member('Nils')];
  term = commons.place.in({ days: 60 });
});
afterAll(() => commons.close());

describe('given a candidate', () => {
  let proposal: string;

  test('when Mara stands for the yard until summer, then the vote decides: nobody else, and neither she nor who proposed it', async () => {
    const measure = { kind: 'grant-role', person: mara.id, role: 'keeper', until: term };
    expect(told(await mara.posts('/materials', { material: 'silk', name: 'Silk', productClass: 'fibre' }))).toBe('403 NotACataloguer');
    proposal = await proposes(mara, measure);
    expect((await commons.place.anybody.reads(`/proposals/${proposal}`)).body).toMatchObject({ measure, decisionClass: 'ordinary' });
  });

  test('when it passes, then she is a keeper from then on, by that vote and for that term; before, she was none', async () => {
    const { closed, page } = await decides(proposal);
    expect(page).toMatchObject({ state: 'enacted', outcome: 'passed', failure: null });
    expect((await commons.oren.reads(`/members/${mara.id}`, closed)).body).toMatchObject({ roles: ['member', 'keeper'], terms: [{ role: 'keeper', until: term }] });
    expect((await commons.oren.reads('/roles?role=keeper', closed)).body.rows).toEqual([
      { role: 'keeper', person: mara.id, name: 'Mara', grantedAt: expect.any(String), until: term, proposal },
    ]);
    const before = page.certificate.pollsClosedAt as number;
    expect((await commons.oren.reads(`/roles?role=keeper&asOf=${before}`)).body.rows).toEqual([]);
    expect((await mara.reads('/my-page', closed)).body).toMatchObject({ roles: ['member', 'keeper'], terms: [{ role: 'keeper', until: term }] });
    expect(told(await mara.posts('/materials', { material: 'silk', name: 'Silk', productClass: 'fibre' }))).toBe('200 MaterialRegistered');
    expect(told(await commons.place.anybody.reads('/roles'))).toBe('401 TokenRequired');
  });

  test('when the same is proposed again, or for a stranger, or for a time that is over, then there is nothing to vote on', async () => {
    const grant = (rest: object) => nils.posts('/proposals', { ...WORDS, measure: { kind: 'grant-role', person: mara.id, role: 'keeper', ...rest } });
    expect(told(await grant({ until: term }))).toBe('422 RoleHeldAlready');
    expect(told(await grant({ person: commons.community }))).toBe('422 NotAMember');
    expect(told(await grant({ until: commons.place.ago(1) }))).toBe('422 SunsetTooEarly');
    expect(told(await grant({ role: 'member' }))).toBe('400 MalformedRequest');
    expect(told(await nils.posts('/proposals', { ...WORDS, measure: { kind: 'recall-role', person: nils.id, role: 'keeper' } }))).toBe('422 RoleNotHeld');
  });
});

describe('given a keeper whom people want to be rid of', () => {
  test('when the vote on the recall has passed, then she is a keeper no longer, long before the term is over', async () => {
    const proposal = await proposes(nils, { kind: 'recall-role', person: mara.id, role: 'keeper' });
    const { closed, page } = await decides(proposal, [commons.zara, commons.oren, mara]);
    expect(page).toMatchObject({ state: 'enacted', certificate: { yes: 3 } });
    expect(await holders('keeper', closed)).toEqual([]);
    expect((await mara.reads('/my-page', closed)).body).toMatchObject({ roles: ['member'], terms: [] });
    expect(told(await mara.posts('/materials', { material: 'moss', name: 'Moss', productClass: 'fibre' }))).toBe('403 NotACataloguer');
  });

  test('when two recalls of one have passed, then the second has nothing left to do, and says so', async () => {
    const elected = await decides(await proposes(nils, { kind: 'grant-role', person: mara.id, role: 'guardian' }));
    expect(elected.page.state).toBe('enacted');
    const recall = { kind: 'recall-role', person: mara.id, role: 'guardian' };
    const [first, second] = [await proposes(nils, recall), await proposes(commons.oren, recall)];
    await commons.place.passes({ days: 3 });
    for (const voter of [commons.zara, commons.oren, commons.iva]) for (const one of [first, second]) await voter.puts(`/proposals/${one}/ballot`, { choice: 'yes' });
    const closed = await commons.place.passes({ days: 7 });
    const shown = async (one: string) => (await commons.place.anybody.reads(`/proposals/${one}`, closed)).body;
    expect([await shown(first), await shown(second)]).toMatchObject([{ state: 'enacted' }, { state: 'enactment-failed', outcome: 'passed', failure: 'RoleNotHeld' }]);
  });
});

describe('given a steward in the own case', () => {
  test('when Oren is to be recalled, then he neither admits nor freezes it; his own ballot he has', async () => {
    const { oren, zara } = commons;
    const { body } = await nils.posts('/proposals', { ...WORDS, measure: { kind: 'recall-role', person: oren.id, role: 'steward' } });
    const proposal = body.id as string;
    await nils.posts(`/proposals/${proposal}/submission`);
    expect(told(await oren.posts(`/proposals/${proposal}/admission`))).toBe('403 OwnCase');
    await zara.posts(`/proposals/${proposal}/admission`);
    expect(told(await oren.posts(`/proposals/${proposal}/freeze`))).toBe('403 OwnCase');
    await zara.posts(`/proposals/${proposal}/freeze`);
    const { closed, page } = await decides(proposal, [zara, oren, commons.iva]);
    expect(page.state).toBe('enacted');
    expect((await holders('steward', closed)).toSorted()).toEqual([zara.id, commons.iva.id].toSorted());
  });

  test('when stewards go until one is left, then that one stays: by resignation as by vote', async () => {
    const { zara, iva } = commons;
    const recall = await proposes(nils, { kind: 'recall-role', person: zara.id, role: 'steward' }, iva);
    const gone = await iva.posts('/roles/steward/resignation');
    expect(told(gone)).toBe('200 RoleLaidDown');
    expect(told(await iva.posts('/roles/steward/resignation'))).toBe('422 RoleNotHeld');
    expect(told(await zara.posts('/roles/steward/resignation'))).toBe('409 RoleMinimum');
    const { closed, page } = await decides(recall);
    expect(page).toMatchObject({ state: 'enactment-failed', failure: 'RoleMinimum' });
    expect(await holders('steward', closed)).toEqual([zara.id]);
  });
});

describe('given a minimum of two keepers', () => {
  test('when a term is over and nobody can take her place, then Mara holds over, until there is somebody', async () => {
    await decides(await proposes(nils, { kind: 'change-rules', rules: { roleMinimum: { keeper: 2 } } }), [commons.zara, commons.oren, commons.iva, mara, nils]);
    const until = commons.place.in({ days: 30 });
    for (const person of [mara, nils]) await decides(await proposes(commons.iva, { kind: 'grant-role', person: person.id, role: 'keeper', until }));
    const over = await commons.place.passes({ days: 20 });
    expect((await holders('keeper', over)).toSorted()).toEqual([mara.id, nils.id].toSorted());
    const { closed } = await decides(await proposes(nils, { kind: 'grant-role', person: commons.oren.id, role: 'keeper' }));
    const held = await holders('keeper', closed);
    expect(held).toHaveLength(2);
    expect(held).toContain(commons.oren.id);
  });
});
