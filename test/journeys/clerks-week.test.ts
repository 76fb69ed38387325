// A clerk's week: what is on the board, what was decided on a matter, what falls due, and how the votes grow.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Commons, told, type Person } from './people.ts';

let commons: Commons;
let clerk: Person;
let mara: Person;
let ferry: string;
let hidden: string;

const titles = async (who: Person, query: string, ...known: number[]): Promise<string[]> =>
  ((await who.reads(`/proposals?${query}`, ...known)).body.rows as { title: string }[]).map(({ title }) => title);
/** Content lines of a calendar, unfolded. */
const calendar = async (who: Person, path: string, ...known: number[]): Promise<string[]> => {
  const { text, headers, status } = await who.reads(path, ...known);
  expect([status, headers['content-type']]).toEqual([200, 'text/calendar; charset=utf-8']);
  return text.replaceAll('\r\n ', '').split('\r\n');
};
const summaries = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('SUMMARY:')).map((line) => line.slice('SUMMARY:'.length));

beforeAll(async () => {
  commons = await Commons.found();
  [clerk, mara] = [commons.zara, await commons.member('Mara')];
  ferry = await commons.town.proposal('night-ferry', []);
  const drafted = await mara.posts('/proposals', { title: 'Fährplan für den Winter', prose: 'A ferry at night, and none on Sundays.', measure: { kind: 'resolution' } });
  hidden = drafted.body.id as string;
});
afterAll(() => commons.close());

describe('on Monday, the board', () => {
  test('finds by words, written in any way, and by what, whose and where it is', async () => {
    expect(await titles(clerk, 'search=ferry')).toEqual(['Fährplan für den Winter', 'night-ferry']);
    expect(await titles(clerk, 'search=FAHRPLAN%20wint')).toEqual(['Fährplan für den Winter']);
    expect(await titles(clerk, 'search=ferry&kind=adopt-protocol')).toEqual(['night-ferry']);
    expect(await titles(clerk, `proposer=${mara.id}&state=draft&decisionClass=ordinary`)).toEqual(['Fährplan für den Winter']);
    expect(await titles(clerk, 'protocol=night-ferry')).toEqual(['night-ferry']);
    expect(await titles(clerk, 'search=ferry%20OR%20bridge')).toEqual([]);
  });

  test('goes on page by page', async () => {
    const { rows, next } = (await clerk.reads('/proposals?search=ferry&limit=1')).body as { rows: { title: string }[]; next: string };
    expect(rows.map(({ title }) => title)).toEqual(['Fährplan für den Winter']);
    expect(await titles(clerk, `search=ferry&limit=1&cursor=${next}`)).toEqual(['night-ferry']);
    expect(told(await clerk.reads(`/proposals?search=bridge&limit=1&cursor=${next}`))).toBe('400 InvalidCursor');
  });

  test('shows nobody else that there is a draft: not by its words, nor by a page that ends early', async () => {
    const { body } = await commons.place.anybody.reads('/proposals?search=ferry&limit=1');
    expect(body).toEqual({ rows: [expect.objectContaining({ title: 'night-ferry' })] });
    expect(await titles(commons.place.anybody, 'search=winter')).toEqual([]);
  });

  test('finds the past by the words of then', async () => {
    const before = await commons.place.head();
    const revised = await mara.posts(`/proposals/${hidden}/revisions`, { title: 'Boats in winter', prose: 'None on Sundays.', measure: { kind: 'resolution' } });
    expect(told(revised)).toBe('200 ProposalRevised');
    const now = revised.body.position as number;
    expect(await titles(clerk, 'search=ferry', now)).toEqual(['night-ferry']);
    expect(await titles(clerk, 'search=boats', now)).toEqual(['Boats in winter']);
    expect(await titles(clerk, `search=ferry&asOf=${before}`)).toEqual(['Fährplan für den Winter', 'night-ferry']);
  });

  test.each([['search='], ['search=%20'], [`search=${'x'.repeat(201)}`], ['kind=coup'], ['decisionClass=high'], ['proposer=mara'], ['protocol=Night%20Ferry']])(
    'does not take %s', async (query) => expect(told(await clerk.reads(`/proposals?${query}`))).toBe('400 MalformedRequest'),
  );
});

describe('on Tuesday, the calendar', () => {
  test('has for everybody when votes open and close, in the community’s time zone', async () => {
    const lines = await calendar(commons.place.anybody, '/calendar');
    expect(summaries(lines)).toEqual(['Reading ends\\, vote opens: night-ferry', 'Vote closes: night-ferry', 'Latest close\\, if it turns late: night-ferry']);
    const community = (await commons.place.anybody.reads('/community')).body as { community: string; timeZone: string };
    expect(lines).toContain(`X-WR-TIMEZONE:${community.timeZone}`);
    expect(lines).toContain(`UID:${ferry}.closes@${community.community}`);
  });

  test('has for a member, once the vote is open, that the own ballot is awaited, until it is cast', async () => {
    expect(told(await commons.place.anybody.reads('/my-page/calendar'))).toBe('401 TokenRequired');
    const opened = await commons.place.passes({ days: 3 });
    expect(summaries(await calendar(mara, '/my-page/calendar', opened))).toContain('Your ballot is awaited: night-ferry');
    const cast = await mara.puts(`/proposals/${ferry}/ballot`, { choice: 'yes' });
    expect(summaries(await calendar(mara, '/my-page/calendar', cast.body.position as number))).not.toContain('Your ballot is awaited: night-ferry');
  });
});

describe('on Thursday, how the vote grew', () => {
  const grown = async (who: Person, query: string, ...known: number[]) => (await who.reads(`/proposals/${ferry}/tally-over-time${query}`, ...known)).body;

  test('is for members while it is open', async () => {
    await commons.place.passes({ days: 2 });
    await commons.oren.puts(`/proposals/${ferry}/ballot`, { choice: 'no' });
    const known = await commons.place.passes({ days: 1 });
    expect(told(await commons.place.anybody.reads(`/proposals/${ferry}/tally-over-time`))).toBe('403 MembersOnly');
    const { points, proposal, round } = await grown(clerk, '?points=4', known);
    expect({ proposal, round }).toEqual({ proposal: ferry, round: 1 });
    expect(points).toMatchObject([
      { counts: { yes: 1, no: 0, abstain: 0 } }, { counts: { yes: 1, no: 0, abstain: 0 } }, { counts: { yes: 1, no: 0, abstain: 0 } }, { counts: { yes: 1, no: 1, abstain: 0 } },
    ]);
  });

  test('is for everybody once it is certified, and ends with the certificate’s counts', async () => {
    await commons.iva.puts(`/proposals/${ferry}/ballot`, { choice: 'yes' });
    const closed = await commons.place.passes({ days: 4 });
    const { points } = await grown(commons.place.anybody, '?points=8', closed);
    const { certificate } = (await commons.place.anybody.reads(`/proposals/${ferry}`, closed)).body;
    expect(points).toHaveLength(8);
    expect(points.at(-1)).toMatchObject({ position: certificate.pollsClosedAt, counts: { yes: 2, no: 1, abstain: 0 } });
    for (const { position, counts } of points as { position: number; counts: object }[]) {
      const shown = (await clerk.reads(`/proposals/${ferry}?asOf=${position}`)).body.counts as object;
      expect(counts).toMatchObject(shown);
    }
    expect(told(await clerk.reads(`/proposals/${hidden}/tally-over-time`))).toBe('409 VotingNotOpen');
    expect(told(await clerk.reads(`/proposals/${ferry}/tally-over-time?points=1`))).toBe('400 MalformedRequest');
  });
});
