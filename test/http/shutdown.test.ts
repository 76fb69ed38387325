// Stopping the built product under load: what was accepted is answered and kept, and the process ends by itself with 0.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnTestService } from '../support/service.ts';
import { listen, until } from '../support/sse.ts';
import { call, positionOf, Town, type Reply } from '../support/town.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'biolithic-shutdown-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

describe.each(['SIGTERM', 'SIGINT'] as const)('at %s', (signal) => {
  test('the service finishes what it accepted, ends its feed, and exits with 0', async () => {
    const service = await spawnTestService({ data });
    const town = await Town.found(service, {});
    const reader = await listen(`${service.url}/feed`);
    const acknowledged: Reply[] = [];
    let stopping = false;
    const work = async (worker: number): Promise<void> => {
      for (let n = 0; ; n += 1) {
        const body = { material: `m-${worker}-${n}`, name: `Material ${n}`, productClass: 'flakes' };
        const reply = await call(service.url, 'POST', '/materials', { token: town.zara.token, body }).catch(() => undefined);
        // A connection that could not be made, or closed before its turn, was not accepted.
        if (!reply) return;
        expect([200, 503]).toContain(reply.status);
        if (reply.status === 200) acknowledged.push(reply);
        else if (stopping) return;
      }
    };
    const workers = Array.from({ length: 8 }, (_, worker) => work(worker));
    await until(() => acknowledged.length > 40);
    stopping = true;
    const code = await service.stop(signal);
    await Promise.all(workers);
    await reader.ended;
    expect(code).toBe(0);
    expect(reader.comments).toContain('closing');

    const again = await spawnTestService({ data });
    const last = Math.max(...acknowledged.map(positionOf));
    const { headers } = await call(again.url, 'GET', `/materials?waitFor=${last}`);
    expect(Number(headers.get('biolithic-position'))).toBeGreaterThanOrEqual(last);
    const material = (reply: Reply): string => ((reply.body['events'] as { data: { material: string } }[])[0] as { data: { material: string } }).data.material;
    for (const reply of acknowledged) expect((await call(again.url, 'GET', `/materials/${material(reply)}?waitFor=${last}`)).status).toBe(200);
    await again.close();
  });
});

test('a connection over which nothing was ever asked does not hold it up', async () => {
  const service = await spawnTestService({ data });
  const { hostname, port } = new URL(service.url);
  const silent = connect(Number(port), hostname);
  await once(silent, 'connect');
  const began = performance.now();
  expect(await service.stop('SIGTERM')).toBe(0);
  // Ten seconds are given to whoever is still being answered.
  expect(performance.now() - began).toBeLessThan(8_000);
  silent.destroy();
});

test('a second signal does not wait', async () => {
  const service = await spawnTestService({ data });
  service.process.kill('SIGTERM');
  service.process.kill('SIGTERM');
  await sleep(1);
  // Either the first was quicker, or the second cut it short.
  expect([0, 1]).toContain(await service.stop('SIGTERM'));
});

test('a service that cannot start says why and leaves with a code of its own', async () => {
  await expect(spawnTestService({ data, argv: ['--port', 'many'] })).rejects.toThrow(/--port is given twice/);
  await expect(spawnTestService({ data, argv: ['--audience', ''] })).rejects.toThrow(/--audience: must not be empty/);
  const service = await spawnTestService({ data });
  await expect(spawnTestService({ data })).rejects.toThrow(/LogLocked/);
  await service.close();
});
