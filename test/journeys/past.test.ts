// Who asks the past: any moment by position or instant, the live feed and the export, and what is shown to whom.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request, { type Response } from 'supertest';
import { listen, until } from '../support/sse.ts';
import { Commons, told, type Person } from './people.ts';

let commons: Commons;
let mara: Person;
let lot: string;
let registered: Response;
let handedOver: Response;
let noon: string;

interface Line {
  readonly position: number;
  readonly type: string;
  readonly data: { readonly person?: string };
}

const lines = ({ text }: Response): Line[] => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line);

beforeAll(async () => {
  commons = await Commons.found();
  mara = await commons.member('Mara');
  const { oren } = commons;
  await commons.town.material('silk');
  registered = await oren.posts('/lots', {
    material: 'silk', quantity: { amount: '80', unit: 'KGM' }, method: 'weighed', owner: oren.id, custodian: oren.id,
    location: 'east yard', provenance: 'carnival', model: 'segregated',
  });
  lot = registered.body.id;
  await commons.place.passes({ hours: 3 });
  noon = commons.place.in({});
  await commons.place.passes({ hours: 1 });
  const offered = await oren.posts(`/lots/${lot}/offers`, { to: mara.id, passes: 'ownership-and-custody' });
  handedOver = await mara.posts(`/lots/${lot}/offers/${offered.body.id}/acceptance`);
});
afterAll(() => commons.close());

describe('given a lot that changed hands', () => {
  test('when Mara asks who held it at noon, by instant or by position, then both name the same moment', async () => {
    const byInstant = await mara.reads(`/lots/${lot}?asOf=${noon}`, handedOver);
    expect(byInstant.body).toMatchObject({ custodian: commons.oren.id, owner: commons.oren.id });
    const position = Number(byInstant.headers['biolithic-position']);
    expect(position).toBe(registered.body.position);
    expect((await mara.reads(`/lots/${lot}?asOf=${position}`, handedOver)).body).toEqual(byInstant.body);
    expect((await mara.reads(`/lots/${lot}`, handedOver)).body).toMatchObject({ custodian: mara.id, owner: mara.id });
    expect((await mara.reads(`/balances?owner=${commons.oren.id}&asOf=${noon}`, handedOver)).body.balanced).toEqual([
      { material: 'silk', quantity: { amount: '80', unit: 'KGM' }, lots: 1 },
    ]);
  });

  test('when she asks for a time before it was there, for tomorrow, or for no time at all, then each has its answer', async () => {
    expect(told(await mara.reads(`/lots/${lot}?asOf=${registered.body.position - 1}`))).toBe('404 NotFound');
    expect(told(await mara.reads(`/lots?asOf=${commons.place.in({ days: 1 })}`))).toBe('422 InstantInFuture');
    expect(told(await mara.reads('/lots?asOf=yesterday'))).toBe('400 InvalidAsOf');
    expect(told(await mara.reads('/lots?waitFor=soon'))).toBe('400 InvalidWaitFor');
    expect(told(await mara.reads(`/lots?asOf=${(await commons.place.head()) + 1000}`))).toBe('422 PositionBeyondHead');
    expect(told(await mara.reads('/lots?as-of=3'))).toBe('400 MalformedRequest');
  });

  test('when she asks for the past of others, then what she may see is judged by her standing of now', async () => {
    const nils = await commons.member('Nils');
    expect((await nils.reads(`/lots/${lot}?asOf=${noon}`)).body.custodian).toBe(commons.oren.id);
    expect(told(await commons.place.anybody.reads(`/lots/${lot}?asOf=${noon}`))).toBe('401 TokenRequired');
  });

  test('when nothing has happened since, then an ETag saves the answer', async () => {
    const first = await mara.reads('/materials', await commons.place.head());
    const known = { Authorization: `Bearer ${mara.token}`, 'If-None-Match': String(first.headers['etag']) };
    const again = await request(mara.url).get('/materials').set(known);
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test('when a list is longer than a page, then its cursor leads on, and only on that list', async () => {
    const page = await mara.reads('/members?limit=2', await commons.place.head());
    const rest = await mara.reads(`/members?limit=500&cursor=${page.body.next}`);
    const ids = [...page.body.rows, ...rest.body.rows].map(({ person }: { person: string }) => person);
    expect(new Set(ids).size).toBe(5);
    expect(rest.body.next).toBeUndefined();
    expect(told(await mara.reads(`/parties?cursor=${page.body.next}`))).toBe('400 InvalidCursor');
  });
});

describe('given the log', () => {
  test('when a member exports it, then every event is there once, in order, page by page', async () => {
    const head = await commons.place.head();
    const pages: Response[] = [await mara.reads(`/events?limit=7&asOf=${head}`)];
    for (let next = /<([^>]+)>/.exec(String(pages.at(-1)?.headers['link']))?.[1]; next !== undefined; ) {
      pages.push(await mara.reads(next));
      next = /<([^>]+)>/.exec(String(pages.at(-1)?.headers['link'] ?? ''))?.[1];
    }
    const positions = pages.flatMap(lines).map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
    expect(pages.slice(0, -1).every((page) => lines(page).length === 7)).toBe(true);
    expect(positions).toContain(handedOver.body.position);
  });

  test('then the public exports only what is public, and nobody exports other people’s tokens', async () => {
    const head = await commons.place.head();
    const typesFor = async (who: Person): Promise<Set<string>> =>
      new Set(lines(await who.reads(`/events?limit=10000&asOf=${head}`)).map(({ type }) => type));
    const [all, open] = [await typesFor(mara), await typesFor(commons.place.anybody)];
    expect(open).toContain('community.in-force.v1');
    expect(open).toContain('custody.material-registered.v1');
    for (const type of ['custody.lot-registered.v1', 'custody.offer-accepted.v1', 'community.member-admitted.v1']) {
      expect(all).toContain(type);
      expect(open).not.toContain(type);
    }
    expect(all).not.toContain('community.invitation-issued.v1');
    const tokens = lines(await mara.reads(`/events?types=community.token-minted.v1&asOf=${head}`));
    expect(new Set(tokens.map(({ data }) => data.person))).toEqual(new Set([mara.id]));
  });

  test('when she names an event that is none, or one to come, then she is told', async () => {
    const after = (id: string | number) => request(mara.url).get('/feed').set('Last-Event-ID', String(id));
    expect(told(await after('the last one'))).toBe('400 InvalidLastEventId');
    expect(told(await after((await commons.place.head()) + 50))).toBe('422 PositionBeyondHead');
  });

  test('when Mara listens and loses the connection, then the feed goes on after the last event she saw', async () => {
    const authorization = `Bearer ${mara.token}`;
    const first = await listen(`${mara.url}/feed`, { authorization });
    const one = await commons.zara.posts('/parties', { kind: 'external', name: 'Ferrum' });
    await until(() => first.events.length === 1);
    first.close();
    const two = await commons.zara.posts('/parties', { kind: 'carrier', name: 'Ferry' });
    const three = await commons.zara.posts('/parties', { kind: 'facility', name: 'Press' });
    const second = await listen(`${mara.url}/feed`, { authorization, 'last-event-id': first.events[0]?.id ?? '' });
    await until(() => second.events.length === 2);
    second.close();
    expect([...first.events, ...second.events].map(({ id }) => Number(id))).toEqual([one, two, three].map(({ body }) => body.position as number));
  });
});
