// What each reader gets of a whole history, on the live feed, on a resumed one and in exports, against the table; and that no personal
// text is in the clear where it should not be.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { openJournal } from '../../src/http/opening/index.ts';
import type { Recorded } from '../../src/kernel/index.ts';
import { catalogue } from '../../src/registry.ts';
import { recordedOf } from '../../src/runtime/index.ts';
import { startService, type Service } from '../../src/service.ts';
import { listen, until, type Listening } from '../support/sse.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { call, done } from '../support/town.ts';
import { History, PERSONAL, type Teller } from './history.ts';
import { KINDS, sees, SIGHT } from './sight.ts';

const NAMES = [
  'the public', 'the operator', 'zara', 'oren', 'iva', 'mira', 'goro', 'kaito', 'chio', 'arno', 'anke', 'apollo', 'formerly', 'wilma', 'carla', 'merle', 'aurel',
] as const;

const data = temporaryDirectory();
let service: Service;
let history: History;
let events: readonly Recorded[];
/** Log positions between which the live feed was listened to. */
let [began, ended] = [0, 0];
const live = new Map<string, Listening>();
let journal = '';

beforeAll(async () => {
  const config = readConfig(['--port', '0', '--data', data.path, '--clock', 'simulated', '--rate-limit', '0'], {});
  service = await startService(config, openJournal('trace', { write: (line: string) => void (journal += line) }));
  await service.ready;
  history = await History.begin(service);
  began = service.stores.log.head().position;
  for (const reader of history.readers) live.set(reader.name, await listen(`${service.url}/feed`, bearer(reader)));
  await history.deeds();
  ended = await history.sentinel('the-end');
  events = service.stores.log.readAll(0).flatMap((stored) => recordedOf(catalogue, stored) ?? []);
});
afterAll(async () => {
  for (const { close } of live.values()) close();
  await service.close();
  data.remove();
});

const bearer = ({ token }: { readonly token: string | undefined }): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };
const reader = (name: string): Teller => {
  const found = history.readers.find((one) => one.name === name);
  if (!found) throw new Error(`nobody reads as ${name}`);
  return found;
};
/** As lines that can be told apart when they differ. */
const told = (seen: readonly { readonly position: number; readonly type: string }[]): string[] => seen.map(({ position, type }) => `${position} ${type}`);
const expected = (name: string, after = 0, upTo = ended): string[] =>
  told(
    events
      .filter((event) => event.position > after && event.position <= upTo && sees(reader(name), event))
      .map(({ position, type }) => ({ position, type: catalogue.describe(type).wire })),
  );

interface Published {
  readonly position: number;
  readonly type: string;
}

/** All pages of an export; gives its text as well. */
async function exported(of: Teller, query = ''): Promise<{ seen: Published[]; text: string }> {
  let [text, path] = ['', `/events?limit=37${query}` as string | undefined];
  while (path !== undefined) {
    const response = await fetch(service.url + path, { headers: bearer(of) });
    expect(response.status).toBe(200);
    text += await response.text();
    path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return { seen: text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Published), text };
}

/** What a feed has given when it has come to a position that everybody sees. */
async function read(feed: Listening, to: number): Promise<string[]> {
  await until(() => feed.events.some(({ id }) => Number(id) >= to));
  return feed.events.map(({ id, event, data: { position, type } }) => {
    expect([Number(id), event]).toEqual([position, type]);
    return `${position} ${type}`;
  });
}

test('the history has every type of event, and every kind of reader', () => {
  expect([...new Set(events.map(({ type }) => type))].toSorted()).toEqual(catalogue.types().toSorted());
  expect(history.readers.map(({ name }) => name).toSorted()).toEqual(NAMES.toSorted());
  expect(new Set(history.readers.flatMap(({ kinds }) => kinds))).toEqual(new Set(KINDS));
});

test('every party and person that the table says is concerned is one of the readers at least once', () => {
  const untold = [...SIGHT].flatMap(([type, { kinds, parties, persons }]) => {
    const of = events.filter((event) => event.type === type);
    const reads = (field: string, is: (one: Teller) => readonly (string | undefined)[]): boolean =>
      of.some((event) => history.readers.some((one) => !one.kinds.some((kind) => kinds.has(kind)) && is(one).includes((event.data as Record<string, string>)[field])));
    return [
      ...parties.filter((field) => !reads(field, (one) => one.parties)).map((field) => `${type}.${field}`),
      ...persons.filter((field) => !reads(field, ({ person }) => [person])).map((field) => `${type}.${field}`),
    ];
  });
  // As what a reader is does not show it already. Who is admitted is a member from that event on, and sees it as such.
  expect(untold).toEqual(['MemberAdmitted.person']);
});

describe.each(NAMES)('%s', (name) => {
  test('exports what the table says, and nothing else', async () => {
    const { seen } = await exported(reader(name));
    expect(told(seen.filter(({ position }) => position <= ended))).toEqual(expected(name));
  });

  test('exports the same of a past moment and of chosen types', async () => {
    const asOf = Math.trunc((began + ended) / 2);
    expect(told((await exported(reader(name), `&asOf=${asOf}`)).seen)).toEqual(expected(name, 0, asOf));
    const types = ['community.token-minted.v1', 'custody.custody-offered.v1', 'defence.siphon-attempted.v1', 'governance.ballot-cast.v1', 'governance.roll-sealed.v1'];
    expect(told((await exported(reader(name), `&asOf=${ended}&types=${types.join()}`)).seen)).toEqual(
      expected(name).filter((line) => types.some((type) => line.endsWith(` ${type}`))),
    );
  });

  test('was told live what the table says, and nothing else', async () => {
    expect(await read(live.get(name) as Listening, ended)).toEqual(expected(name, began));
  });

  test('is told the same when it resumes from the beginning', async () => {
    const feed = await listen(`${service.url}/feed`, { ...bearer(reader(name)), 'last-event-id': '0' });
    expect((await read(feed, ended)).filter((line) => Number.parseInt(line, 10) <= ended)).toEqual(expected(name));
    feed.close();
  });

  test('gets no personal text in the clear', async () => {
    const { text } = await exported(reader(name));
    const feed = JSON.stringify(live.get(name)?.events);
    for (const said of Object.values(PERSONAL)) for (const where of [text, feed]) expect(where).not.toContain(said);
  });
});

describe('of a party’s matters', () => {
  const offered = 'custody.custody-offered.v1';
  let lot: string;
  let carts: string;
  let sentinels = 0;
  /** Offers a lot to the carts and takes it back: shown to the carts, and nobody's standing changes by it. */
  async function offer(): Promise<void> {
    await history.does('kaito', 'POST', `/lots/${lot}/offers/${await history.offer('kaito', lot, carts)}/withdrawal`);
  }
  async function deputy(end: string): Promise<Teller> {
    const invitation = (await history.does('zara', 'POST', `/parties/${carts}/invitations`, { scope: ['transfers'], until: end })).body;
    const { body } = await done(
      service.url, 'POST', `/invitations/${String(invitation['invitation'])}/acceptance`, { body: { code: invitation['code'], name: 'Deputy' } },
    );
    return { name: 'deputy', kinds: ['linked'], person: body['person'] as string, parties: [carts], token: body['token'] as string };
  }
  const feedOf = (of: Teller, from = service.stores.log.head().position): Promise<Listening> =>
    listen(`${service.url}/feed?after=${from}&types=${offered},custody.material-registered.v1`, bearer(of));
  const offersTold = async (feed: Listening): Promise<number> => {
    await read(feed, await history.sentinel(`sentinel-${(sentinels += 1)}`));
    return feed.events.filter(({ event }) => event === offered).length;
  };
  const offersExported = async (of: Teller, after: number): Promise<number> =>
    (await exported(of, `&types=${offered}`)).seen.filter(({ position }) => position > after).length;

  beforeAll(async () => {
    carts = history.party('carts');
    const community = history.party('community');
    lot = await history.lot(community, community);
  });

  test('who represents it is told of it, live and later; who was removed is told no more, on an open feed either', async () => {
    const from = service.stores.log.head().position;
    const agent = await deputy(history.in({ days: 30 }));
    const feed = await feedOf(agent);
    await offer();
    expect([await offersTold(feed), await offersExported(agent, from)]).toEqual([1, 1]);
    await history.does('zara', 'DELETE', `/parties/${carts}/representatives/${agent.person}`);
    await offer();
    expect([await offersTold(feed), await offersExported(agent, from)]).toEqual([1, 0]);
    feed.close();
  });

  test('whose term is over is told no more, neither of what comes nor of what was', async () => {
    const from = service.stores.log.head().position;
    const agent = await deputy(history.in({ days: 30 }));
    await offer();
    const before = await feedOf(agent, from);
    expect([await offersTold(before), await offersExported(agent, from)]).toEqual([1, 1]);
    before.close();
    await history.pass({ days: 30 });
    await offer();
    const later = await feedOf(agent, from);
    expect([await offersTold(later), await offersExported(agent, from)]).toEqual([0, 0]);
    later.close();
  });
});

describe('personal texts', () => {
  const malformed = async (): Promise<void> => {
    const { url } = service;
    const token = history.who('mira').token;
    const facility = history.party('works');
    const said = PERSONAL.reported;
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'malformed', 'content-type': 'application/json' };
    await fetch(`${url}/sabotage`, { method: 'POST', headers, body: `{"facility":"${facility}","statement":"${said}"` });
    for (const body of [
      { facility, statement: said, evidence: ['no hash'] }, { facility, statement: said, evidence: [], more: said },
      { facility, statement: said.repeat(1_000), evidence: [] },
      { facility, statement: [said], evidence: [] }, { facility: said, statement: said, evidence: [] },
      { facility: history.party('carts'), statement: said, evidence: [] },
    ]) {
      expect((await call(url, 'POST', '/sabotage', { token, body })).status).toBeGreaterThanOrEqual(400);
    }
    await call(url, 'GET', `/members?name=${encodeURIComponent(PERSONAL.mira)}`, { token });
    await call(url, 'GET', `/members/${encodeURIComponent(PERSONAL.mira)}`, { token });
    await call(url, 'GET', `/${encodeURIComponent(PERSONAL.mira)}`, { token });
    await call(url, 'GET', '/members', { token: PERSONAL.mira });
  };

  test('are shown to who may see them, so that it is known that they are kept', async () => {
    const { body } = await call(service.url, 'GET', `/members?waitFor=${ended}`, { token: history.who('mira').token });
    expect((body['rows'] as { name: string }[]).map(({ name }) => name)).toContain(PERSONAL.goro);
    const reports = await call(service.url, 'GET', `/sabotage?waitFor=${ended}`, { token: history.who('wilma').token });
    expect(reports.body['rows']).toMatchObject([{ statement: PERSONAL.reported }]);
  });

  test('are in no file of the log, of views or of anything else that is kept, and nothing in the service’s own log says them', async () => {
    await malformed();
    for (const { close } of live.values()) close();
    await service.close();
    expect(journal).toContain('"answered"');
    const files = readdirSync(data.path, { recursive: true, encoding: 'utf8' }).map((name) => join(data.path, name)).filter(
      (path) => statSync(path).isFile(),
    );
    expect(files.length).toBeGreaterThan(8);
    const tokens = history.readers.flatMap(({ token }) => token ?? []);
    for (const said of [...Object.values(PERSONAL), ...tokens]) {
      expect({ said, inJournal: journal.includes(said) || journal.includes(encodeURIComponent(said)) }).toEqual({ said, inJournal: false });
      expect({ said, in: files.filter((path) => readFileSync(path).includes(said)) }).toEqual({ said, in: [] });
    }
  });
});
