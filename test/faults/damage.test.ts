// Files that are damaged under the running service, as a failing disk or somebody's hand damages them: it says so by name, never passes
// off what is damaged for what was there, and makes anew what can be made anew. Damage is done from this process: the service is another.
import { randomBytes } from 'node:crypto';
import { closeSync, cpSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { logFileIn } from '../../src/event-log/index.ts';
import { biolithic } from '../cli/biolithic.ts';
import { differingViews } from '../support/rebuilt.ts';
import { spawnTestService, type ServiceThere } from '../support/service.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { call, dataOf, done, positionOf, Town, type Reply } from '../support/town.ts';

const LOTS = 600;
const PAGE = 4096;

let place: TemporaryDirectory;
let service: ServiceThere;
let town: Town;
/** By number: LotIds of what is at `place <number>`. */
const lots: string[] = [];
let last: number;

const read = (path: string): Promise<Reply> => call(service.url, 'GET', path, { token: town.zara.token });

/** Takes a lot in, and gives the position. */
async function take(n: number): Promise<number> {
  const { token, person } = town.zara;
  const reply = await done(service.url, 'POST', '/lots', {
    token,
    body: {
      material: 'pet-flakes', quantity: { amount: '1', unit: 'KGM' }, method: 'weighed', owner: person, custodian: person,
      location: `place ${n}`, provenance: 'collected', model: 'segregated',
    },
  });
  lots[n] = dataOf(reply)['lot'] as string;
  return positionOf(reply);
}

/** Takes lots in, and gives the last position. */
async function takeAll(from: number, to: number): Promise<number> {
  let end = 0;
  for (let n = from; n < to; n += 50) {
    end = Math.max(end, ...(await Promise.all(Array.from({ length: Math.min(50, to - n) }, (_, i) => take(n + i)))));
  }
  return end;
}

function overwrite(file: string, ...changes: readonly { readonly at: number; readonly bytes: Uint8Array }[]): void {
  const descriptor = openSync(file, 'r+');
  try {
    for (const { at, bytes } of changes) writeSync(descriptor, bytes, 0, bytes.length, at);
  } finally {
    closeSync(descriptor);
  }
}

beforeAll(async () => {
  place = temporaryDirectory();
  service = await spawnTestService({ data: join(place.path, 'whole') });
  town = await Town.found(service);
  await town.material('pet-flakes');
  last = await takeAll(0, LOTS);
  // A clean stop puts everything into the files themselves.
  expect(await service.stop('SIGTERM')).toBe(0);
}, 60_000);

afterAll(() => place?.remove());

/** A service of its own on a copy of the data. */
let copies = 0;
beforeEach(async () => {
  const data = join(place.path, `copy-${copies++}`);
  cpSync(join(place.path, 'whole'), data, { recursive: true });
  service = await spawnTestService({ data });
}, 30_000);
afterEach(() => service?.close());

describe('a view file that is damaged under the running service', () => {
  const viewFile = (): string => {
    const directory = join(service.data, 'views');
    const [name = ''] = readdirSync(directory).filter((file) => /^material-custody-.*\.sqlite$/.test(file));
    return join(directory, name);
  };

  /** Everything but the first page, which says what the file is. */
  const middleOf = (file: string): { readonly at: number; readonly size: number } => {
    const pages = Math.floor(statSync(file).size / PAGE);
    return { at: PAGE * Math.ceil(pages / 3) + 100, size: PAGE * Math.floor(pages / 2) };
  };

  /** Reads one lot after the other, lists and balances; gives how many were put off. */
  async function readAll(): Promise<number> {
    let putOff = 0;
    const check = ({ status, body, headers }: Reply, isRight: () => void): void => {
      if (status === 200) return isRight();
      expect([status, body['name'], headers.get('retry-after')]).toEqual([503, 'ViewLagging', '1']);
      putOff += 1;
    };
    for (let n = 0; n < LOTS; n += 25) {
      const one = await read(`/lots/${lots[n]}`);
      check(one, () => expect(one.body).toMatchObject({ key: lots[n], location: `place ${n}`, amount: '1' }));
    }
    const list = await read('/lots?limit=500');
    const rows = (list.body['rows'] ?? []) as { key: string; location: string }[];
    check(list, () => expect(rows.every(({ key, location }) => location === `place ${lots.indexOf(key)}`)).toBe(true));
    const past = await read(`/lots?limit=500&asOf=${last - 300}`);
    check(past, () => expect((past.body['rows'] as object[]).length).toBe(LOTS - 300));
    const balances = await read('/balances');
    const all = { material: 'pet-flakes', quantity: { amount: String(LOTS), unit: 'KGM' }, lots: LOTS };
    check(balances, () => expect(balances.body).toEqual({ balanced: [all], unbalanced: [] }));
    return putOff;
  }

  test.each([
    ['other bytes', (size: number) => randomBytes(size)],
    ['zeroes', (size: number) => Buffer.alloc(size)],
  ])('overwritten in its middle with %s, is answered right from or not at all, and built anew', async (_, bytes) => {
    const before = viewFile();
    const { at, size } = middleOf(before);
    overwrite(before, { at, bytes: bytes(size) });
    expect(await readAll()).toBeGreaterThan(0);
    while ((await readAll()) > 0) await sleep(50);
    await untilReady();
    expect(await differingViews(service.data)).toEqual([]);
  }, 60_000);

  test('and only written to, is built anew all the same', async () => {
    const before = viewFile();
    const { at } = middleOf(before);
    overwrite(before, { at, bytes: randomBytes(statSync(before).size - at) });
    const end = await takeAll(LOTS, LOTS + 100);
    await untilReady();
    expect((await read(`/lots/${lots[LOTS + 99]}?waitFor=${end}`)).body).toMatchObject({ location: `place ${LOTS + 99}` });
    expect(await differingViews(service.data)).toEqual([]);
  }, 60_000);

  test('and has no row any more for what happens next, is built anew', async () => {
    const file = viewFile();
    const [lot = ''] = lots;
    const bytes = readFileSync(file);
    const places: number[] = [];
    for (let at = bytes.indexOf(lot); at >= 0; at = bytes.indexOf(lot, at + 1)) places.push(at);
    expect(places.length).toBeGreaterThan(0);
    overwrite(file, ...places.map((at) => ({ at, bytes: Buffer.from('g') })));
    const offered = await done(service.url, 'POST', `/lots/${lot}/offers`, { token: town.zara.token, body: { to: town.oren.person, passes: 'custody' } });
    await untilReady();
    expect((await read(`/lots/${lot}?waitFor=${positionOf(offered)}`)).body).toMatchObject({ offeredTo: town.oren.person });
    expect(await differingViews(service.data)).toEqual([]);
  }, 60_000);

  test.each([80, 640, 5_120])('in %i places of a few bytes, is no fault of the service to who reads', async (places) => {
    const file = viewFile();
    const within = statSync(file).size - PAGE - 8;
    overwrite(file, ...Array.from({ length: places }, (_, n) => ({ at: PAGE + Math.floor(Math.random() * within), bytes: randomBytes(1 + (n % 8)) })));
    // A text that was altered looks like any other, so what is read may be wrong until the view is built anew.
    const lists = ['/lots?limit=500', `/lots?limit=500&asOf=${last - 300}`, `/lots?custodian=${town.zara.person}`];
    for (const path of [...lists, ...lots.slice(0, 60).map((lot) => `/lots/${lot}`)]) {
      const { status, body } = await read(path);
      if (status >= 500) expect([path, status, body['name']]).toEqual([path, 503, 'ViewLagging']);
    }
    // Compared, it is equal or differs, and nothing else.
    for (const problem of await differingViews(service.data)) expect(problem).toMatch(/^material-custody: /);
    const token = await service.operatorToken();
    for (;;) {
      const { rebuild } = (await call(service.url, 'GET', '/views', { token })).body as { rebuild?: { running: boolean; failure?: string } };
      if (rebuild && !rebuild.running) {
        expect(rebuild).not.toHaveProperty('failure');
        break;
      }
      if (!rebuild) await done(service.url, 'POST', '/views/rebuild', { token, body: { views: ['material-custody'] } });
      await sleep(50);
    }
    expect(await readAll()).toBe(0);
    expect(await differingViews(service.data)).toEqual([]);
  }, 60_000);
});

/** The service says itself that it is ready, and means it: twice in a row. */
async function untilReady(): Promise<void> {
  for (let times = 0; times < 3; ) {
    await sleep(400);
    times = (await call(service.url, 'GET', '/health/ready')).status === 200 ? times + 1 : 0;
  }
}

describe('a log that is damaged under the running service', () => {
  /** Bytes of the event that took in the lot in the middle of the log. */
  const eventAt = (): number => readFileSync(join(place.path, 'whole', 'log.sqlite')).indexOf(`"location":"place ${LOTS / 2}"`);

  const events = async (query: string): Promise<{ readonly status: number; readonly text: string; readonly retryAfter: string | null }> => {
    const response = await fetch(`${service.url}/events?${query}`, { headers: { authorization: `Bearer ${town.zara.token}` } });
    return { status: response.status, text: await response.text(), retryAfter: response.headers.get('retry-after') };
  };

  test.each([
    ['by a letter of a text', () => ({ at: eventAt() + '"location":"pl'.length, bytes: Buffer.from('u') })],
    ['so that an event is no JSON', () => ({ at: eventAt(), bytes: Buffer.from('x') })],
    ['over many pages', () => ({ at: PAGE * Math.floor(eventAt() / PAGE), bytes: randomBytes(10 * PAGE) })],
  ])('%s, shows no event that is not as it was written, and tells it', async (_, change) => {
    const whole = await events('asOf=20');
    // The check of the whole file after the start is over.
    await sleep(1_500);
    overwrite(logFileIn(service.data), change());
    const { status, text, retryAfter } = await events(`asOf=${last}&limit=10000`);
    expect([status, JSON.parse(text), retryAfter]).toMatchObject([503, { name: 'Unavailable', details: { why: 'log' } }, '1']);
    const ready = await call(service.url, 'GET', '/health/ready');
    const reason = expect.stringContaining('log.sqlite');
    expect([ready.status, ready.body]).toMatchObject([503, { checks: { log: { ok: false, state: 'unavailable', reason } } }]);
    // Nothing more is built on it; what was seen before can be seen still.
    const refused = await call(service.url, 'POST', '/parties', { token: town.zara.token, body: { kind: 'carrier', name: 'Tidal' } });
    expect(refused).toMatchObject({ status: 503, body: { name: expect.stringMatching(/^(LogUnavailable|Unavailable)$/) } });
    expect((await read('/lots?limit=20')).status).toBe(200);
    expect(await events('asOf=20')).toEqual(whole);
    expect(await service.stop('SIGTERM')).toBe(0);
    expect(await biolithic('verify', 'log', '--data', service.data)).toMatchObject({ code: 1, stderr: expect.stringContaining('LogFileRejected') });
  }, 60_000);
});
