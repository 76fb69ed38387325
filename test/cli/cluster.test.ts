// The command line beside a replica: its copy of the log is compared with the cluster.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { TestServer } from '../support/eventstoredb-server/index.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { Town } from '../support/town.ts';
import { biolithic, temporaryDirectory } from './biolithic.ts';

const place = temporaryDirectory();
let server: TestServer;
let replica: ServiceHere;

beforeAll(async () => {
  server = await TestServer.start();
  const argv = ['--event-log', server.connectionString, '--shared', '--secrets', join(place.path, 'secrets'), '--evidence', join(place.path, 'evidence')];
  replica = await startTestService({ data: join(place.path, 'replica'), argv });
  await Town.found(replica);
}, 60_000);

afterAll(async () => {
  await replica?.close();
  await server?.stop();
  place.remove();
});

const verify = () => biolithic('verify', 'log', '--data', replica.data, '--event-log', server.connectionString);

test('a copy that is what the cluster holds is said to be so, also beside the running service', async () => {
  const { code, stdout } = await verify();
  expect(stdout).toMatch(/The log is whole: .*\n.*The copy is what the cluster holds/s);
  expect(code).toBe(0);
});

test('a copy that differs is named with the first event that does, and what to do', async () => {
  const { records } = server.store;
  const index = records.findIndex((record) => record.stream === 'biolithic.charter-self' && record.revision === 1);
  const { wire: _, ...record } = records[index] as (typeof records)[number];
  records[index] = { ...record, data: Buffer.from('{}') };
  const { code, stderr } = await verify();
  expect(stderr).toMatch(/CopyDiffers: position \d+, stream charter-self: its data are others in the cluster\. Stop the service/);
  expect(code).toBe(1);
});

test('a cluster that does not answer is said to be out of reach', async () => {
  const { code, stderr } = await biolithic('verify', 'log', '--data', replica.data, '--event-log', 'esdb://127.0.0.1:1?tls=false');
  expect(stderr).toContain('LogUnavailable: the cluster cannot be read');
  expect(code).toBe(3);
}, 60_000);
