// SIGKILL of the whole service in the middle of commands over HTTP: every acknowledged event is in effect once and nothing is half-done.
// On one store that lives on through all rounds.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnTestService, type ServiceThere } from '../support/service.ts';
import { done, positionOf, showing, Town, type Reply } from '../support/town.ts';

const ROUNDS = 12;
const WORKERS = 8;

let data: string;
let service: ServiceThere;
let town: Town;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'biolithic-kill-'));
  service = await spawnTestService({ data });
  town = await Town.found(service, { reading: { seconds: 0 }, voting: { hours: 1 } });
  await town.material('pet-flakes');
}, 60_000);

afterAll(async () => {
  await service?.close();
  rmSync(data, { recursive: true, force: true });
});

interface Sent {
  readonly key: string;
  readonly body: object;
  /** Present once it was acknowledged. */
  position?: number;
}

const lotOf = (key: string) => ({
  material: 'pet-flakes', quantity: { amount: '10', unit: 'KGM' }, method: 'weighed', owner: town.zara.person, custodian: town.zara.person,
  location: key, provenance: 'collected', model: 'segregated',
});

describe('a service killed in the middle', () => {
  test(`has lost nothing it acknowledged, ${ROUNDS} times over`, async () => {
    const all: Sent[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { url } = service;
      let alive = true;
      const worker = async (): Promise<void> => {
        while (alive) {
          const key = randomUUID();
          const sent: Sent = { key, body: lotOf(key) };
          all.push(sent);
          try {
            sent.position = positionOf(await done(url, 'POST', '/lots', { token: town.zara.token, key, body: sent.body }));
          } catch {
            return;
          }
        }
      };
      const workers = Array.from({ length: WORKERS }, worker);
      await new Promise((resolve) => setTimeout(resolve, 100 + ((round * 37) % 200)));
      await service.stop('SIGKILL');
      alive = false;
      await Promise.all(workers);
      service = await spawnTestService({ data });
    }
    const acknowledged = all.filter(({ position }) => position !== undefined);
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * 5);

    // Resent, each is answered as before; what was not acknowledged is done now, once.
    const answers: Reply[] = [];
    for (const { key, body, position } of all) {
      const again = await done(service.url, 'POST', '/lots', { token: town.zara.token, key, body });
      if (position !== undefined) expect(positionOf(again)).toBe(position);
      answers.push(again);
    }
    const places = new Map<string, number>();
    for (let cursor: string | undefined; ; ) {
      const page = `/lots?limit=500${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const { body } = await done(service.url, 'GET', showing(page, answers), { token: town.zara.token });
      for (const { location } of body['rows'] as { location: string }[]) places.set(location, (places.get(location) ?? 0) + 1);
      cursor = body['next'] as string | undefined;
      if (cursor === undefined) break;
    }
    expect(places.size).toBe(all.length);
    expect([...places.values()].every((times) => times === 1)).toBe(true);
  }, 240_000);
});
