// Evidence that breaks off on its way in, or was altered on disk: told as what it is, and never the end of the service.
import { randomUUID } from 'node:crypto';
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawnTestService, type ServiceThere } from '../support/service.ts';
import { call, Town, type Townsperson } from '../support/town.ts';

let service: ServiceThere;
let zara: Townsperson;

beforeAll(async () => {
  service = await spawnTestService();
  ({ zara } = await Town.found(service));
}, 60_000);

afterAll(() => service?.close());

const head = (length: string): string =>
  `POST /evidence HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${zara.token}\r\nidempotency-key: ${randomUUID()}\r\ncontent-type: text/plain\r\n${length}\r\n\r\n`;

/** Sends the beginning of an upload and cuts the connection some milliseconds later. */
async function breakOff(text: string, after: number): Promise<void> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(text);
  if (after > 0) await sleep(after);
  else await new Promise((sent) => setImmediate(sent));
  socket.destroy();
}

async function file(text: string): Promise<string> {
  const response = await fetch(`${service.url}/evidence`, {
    method: 'POST',
    headers: { authorization: `Bearer ${zara.token}`, 'idempotency-key': randomUUID(), 'content-type': 'text/plain' },
    body: text,
  });
  expect(response.status).toBe(200);
  const { hash, position } = (await response.json()) as { hash: string; position: number };
  await call(service.url, 'GET', `/defence-log?waitFor=${position}`, { token: zara.token });
  return hash;
}

const fetched = (hash: string) => fetch(`${service.url}/evidence/${hash}`, { headers: { authorization: `Bearer ${zara.token}` } });
const blobOf = (hash: string): string => join(service.data, 'evidence', hash.slice(0, 2), hash);

test('uploads that break off at any moment leave the service up, and nothing behind', async () => {
  for (let n = 0; n < 40; n += 1) await breakOff(`${head('content-length: 100000')}${'x'.repeat(5_000)}`, n % 6);
  for (let n = 0; n < 20; n += 1) await breakOff(`${head('transfer-encoding: chunked')}5\r\nhello\r\nZZ\r\n`, n % 6);
  const hash = await file('whole');
  expect(await (await fetched(hash)).text()).toBe('whole');
  while (readdirSync(join(service.data, 'evidence', 'incoming')).length > 0) await sleep(20);
}, 30_000);

test('a file that was altered on disk is refused by name, however small, and never passes for the original', async () => {
  const small = await file('the valves were open');
  writeFileSync(blobOf(small), 'the valves were shut');
  expect(await call(service.url, 'GET', `/evidence/${small}`, { token: zara.token })).toMatchObject({ status: 503, body: { name: 'Unavailable', details: { why: 'evidence' } } });
  const empty = await file('and the alarms were off');
  truncateSync(blobOf(empty), 0);
  expect(await call(service.url, 'GET', `/evidence/${empty}`, { token: zara.token })).toMatchObject({ status: 503 });
  const large = await file('x'.repeat(1_000_000));
  writeFileSync(blobOf(large), `${'x'.repeat(999_999)}y`);
  await expect(fetched(large).then((response) => response.text())).rejects.toThrow();
  expect((await fetched(await file('another'))).status).toBe(200);
});
