// A disk that takes no more, under the whole service: what cannot be kept is refused by name, what is there can be read, nothing
// acknowledged is lost, and the service goes on by itself when it can write again.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { logFileIn, openLogReader, verifyLog } from '../../src/event-log/index.ts';
import { commandIdOfRequest } from '../../src/kernel/index.ts';
import { differingViews } from '../support/rebuilt.ts';
import { spawnTestService, type ServiceThere } from '../support/service.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { call, positionOf, Town, type Reply } from '../support/town.ts';

let place: TemporaryDirectory;
let service: ServiceThere;
let town: Town;

beforeAll(async () => {
  place = temporaryDirectory();
  service = await spawnTestService({ data: place.path });
  town = await Town.found(service);
  await town.material('pet-flakes');
}, 60_000);

afterAll(async () => {
  await service?.close();
  place?.remove();
});

/** The kernel refuses every write beyond this place of a file: an I/O error at commit, as a failing disk gives it. */
const limitFiles = (bytes: number | 'unlimited'): void => {
  execFileSync('prlimit', ['--pid', String(service.process.pid), `--fsize=${bytes}:unlimited`]);
};

interface Sent {
  readonly key: string;
  readonly location: string;
}

const sent = (location: string): Sent => ({ key: randomUUID(), location });

const take = ({ key, location }: Sent): Promise<Reply> => {
  const { token, person } = town.zara;
  return call(service.url, 'POST', '/lots', {
    token, key,
    body: {
      material: 'pet-flakes', quantity: { amount: '1', unit: 'TNE' }, method: 'weighed', owner: person, custodian: person,
      location, provenance: 'collected', model: 'segregated',
    },
  });
};

const file = (text: string): Promise<Response> =>
  fetch(`${service.url}/evidence`, {
    method: 'POST',
    headers: { authorization: `Bearer ${town.zara.token}`, 'idempotency-key': randomUUID(), 'content-type': 'text/plain' },
    body: text,
  });

const read = (path: string): Promise<Reply> => call(service.url, 'GET', path, { token: town.zara.token });

async function untilReady(ready: boolean): Promise<Reply> {
  for (;;) {
    const reply = await read('/health/ready');
    if ((reply.status === 200) === ready) return reply;
    await sleep(50);
  }
}

interface Rebuild {
  readonly running: boolean;
  readonly failure?: string;
}

/** Has all views built anew, and says how it ended. */
async function rebuild(): Promise<Rebuild> {
  const token = await service.operatorToken();
  expect((await call(service.url, 'POST', '/views/rebuild', { token, body: {} })).status).toBe(202);
  for (;;) {
    const { rebuild: last } = (await call(service.url, 'GET', '/views', { token })).body as { rebuild: Rebuild };
    if (!last.running) return last;
    await sleep(50);
  }
}

test('it refuses by name, serves what is there, and recovers by itself with every command done once', async () => {
  const before = [];
  for (let n = 0; n < 10; n += 1) {
    const one = sent(`before ${n}`);
    const { status, body } = await take(one);
    expect(status).toBe(200);
    before.push({ ...one, body });
  }
  const last = before.at(-1)?.body['position'] as number;
  await read(`/lots?waitFor=${last}`);

  limitFiles(4096);
  const during = Array.from({ length: 12 }, (_, n) => sent(`during ${n}`));
  for (const reply of await Promise.all(during.map(take))) {
    expect(reply).toMatchObject({ status: 503, body: { name: expect.stringMatching(/^(LogUnavailable|OutcomeUnknown)$/) } });
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  }
  const upload = await file('x'.repeat(100_000));
  expect([upload.status, await upload.json()]).toMatchObject([503, { name: 'EvidenceStoreUnavailable' }]);
  expect(Number(upload.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);

  const { status, headers, body: report } = await untilReady(false);
  expect([status, report]).toMatchObject([503, { ready: false, checks: { log: { ok: false, state: 'unavailable', reason: expect.stringContaining('I/O error') } } }]);
  expect(headers.get('retry-after')).toBe('1');
  const lots = await read('/lots?limit=500');
  expect([lots.status, (lots.body['rows'] as object[]).length]).toEqual([200, 10]);
  for (const path of ['/community', '/my-page', '/defence-log', `/lots?asOf=${last - 3}`]) expect([path, (await read(path)).status]).toEqual([path, 200]);
  expect((await fetch(`${service.url}/events?asOf=${last}`)).status).toBe(200);
  expect((await read('/health/live')).status).toBe(200);

  // A rebuild finds no room either, says so, and leaves what serves.
  expect((await rebuild()).failure).toEqual(expect.stringContaining('material-custody: '));
  expect((await read('/lots?limit=500')).body).toEqual(lots.body);

  limitFiles('unlimited');
  await untilReady(true);
  expect(await rebuild()).not.toHaveProperty('failure');
  for (const { body, ...one } of before) expect((await take(one)).body).toEqual(body);
  const done = await Promise.all(during.map(take));
  for (const [n, one] of during.entries()) {
    expect(done[n]?.status).toBe(200);
    expect((await take(one)).body).toEqual(done[n]?.body);
  }
  expect((await file('x'.repeat(100_000))).status).toBe(200);
  const after = await read(`/lots?limit=500&waitFor=${Math.max(...done.map(positionOf))}`);
  expect((after.body['rows'] as { location: string }[]).map(({ location }) => location).toSorted()).toEqual([...before, ...during].map(({ location }) => location).toSorted());

  expect(await service.stop('SIGTERM')).toBe(0);
  const log = openLogReader(logFileIn(place.path));
  for (const { key } of [...before, ...during]) expect(log.findCommand(commandIdOfRequest(town.zara.person, key))?.events).toHaveLength(1);
  log.close();
  await verifyLog(logFileIn(place.path));
  expect(await differingViews(place.path)).toEqual([]);
}, 90_000);

test('evidence whose directory is gone is refused by name, and taken again when it is back', async () => {
  service = await spawnTestService({ data: place.path });
  const [incoming, aside] = [join(place.path, 'evidence', 'incoming'), join(place.path, 'evidence', 'aside')];
  renameSync(incoming, aside);
  const refused = await file('the valves were open');
  expect([refused.status, await refused.json()]).toMatchObject([503, { name: 'EvidenceStoreUnavailable' }]);
  renameSync(aside, incoming);
  const filed = await file('the valves were open');
  expect(filed.status).toBe(200);
  const { hash, position } = (await filed.json()) as { hash: string; position: number };
  expect((await read(`/evidence/${hash}?waitFor=${position}`)).body).toEqual({ text: 'the valves were open' });
}, 30_000);
