// The whole service: from an empty directory to a clean end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { readConfig } from '../../src/config.ts';
import { startService } from '../../src/service.ts';
import { openJournal } from '../../src/http/opening/index.ts';
import { faultsOf, routesOf, type ApiDescription } from '../support/openapi.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { listen } from '../support/sse.ts';

const FOUNDING = {
  name: 'Rote Insel', timeZone: 'Europe/Berlin', language: 'de', charterText: 'What we reclaim is ours to decide on.', founderName: 'Zara', founders: 3,
};

const found = async (service: ServiceHere, key = 'founding') =>
  request(service.url).post('/community').set('Authorization', `Bearer ${await service.founderToken()}`).set('Idempotency-Key', key).send(FOUNDING);

describe('a running service', () => {
  let here: ServiceHere;
  beforeAll(async () => {
    here = await startTestService();
  });
  afterAll(() => here.close());

  test('is ready, and says what of it is', async () => {
    const { status, body } = await request(here.url).get('/health/ready');
    expect({ status, ready: body.ready }).toEqual({ status: 200, ready: true });
    expect(Object.values(body.checks).map((check) => (check as { ok: boolean }).ok)).toEqual([true, true, true, true, true]);
    expect(body.checks.views.views.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(['community', 'protocol-status', 'material-custody', 'defence-log']));
  });

  test('founds a community, and shows it', async () => {
    const founded = await found(here);
    expect(founded.status).toBe(200);
    const shown = await request(here.url).get(`/community?waitFor=${founded.body.position}`);
    expect(shown.body).toMatchObject({ name: 'Rote Insel' });
    expect((await found(here)).body).toEqual(founded.body);
    expect((await found(here, 'again')).status).toBe(409);
  });

  test('shows on the feed what happened, with personal texts sealed', async () => {
    const reader = await listen(`${here.url}/feed?after=0`, { authorization: `Bearer ${await here.founderToken()}` });
    while (!reader.events.some(({ event }) => event === 'community.person-linked.v1')) await new Promise((done) => setTimeout(done, 5));
    reader.close();
    const text = JSON.stringify(reader.events);
    expect(text).toContain('Rote Insel');
    expect(text).not.toContain('Zara');
  });

  test('measures what it does', async () => {
    const { text } = await request(here.url).get('/metrics');
    for (const name of ['command_seconds', 'append_seconds', 'commit_group_size', 'view_lag_events', 'conflicts_total', 'voids_total', 'rejections_total', 'overdue_obligations', 'log_position']) {
      expect(text).toContain(`# TYPE biolithic_${name}`);
    }
    expect(text).toMatch(/biolithic_view_lag_events\{view="community"\} 0/);
    expect(text).toMatch(/biolithic_command_seconds_count\{command="FoundCommunity",outcome="accepted"\} 1/);
  });

  test('describes all its routes without a fault', async () => {
    const document = (await request(here.url).get('/openapi.json')).body as ApiDescription;
    expect(faultsOf(document)).toEqual([]);
    expect(routesOf(document).length).toBeGreaterThan(30);
  });

  test('has no dial for its clock', async () => {
    expect((await request(here.url).post('/clock').set('Authorization', `Bearer ${await here.operatorToken()}`).send({ to: '2200-01-01T00:00:00Z' })).status).toBe(404);
  });
});

describe('stopping', () => {
  test('answers what was sent, and keeps it', async () => {
    const data = mkdtempSync(join(tmpdir(), 'biolithic-stop-'));
    try {
      const first = await startTestService({ data });
      const reader = await listen(`${first.url}/feed`);
      const answering = found(first);
      await new Promise((done) => setTimeout(done, 2));
      await first.close();
      const { status, body } = await answering.catch((error: Error) => ({ status: 0, body: error }));
      await reader.ended;
      // Refused connections were not accepted; what was accepted is in the log.
      const second = await startTestService({ data });
      if (status === 200) expect((await found(second)).body).toEqual(body);
      expect(second.service.isFounded).toBe(status === 200);
      await second.close();
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });

  test('lets another service have the data, which two cannot have at once', async () => {
    const data = mkdtempSync(join(tmpdir(), 'biolithic-two-'));
    const config = readConfig(['--data', data, '--port', '0'], {});
    const first = await startService(config, openJournal('silent'));
    await expect(startService(config, openJournal('silent'))).rejects.toMatchObject({ name: 'LogLocked' });
    await first.close();
    await (await startService(config, openJournal('silent'))).close();
    rmSync(data, { recursive: true, force: true });
  });
});

test('a directory that cannot be written is named, with what to do', async () => {
  const data = mkdtempSync(join(tmpdir(), 'biolithic-unwritable-'));
  writeFileSync(join(data, 'file'), '');
  for (const flag of ['--data', '--evidence']) {
    const config = readConfig(['--data', join(data, 'data'), '--port', '0', ...(flag === '--data' ? [] : [flag, join(data, 'file', 'inside')])], {});
    const there = flag === '--data' ? { ...config, data: join(data, 'file', 'inside') } : config;
    await expect(startService(there, openJournal('silent'))).rejects.toMatchObject({ name: 'DirectoryUnwritable', message: expect.stringContaining(flag) });
  }
  rmSync(data, { recursive: true, force: true });
});

test('behind a proxy that is told of, each client has a rate of its own; without one, none says who it is', async () => {
  const data = mkdtempSync(join(tmpdir(), 'biolithic-proxy-'));
  for (const [told, spared] of [[['--trust-proxy', '127.0.0.1'], 200], [[], 429]] as const) {
    const service = await startService(readConfig(['--data', data, '--port', '0', '--rate-limit', '1', ...told], {}), openJournal('silent'));
    const from = async (address: string): Promise<number> => (await request(service.url).get('/materials').set('X-Forwarded-For', address)).status;
    while ((await from('192.0.2.1')) !== 429);
    expect(await from('192.0.2.2')).toBe(spared);
    await service.close();
  }
  rmSync(data, { recursive: true, force: true });
});

test('two communities founded alike share no id', async () => {
  const ids = await Promise.all(
    [1, 2].map(async () => {
      const here = await startTestService();
      const { body } = await found(here);
      await here.close();
      return [body.id, body.events[0].data.firstFounder, body.invitations[0].invitation];
    }),
  );
  for (const [n, id] of (ids[0] as string[]).entries()) expect(ids[1]?.[n]).not.toBe(id);
});

test('secrets that are lost, or lie elsewhere, are missed at start, not made anew', async () => {
  const data = mkdtempSync(join(tmpdir(), 'biolithic-secrets-'));
  const first = await startTestService({ data });
  await found(first);
  await first.close();
  const elsewhere = readConfig(['--data', data, '--port', '0', '--secrets', join(data, 'elsewhere')], {});
  await expect(startService(elsewhere, openJournal('silent'))).rejects.toMatchObject({ name: 'SecretsMissing' });
  const second = await startTestService({ data });
  expect(second.service.isFounded).toBe(true);
  await second.close();
  rmSync(data, { recursive: true, force: true });
});

describe('a simulated clock', () => {
  test('moves when the operator says so, and only forward', async () => {
    const here = await startTestService({ argv: ['--clock', 'simulated'] });
    const move = async (to: string, token: string) => request(here.url).post('/clock').set('Authorization', `Bearer ${token}`).send({ to });
    expect((await move('2147-03-20T12:00:00Z', await here.founderToken())).body.name).toBe('OperatorOnly');
    expect((await move('2147-03-20T12:00:00Z', await here.operatorToken())).body).toEqual({ now: '2147-03-20T12:00:00.000Z', position: here.service.stores.log.head().position });
    expect((await request(here.url).get('/clock')).body).toEqual({ now: '2147-03-20T12:00:00.000Z' });
    expect((await move('2147-03-20T11:00:00Z', await here.operatorToken())).body.name).toBe('ClockMovesForward');
    expect((await found(here)).body.time).toBe('2147-03-20T12:00:00.000Z');
    await here.close();
  });

  test('needs a log of its own, and leaves one that no other clock goes on with', async () => {
    const data = mkdtempSync(join(tmpdir(), 'biolithic-clock-'));
    const simulated = readConfig(['--data', data, '--port', '0', '--clock', 'simulated'], {});
    await (await startService(simulated, openJournal('silent'))).close();
    await expect(startService(simulated, openJournal('silent'))).rejects.toThrow('needs a new log');
    await expect(startService(readConfig(['--data', data, '--port', '0'], {}), openJournal('silent'))).rejects.toMatchObject({ name: 'LogFileRejected' });
    rmSync(data, { recursive: true, force: true });
  });
});
