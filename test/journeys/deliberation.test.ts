// A deliberation: what members say of a proposal, what a steward hides and another restores, and how an amendment becomes the text.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Commons, told, type Person } from './people.ts';

const DRAFT = { title: 'Quiet nights', prose: 'No shredder runs at night.', measure: { kind: 'resolution' } };

let commons: Commons;
let mara: Person;
let nils: Person;
let path: string;

beforeAll(async () => {
  commons = await Commons.found({ rules: { token: { days: 365 } } });
  [mara, nils] = [await commons.member('Mara'), await commons.member('Nils')];
  path = `/proposals/${(await mara.posts('/proposals', DRAFT)).body.id}`;
  await mara.posts(`${path}/submission`);
});
afterAll(() => commons.close());

const comments = async (who: Person, as = '') => (await who.reads(`${path}/comments${as}`, ...(as === '' ? [await commons.place.head()] : []))).body.rows as Record<string, unknown>[];

describe('given a submitted proposal', () => {
  test('when Nils comments, then members read it and the public does not, before and after the admission', async () => {
    const { anybody } = commons.place;
    expect(told(await nils.posts(`${path}/comments`, { text: 'Who runs it at night?' }))).toBe('200 CommentMade');
    expect(await comments(mara)).toMatchObject([{ author: nils.id, text: 'Who runs it at night?', shown: 'community' }]);
    expect(await comments(anybody)).toEqual([]);
    await commons.zara.posts(`${path}/admission`);
    expect(await comments(anybody)).toEqual([]);
  });
});

describe('given a proposal in deliberation', () => {
  let comment: string;
  let before: number;

  test('when Nils says it before everybody, and edits it, then everybody reads it, and what it said before', async () => {
    const { anybody } = commons.place;
    const made = await nils.posts(`${path}/comments`, { text: 'The baker does, and he is deaf.' });
    comment = `${path}/comments/${made.body.id}`;
    expect(told(await mara.posts(`${path}/comments`, { text: 'He is not.', replyTo: made.body.id }))).toBe('200 CommentMade');
    expect(told(await mara.puts(comment, { text: 'He hears well.' }))).toBe('403 NotTheAuthor');
    const edited = await nils.puts(comment, { text: 'The baker does.' });
    expect((await anybody.reads(comment, edited)).body).toMatchObject({
      text: 'The baker does.', texts: 2, history: { rows: [{ text: 'The baker does, and he is deaf.' }, { text: 'The baker does.' }] },
    });
    expect(await comments(anybody)).toMatchObject([{ text: 'The baker does.', replyTo: null }, { text: 'He is not.', replyTo: made.body.id }]);
    before = await commons.place.head();
  });

  test('when Zara hides it, then that she did and why is seen by all, and what it said by nobody but Nils and stewards: not even as of before', async () => {
    const { zara, oren } = commons;
    const { anybody } = commons.place;
    expect(told(await mara.posts(`${comment}/hiding`, { reason: 'About me.' }))).toBe('403 StewardRequired');
    expect(told(await zara.posts(`${comment}/hiding`, { reason: 'Names a neighbour.' }))).toBe('200 CommentHidden');
    expect((await comments(anybody))[0]).toMatchObject({ state: 'hidden', hiddenBy: zara.id, reason: 'Names a neighbour.', text: null });
    for (const reader of [mara, anybody]) {
      const { body } = await reader.reads(`${comment}?asOf=${before}`);
      expect([body.state, body.text, body.history.rows.map((row: { text: unknown }) => row.text)]).toEqual(['shown', null, [null, null]]);
    }
    for (const reader of [nils, oren]) expect((await reader.reads(comment, await commons.place.head())).body.text).toBe('The baker does.');
    expect(told(await nils.puts(comment, { text: 'Somebody does.' }))).toBe('409 CommentIsHidden');
  });

  test('when Nils appeals, then it waits for the other stewards, one of whom restores it: not to be hidden again as it is', async () => {
    const { zara, oren, iva, place } = commons;
    expect(told(await mara.posts(`${comment}/appeal`, { statement: 'Let him.' }))).toBe('403 NotTheAuthor');
    const appealed = await nils.posts(`${comment}/appeal`, { statement: 'He told me to say so.' });
    expect(told(appealed)).toBe('200 HidingAppealed');
    expect(told(await nils.posts(`${comment}/appeal`, { statement: 'Again.' }))).toBe('409 AppealedAlready');
    const waits = async (who: Person) => (await who.reads('/my-page', appealed)).body.waiting.appeals.length as number;
    expect(await Promise.all([oren, iva, zara, mara].map(waits))).toEqual([1, 1, 0, 0]);
    expect((await oren.reads(comment, appealed)).body.appeal).toBe('He told me to say so.');
    expect((await mara.reads(comment, appealed)).body.appeal).toBeNull();
    const decision = { restore: true, reason: 'With his leave.' };
    expect(told(await zara.posts(`${comment}/appeal-decision`, decision))).toBe('403 NotImpartial');
    const restored = await oren.posts(`${comment}/appeal-decision`, decision);
    expect(told(restored)).toBe('200 CommentRestored');
    expect((await place.anybody.reads(comment, restored)).body).toMatchObject({ state: 'restored', text: 'The baker does.', decidedBy: oren.id, decisionReason: 'With his leave.' });
    expect(told(await iva.posts(`${comment}/appeal-decision`, decision))).toBe('409 NoAppeal');
    expect(told(await zara.posts(`${comment}/hiding`, { reason: 'Still.' }))).toBe('409 RestoredOnAppeal');
  });

  test('when Nils thinks better of it, then nobody reads it any more', async () => {
    expect(told(await nils.deletes(comment))).toBe('200 CommentWithdrawn');
    expect((await comments(mara))[1]).toMatchObject({ state: 'withdrawn', text: null });
    expect((await mara.reads(`${comment}?asOf=${before}`)).body.text).toBeNull();
    expect(told(await nils.puts(comment, { text: 'I was right.' }))).toBe('409 CommentIsWithdrawn');
  });
});

describe('given a text that others would have otherwise', () => {
  const amended = (title: string, against = 1) => ({ ...DRAFT, title, against });
  let [first, second]: [string, string] = ['', ''];

  test('when Nils and Iva amend it, then everybody sees what would change, and it waits for Mara', async () => {
    const { iva, place } = commons;
    expect(told(await mara.posts(`${path}/amendments`, amended('Mine')))).toBe('403 OwnProposal');
    expect(told(await nils.posts(`${path}/amendments`, amended('Too early', 2)))).toBe('409 AmendmentOutdated');
    expect(told(await nils.posts(`${path}/amendments`, amended(DRAFT.title)))).toBe('409 TextUnchanged');
    expect(told(await nils.posts(`${path}/amendments`, { ...amended('Other'), measure: { kind: 'adopt-protocol', protocol: 'nights', clauses: [] } }))).toBe('422 AnotherMatter');
    const [one, two] = [await nils.posts(`${path}/amendments`, amended('Quiet nights and Sundays')), await iva.posts(`${path}/amendments`, amended('Loud nights'))];
    [first, second] = [`${path}/amendments/${one.body.id}`, `${path}/amendments/${two.body.id}`];
    const { body } = await place.anybody.reads(first, two);
    expect(body).toMatchObject({ state: 'open', author: nils.id, added: 1, removed: 1 });
    expect(body.diff.split('\n')).toEqual(expect.arrayContaining(['-Quiet nights', '+Quiet nights and Sundays']));
    const waits = async (who: Person) => ((await who.reads('/my-page', two)).body.waiting.amendments as { title: string }[]).map(({ title }) => title);
    expect(await waits(mara)).toEqual(['Quiet nights and Sundays', 'Loud nights']);
    expect(await waits(nils)).toEqual([]);
  });

  test('when Mara accepts the one of Nils, then it is the text, in his name, and the other one has lapsed', async () => {
    const { iva, place } = commons;
    expect(told(await nils.posts(`${first}/acceptance`))).toBe('403 NotTheProposer');
    const accepted = await mara.posts(`${first}/acceptance`);
    expect(told(accepted)).toBe('200 ProposalRevised');
    expect((await place.anybody.reads(path, accepted)).body).toMatchObject({ title: 'Quiet nights and Sundays', textRevision: 2 });
    expect((await place.anybody.reads(`${path}/revisions/2`, accepted)).body).toMatchObject({ amendment: { author: nils.id } });
    const rows = (await place.anybody.reads(`${path}/amendments`, accepted)).body.rows as { state: string; into: number | null }[];
    expect(rows.map(({ state, into }) => [state, into])).toEqual([['accepted', 2], ['lapsed', null]]);
    expect(told(await mara.posts(`${second}/acceptance`))).toBe('409 AmendmentOutdated');
    expect(told(await iva.deletes(second))).toBe('409 AmendmentOutdated');
    expect((await mara.reads('/my-page', accepted)).body.waiting.amendments).toEqual([]);
  });

  test('when another one is rejected, or withdrawn, or comes too late, then that is what it is', async () => {
    const { iva, zara, place } = commons;
    const amend = async (title: string) => `${path}/amendments/${(await iva.posts(`${path}/amendments`, amended(title, 2))).body.id}`;
    const [rejected, withdrawn, late] = [await amend('Loud nights'), await amend('Louder nights'), await amend('Loudest nights')];
    expect(told(await nils.posts(`${rejected}/rejection`, { reason: 'No.' }))).toBe('403 NotTheProposer');
    await mara.posts(`${rejected}/rejection`, { reason: 'We sleep.' });
    expect(told(await mara.posts(`${rejected}/acceptance`))).toBe('409 AmendmentSettled');
    expect(told(await nils.deletes(withdrawn))).toBe('403 NotTheAmender');
    expect(told(await iva.deletes(withdrawn))).toBe('200 AmendmentWithdrawn');
    const frozen = await zara.posts(`${path}/freeze`);
    expect(frozen.body.events[0].data).toMatchObject({ textRevision: 2 });
    const rows = (await place.anybody.reads(`${path}/amendments`, frozen)).body.rows as { state: string; reason: string | null }[];
    expect(rows.slice(2).map(({ state, reason }) => [state, reason])).toEqual([['rejected', 'We sleep.'], ['withdrawn', null], ['lapsed', null]]);
    expect(told(await mara.posts(`${late}/acceptance`))).toBe('409 WrongPhase');
    expect(told(await iva.posts(`${path}/amendments`, amended('Too late', 2)))).toBe('409 WrongPhase');
  });
});
