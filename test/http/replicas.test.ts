// Two replicas of the service on one EventStoreDB: whichever is asked, it is the same community.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestServer } from '../support/eventstoredb-server/index.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { listen, until } from '../support/sse.ts';
import { call, done, positionOf, Town } from '../support/town.ts';

let server: TestServer;
let directory: string;
let replicas: readonly [ServiceHere, ServiceHere];
let town: Town;

beforeAll(async () => {
  server = await TestServer.start();
  directory = mkdtempSync(join(tmpdir(), 'biolithic-replicas-'));
  const replica = (name: string): Promise<ServiceHere> =>
    startTestService({
      data: join(directory, name),
      argv: ['--event-log', server.connectionString, '--shared', '--secrets', join(directory, 'secrets'), '--evidence', join(directory, 'evidence')],
    });
  replicas = [await replica('one'), await replica('two')];
  town = await Town.found(replicas[0], {});
}, 60_000);

afterAll(async () => {
  for (const replica of replicas ?? []) await replica.close();
  await server?.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('one command, sent to both at once, is answered equal, although each seals its personal texts anew', async () => {
  const [one, two] = replicas;
  const facility = await town.party('facility', 'Bioreactor');
  // A replica decides on its own copy: the other one must have got the facility.
  const { position } = one.service.stores.log.head();
  await done(two.url, 'GET', `/community?waitFor=${position}`);
  for (let n = 0; n < 20; n += 1) {
    const report = { facility, statement: `Somebody was at the valves, time ${n}`, evidence: [] };
    const send = ({ url }: ServiceHere) => call(url, 'POST', '/sabotage', { token: town.zara.token, body: report, key: `report-${n}` });
    const [first, second] = await Promise.all([send(one), send(two)]);
    expect(first.status).toBe(200);
    expect(second.body).toEqual(first.body);
  }
});

test('what one acknowledges the other shows, resends are answered equal, and both number alike', async () => {
  const [one, two] = replicas;
  const reader = await listen(`${two.url}/feed`);
  const body = { material: 'pet-flakes', name: 'PET flakes', productClass: 'flakes' };
  const registered = await done(two.url, 'POST', '/materials', { token: town.zara.token, body, key: 'registering' });
  const resent = await call(one.url, 'POST', '/materials', { token: town.zara.token, body, key: 'registering' });
  expect(resent.body).toEqual(registered.body);
  for (const { url } of replicas) {
    const shown = await call(url, 'GET', `/materials/pet-flakes?waitFor=${positionOf(registered)}`);
    expect(shown.body).toMatchObject({ name: 'PET flakes' });
  }
  await until(() => reader.events.some(({ event }) => event === 'custody.material-registered.v1'));
  reader.close();
  const history = async ({ url }: ServiceHere): Promise<string> => (await fetch(`${url}/events?asOf=${positionOf(registered)}`)).text();
  expect(await history(one)).toEqual(await history(two));
  const { body: ready } = await call(two.url, 'GET', '/health/ready');
  expect(ready).toMatchObject({ ready: true, checks: { log: { state: 'ok' } } });
});
