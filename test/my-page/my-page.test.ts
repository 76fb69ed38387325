// My page over HTTP: who I am here, what waits for me, and every act done in my name; now and as of any past moment, and nothing of others.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MyPage } from '../../src/my-page/index.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { call } from '../support/town.ts';
import { History, PERSONAL } from '../visibility/history.ts';

let here: ServiceHere;
let history: History;
beforeAll(async () => {
  here = await startTestService({ argv: ['--clock', 'simulated'] });
  history = await History.begin(here.service);
  for (const material of ['silk', 'flakes']) await history.does('kaito', 'POST', '/materials', { material, name: material, productClass: 'reclaimed' });
});
afterAll(() => here.close());

const head = (): number => here.service.stores.log.head().position;
const person = (name: string): string => history.who(name).person;
const party = (name: string): string => history.party(name);

/** The page as of now, or of a position. */
async function page(name: string, asOf?: number): Promise<MyPage> {
  const { status, body } = await call(
    here.url, 'GET', `/my-page?${asOf === undefined ? `waitFor=${head()}` : `asOf=${asOf}`}`, { token: history.who(name).token },
  );
  if (status !== 200) throw new Error(`${name}'s page: ${status} ${JSON.stringify(body)}`);
  return body as unknown as MyPage;
}
const waiting = async (name: string, asOf?: number): Promise<MyPage['waiting']> => (await page(name, asOf)).waiting;
/** Names of those for whom something waits. */
async function forWhom(waits: (waiting: MyPage['waiting']) => boolean, asOf?: number): Promise<string[]> {
  const names = Object.keys(history.people);
  const found = await Promise.all(names.map(async (name) => waits(await waiting(name, asOf))));
  return names.filter((_, n) => found[n]).toSorted();
}

/** A second representative of a party. */
async function represent(name: string, of: string, scope: 'requests' | 'transfers'): Promise<void> {
  const { body: invitation } = await history.does(
    'zara', 'POST', `/parties/${party(of)}/invitations`, { scope: [scope], until: history.in({ days: 100 }) },
  );
  const { body } = await call(
    here.url, 'POST', `/invitations/${String(invitation['invitation'])}/acceptance`, { body: { code: invitation['code'], name } },
  );
  history.people[name] = { name, kinds: ['linked'], parties: [party(of)], person: body['person'] as string, token: body['token'] as string };
}

/** Position of the first event of a type. */
const firstOf = (type: string): number => {
  const found = here.service.stores.log.readAll(0).find((event) => event.type === type);
  if (!found) throw new Error(`there is no ${type}`);
  return found.position;
};

describe('who I am', () => {
  test('is the name that I gave, my standing, my roles, and the parties that I act for', async () => {
    expect(await page('mira')).toMatchObject({ person: person('mira'), name: PERSONAL.mira, status: 'member', roles: ['member'], parties: [] });
    expect(await page('zara')).toMatchObject({ name: PERSONAL.zara, status: 'member', roles: ['member', 'steward'], parties: [] });
    expect(await page('kaito')).toMatchObject({
      roles: ['member', 'keeper'], parties: [{ party: party('community'), name: 'Rivermouth', scope: ['transfers'], until: null }],
    });
    expect(await page('merle')).toMatchObject({
      name: PERSONAL.merle, status: 'none', roles: [],
      parties: [{ party: party('meridian'), name: 'meridian', scope: ['requests', 'transfers'], until: expect.any(String) }],
    });
    expect(await page('apollo')).toMatchObject({ name: PERSONAL.apollo, status: 'applied', roles: [], parties: [] });
    expect(await page('formerly')).toMatchObject({ name: PERSONAL.formerly, status: 'none', parties: [] });
  });

  test('is asked for by a person of this community only', async () => {
    for (const path of ['/my-page', '/my-page/acts']) {
      expect(await call(here.url, 'GET', path)).toMatchObject({ status: 401, body: { name: 'TokenRequired' } });
      expect(await call(here.url, 'GET', path, { token: await here.operatorToken() })).toMatchObject({ status: 403, body: { name: 'NotLinked' } });
    }
    expect((await call(here.url, 'GET', `/my-page?person=${person('zara')}`, { token: history.who('mira').token })).status).toBe(400);
  });

  test('was something else before I was linked, applied and was admitted', async () => {
    const [linked, applied, admitted] = ['community.person-linked.v1', 'community.membership-applied.v1', 'community.member-admitted.v1'].map((type) => {
      const own = here.service.stores.log.readAll(0).find((event) => event.type === type && (event.data as { person: string }).person === person('mira'));
      return own?.position ?? 0;
    }) as [number, number, number];
    const then = await Promise.all([linked - 1, linked, applied, admitted].map((position) => page('mira', position)));
    expect(then.map(({ name, status, roles }) => [name, status, roles])).toEqual([
      [null, 'none', []], [PERSONAL.mira, 'none', []], [PERSONAL.mira, 'applied', []], [PERSONAL.mira, 'member', ['member']],
    ]);
  });
});

describe('what waits for me', () => {
  test('is the charter while the community forms, for founders who have not accepted it', async () => {
    const accepted = here.service.stores.log.readAll(0).filter(({ type }) => type === 'community.charter-accepted.v1').map(({ position }) => position);
    const charterFor = (asOf?: number) => forWhom(({ charter }) => charter !== null, asOf);
    const [first, second, last] = accepted as [number, number, number];
    expect(await charterFor(first - 1)).toEqual(['iva', 'oren', 'zara']);
    expect(await charterFor(first)).toEqual(['iva', 'oren']);
    expect(await charterFor(second)).toEqual(['iva']);
    expect(await charterFor(last)).toEqual([]);
    expect(await charterFor()).toEqual([]);
    expect((await waiting('oren', first)).charter).toEqual({ name: 'Rivermouth', charterText: 'What we reclaim is ours.' });
    expect(await charterFor(firstOf('community.person-linked.v1') - 1)).toEqual([]);
  });

  test('is a vote, for who is on its roll, until the ballot is cast or the polls close', async () => {
    const proposal = await history.frozen('nothing-leaves');
    const opened = head();
    const members = ['anke', 'arno', 'chio', 'goro', 'iva', 'kaito', 'mira', 'oren', 'zara'];
    const voteFor = (asOf?: number) => forWhom(({ ballots }) => ballots.length > 0, asOf);
    expect(await voteFor()).toEqual(members);
    expect((await waiting('goro')).ballots).toEqual([{ proposal, title: 'nothing-leaves', closesAt: history.in({ days: 1 }) }]);
    await history.does('goro', 'PUT', `/proposals/${proposal}/ballot`, { choice: 'no' });
    await history.does('mira', 'PUT', `/proposals/${proposal}/ballot`, { choice: 'abstain' });
    expect(await voteFor()).toEqual(members.filter((name) => !['goro', 'mira'].includes(name)));
    await history.does('goro', 'DELETE', `/proposals/${proposal}/ballot`);
    expect(await voteFor()).toEqual(members.filter((name) => name !== 'mira'));
    // Who is admitted after the freeze is not on the roll.
    await history.does('oren', 'POST', `/members/${person('apollo')}/admission`, {});
    expect(await voteFor()).toEqual(members.filter((name) => name !== 'mira'));
    await history.pass({ days: 2 });
    expect(await voteFor()).toEqual([]);
    expect((await waiting('goro', opened)).ballots).toMatchObject([{ proposal }]);
  });

  test('is an offer to me, or to a party that I may move material for, while it is open', async () => {
    await represent('asker', 'carts', 'requests');
    const offersFor = () => forWhom(({ offers }) => offers.length > 0);
    const offers: Record<string, { readonly lot: string; readonly transfer: string }> = {};
    for (const [name, to] of [['mira', person('mira')], ['carla', party('carts')], ['merle', party('meridian')], ['kaito', party('community')]] as const) {
      const lot = await history.lot(person('zara'), person('zara'), 'flakes', 'zara');
      offers[name] = { lot, transfer: await history.offer('zara', lot, to, { expiresAt: history.in({ hours: 1 }) }) };
    }
    expect(await offersFor()).toEqual(['carla', 'kaito', 'merle', 'mira']);
    expect((await waiting('carla')).offers).toMatchObject(
      [{ key: offers['carla']?.transfer, lot: offers['carla']?.lot, from: person('zara'), to: party('carts'), state: 'offered' }],
    );
    const settle = (name: string, by: string, how: string) => history.does(
      by, 'POST', `/lots/${offers[name]?.lot}/offers/${offers[name]?.transfer}/${how}`, {},
    );
    await settle('mira', 'mira', 'acceptance');
    await settle('carla', 'carla', 'refusal');
    await settle('kaito', 'zara', 'withdrawal');
    expect(await offersFor()).toEqual(['merle']);
    await history.pass({ hours: 2 });
    expect(await offersFor()).toEqual([]);
  });

  test('is a request for a lot that I hold, or that a party holds which I may move material for, until it is answered', async () => {
    const held: Record<string, string> = {
      mira: await history.lot(person('mira'), person('mira'), 'flakes', 'mira'),
      wilma: await history.lot(party('works'), party('works')),
      kaito: await history.lot(party('community'), party('community')),
    };
    const ask = (name: string) => history.makes('merle', '/requests', { party: party('meridian'), lot: held[name], purpose: 'Samples' });
    const requests = { mira: await ask('mira'), wilma: await ask('wilma'), kaito: await ask('kaito') };
    const asked = head();
    const requestsFor = (asOf?: number) => forWhom(({ requests: open }) => open.length > 0, asOf);
    expect(await requestsFor()).toEqual(['kaito', 'mira', 'wilma']);
    expect((await waiting('wilma')).requests).toMatchObject(
      [{ key: requests.wilma, lot: held['wilma'], party: party('meridian'), holder: party('works'), state: 'open' }],
    );
    await history.does('wilma', 'POST', `/requests/${requests.wilma}/refusal`);
    const transfer = await history.offer('mira', held['mira'] ?? '', party('meridian'), { request: requests.mira });
    expect(await requestsFor()).toEqual(['kaito']);
    expect((await waiting('merle')).offers).toMatchObject([{ key: transfer, request: requests.mira }]);
    await history.does('mira', 'POST', `/lots/${held['mira']}/offers/${transfer}/withdrawal`, {});
    expect(await requestsFor()).toEqual(['kaito', 'mira']);
    // A lot that moves takes the open request along.
    await history.does(
      'mira', 'POST', `/lots/${held['kaito']}/offers/${await history.offer('kaito', held['kaito'] ?? '', person('mira'))}/acceptance`, {},
    );
    expect(await requestsFor()).toEqual(['mira']);
    for (const request of [requests.mira, requests.kaito]) await history.does('merle', 'POST', `/requests/${request}/withdrawal`);
    expect(await requestsFor()).toEqual([]);
    expect(await requestsFor(asked)).toEqual(['kaito', 'mira', 'wilma']);
  });

  test('is a report of sabotage that I could corroborate, as a member', async () => {
    const sabotage = await history.makes('chio', '/sabotage', { facility: party('works'), statement: PERSONAL.reported, evidence: [] });
    const corroborationFor = () => forWhom((waits) => waits.sabotage.length > 0);
    const others = ['anke', 'apollo', 'arno', 'goro', 'iva', 'kaito', 'mira', 'oren', 'zara'];
    expect(await corroborationFor()).toEqual(others);
    expect((await waiting('goro')).sabotage).toEqual([{ sabotage, facility: party('works'), reportedAt: history.in({}), corroborations: 0, needed: 2 }]);
    await history.does('goro', 'POST', `/sabotage/${sabotage}/corroborations`, {});
    expect(await corroborationFor()).toEqual(others.filter((name) => name !== 'goro'));
    expect((await waiting('mira')).sabotage).toMatchObject([{ corroborations: 1 }]);
    await history.does('mira', 'POST', `/sabotage/${sabotage}/corroborations`, {});
    expect(await corroborationFor()).toEqual([]);
  });

  test('is, for stewards, who has applied, and what others have submitted', async () => {
    const applied = here.service.stores.log.readAll(0).findLast(({ type }) => type === 'community.membership-applied.v1');
    const stewards = ['iva', 'oren', 'zara'];
    expect(await forWhom(({ applications }) => applications.length > 0, applied?.position)).toEqual(stewards);
    expect((await waiting('zara', applied?.position)).applications).toEqual([person('apollo')]);
    expect((await waiting('zara')).applications).toEqual([]);
    const mine = await history.draft('oren-s', { kind: 'resolution' }, 'oren');
    expect(await forWhom(({ proposals }) => proposals.length > 0)).toEqual([]);
    await history.does('oren', 'POST', `/proposals/${mine}/submission`);
    expect(await forWhom(({ proposals }) => proposals.length > 0)).toEqual(['iva', 'zara']);
    expect((await waiting('iva')).proposals).toEqual([{ proposal: mine, title: 'oren-s' }]);
    await history.does('iva', 'POST', `/proposals/${mine}/admission`);
    expect((await waiting('oren')).freezes).toContainEqual({ proposal: mine, title: 'oren-s' });
    expect((await waiting('mira')).freezes).toEqual([]);
    expect(await forWhom(({ proposals }) => proposals.length > 0)).toEqual([]);
  });
});

describe('acts', () => {
  interface Act {
    readonly position: number;
    readonly what: string;
    readonly by: string;
    readonly onBehalfOf: string | null;
  }
  async function acts(name: string, limit = 7, asOf?: number): Promise<Act[]> {
    const found: Act[] = [];
    for (let cursor = ''; ; ) {
      const at = asOf === undefined ? `waitFor=${head()}` : `asOf=${asOf}`;
      const { body } = await call(
        here.url, 'GET', `/my-page/acts?limit=${limit}&${at}${cursor === '' ? '' : `&cursor=${cursor}`}`, { token: history.who(name).token },
      );
      found.push(...(body['rows'] as Act[]));
      if (body['next'] === undefined) return found;
      cursor = body['next'] as string;
    }
  }
  /** Positions of what a person did, and of tokens that anybody minted for it, newest first. */
  const told = (name: string, upTo = head()): number[] =>
    here.service.stores.log
      .readAll(0)
      .filter(({ position, metadata, type, data }) =>
        position <= upTo && (metadata.actor === person(name) || (type === 'community.token-minted.v1' && (data as { person: string }).person === person(name))),
      )
      .map(({ position }) => position)
      .toReversed();

  test('are everything that I did and that was done in my name, and nothing of anybody else, page by page', async () => {
    for (const name of Object.keys(history.people)) {
      const found = await acts(name);
      expect([name, found.map(({ position }) => position)]).toEqual([name, told(name)]);
      expect(found.filter(({ by, what }) => by !== person(name) && !(by === 'operator' && what === 'TokenMinted'))).toEqual([]);
      expect((await page(name)).acts.rows).toEqual(found.slice(0, 50));
    }
  });

  test('include the token that the operator minted for me, which nobody else’s do', async () => {
    const minted = async (name: string) => (await acts(name)).filter(({ by }) => by === 'operator').map(({ what }) => what);
    expect(await minted('mira')).toEqual(['TokenMinted']);
    for (const name of ['zara', 'oren', 'apollo', 'merle', 'anke']) expect(await minted(name)).toEqual([]);
    expect((await acts('mira')).filter(({ what, by }) => what === 'TokenMinted' && by === person('mira'))).toHaveLength(1);
  });

  test('say on whose behalf; what one representative does is no act of another', async () => {
    await represent('colleague', 'meridian', 'requests');
    const before = await acts('colleague');
    const lot = await history.lot(party('community'), party('community'));
    const inNameOf = { 'biolithic-on-behalf-of': party('meridian') };
    const body = { party: party('meridian'), lot, purpose: 'Samples' };
    const { status } = await call(here.url, 'POST', '/requests', { token: history.who('merle').token, headers: inNameOf, body });
    expect(status).toBe(200);
    expect((await acts('merle'))[0]).toMatchObject({ what: 'MaterialRequested', by: person('merle'), onBehalfOf: party('meridian') });
    expect(await acts('colleague')).toEqual(before);
    expect(await call(here.url, 'POST', '/requests', { token: history.who('aurel').token, headers: inNameOf, body })).toMatchObject(
      { status: 403, body: { name: 'NotRepresentative' } },
    );
    expect((await acts('aurel')).filter(({ onBehalfOf }) => onBehalfOf !== null)).toEqual([]);
  });

  test('include what was refused and is on record, and not what left no record', async () => {
    const proposal = await history.frozen('silk-stays', {});
    for (const voter of ['zara', 'oren', 'iva', 'goro']) await history.does(voter, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'yes' });
    await history.pass({ days: 2 });
    const lot = await history.lot(party('community'), party('community'), 'silk');
    const before = (await acts('merle')).length;
    expect(await history.refused('merle', '/requests', { party: party('meridian'), lot, purpose: 'Samples' })).toBe('DeniedByProtocol');
    expect(await history.refused('merle', '/requests', { party: party('aurelia'), lot, purpose: 'Samples' })).toBe('MayNotRequest');
    const after = await acts('merle');
    expect(after).toHaveLength(before + 1);
    expect(after[0]).toMatchObject({ what: 'SiphonAttempted', by: person('merle') });
    expect(await history.refused('kaito', `/lots/${lot}/offers`, { to: party('meridian'), passes: 'custody' })).toBe('DeniedByProtocol');
    expect((await acts('kaito'))[0]).toMatchObject({ what: 'OfferDenied', by: person('kaito') });
  });

  test('are those of the past as of any past moment', async () => {
    const end = head();
    for (const asOf of [1, 20, Math.trunc(end / 2), end - 1]) {
      for (const name of ['zara', 'mira', 'merle']) expect((await acts(name, 50, asOf)).map(({ position }) => position)).toEqual(told(name, asOf));
    }
  });
});

test('every page is as of a past moment what it was at that moment', async () => {
  const names = Object.keys(history.people).filter((name) => name !== 'apollo');
  const moments: { readonly position: number; readonly pages: readonly MyPage[] }[] = [];
  const mark = async (): Promise<void> => {
    const position = head();
    moments.push({ position, pages: await Promise.all(names.map((name) => page(name))) });
  };
  const lot = await history.lot(person('mira'), person('mira'), 'flakes', 'mira');
  await mark();
  const request = await history.makes('merle', '/requests', { party: party('meridian'), lot, purpose: 'Samples' });
  await mark();
  const proposal = await history.frozen('another');
  await mark();
  const transfer = await history.offer('mira', lot, party('meridian'), { request });
  await history.does('zara', 'PUT', `/proposals/${proposal}/ballot`, { choice: 'no' });
  const sabotage = await history.makes('iva', '/sabotage', { facility: party('works'), statement: PERSONAL.reported, evidence: [] });
  await mark();
  await history.does('merle', 'POST', `/lots/${lot}/offers/${transfer}/acceptance`, {});
  for (const by of ['goro', 'mira']) await history.does(by, 'POST', `/sabotage/${sabotage}/corroborations`, {});
  await history.pass({ days: 2 });
  await mark();
  for (const { position, pages } of moments) {
    expect(await Promise.all(names.map((name) => page(name, position)))).toEqual(pages);
  }
  expect(new Set(moments.map(({ pages }) => JSON.stringify(pages))).size).toBe(moments.length);
});
