// A wall clock that jumps an hour either way: commands are refused by name and no deadline fires until it can be trusted again.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { instantOf, SimulatedClock } from '../../src/kernel/index.ts';
import { ClockWatch } from '../../src/runtime/index.ts';
import { SteeredClock } from '../runtime/service.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { call, done, positionOf, Town } from '../support/town.ts';

const HOUR = 3_600_000;

describe('a wall clock that jumps', () => {
  let wall = Date.parse('2026-06-21T12:00:00.000Z');
  let steady = 0;
  const clock = { kind: 'system' as const, now: () => wall, monotonic: () => steady };
  const pass = (ms: number, jump = 0): void => {
    wall += ms + jump;
    steady += ms;
  };
  afterEach(() => {
    wall = Date.parse('2026-06-21T12:00:00.000Z');
    steady = 0;
  });

  test.each([['forward', HOUR], ['back', -HOUR]])('an hour %s is not trusted', (_, jump) => {
    const watch = new ClockWatch(clock);
    watch.assertTrusted();
    pass(1_000, jump);
    expect(() => watch.assertTrusted()).toThrow(expect.objectContaining({ name: 'ClockUntrusted', status: 503 }));
  });

  test('is trusted again when it has come back to what the monotonic clock says', () => {
    const watch = new ClockWatch(clock);
    pass(1_000, HOUR);
    expect(() => watch.assertTrusted()).toThrow(expect.objectContaining({ name: 'ClockUntrusted' }));
    pass(1_000, -HOUR);
    watch.assertTrusted();
  });

  test('a simulated clock that is moved is no jump', () => {
    const simulated = new SimulatedClock('2147-01-01T00:00:00.000Z');
    const watch = new ClockWatch(simulated);
    simulated.advanceTo('2147-12-31T00:00:00.000Z');
    watch.assertTrusted();
  });
});

describe('a service whose clock jumps', () => {
  let clock: SteeredClock;
  let service: ServiceHere;
  let town: Town;

  beforeAll(async () => {
    clock = new SteeredClock(instantOf(Date.now()));
    service = await startTestService({ clock });
    town = await Town.found(service);
  }, 60_000);
  afterAll(() => service?.close());

  const party = (name: string) => call(service.url, 'POST', '/parties', { token: town.zara.token, key: `party-${name}`, body: { kind: 'carrier', name } });
  const ready = () => call(service.url, 'GET', '/health/ready');
  const typesSince = async (position: number): Promise<string[]> => {
    const response = await fetch(`${service.url}/events?after=${position}`, { headers: { authorization: `Bearer ${town.zara.token}` } });
    return (await response.text()).split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { type: string }).type);
  };

  test.each([['forward', HOUR], ['back', -HOUR]])('an hour %s, takes no command and lets no deadline pass until it has come back', async (way, jump) => {
    const proposal = await town.proposal(`keep-${way}`, [], instantOf(clock.now() + 2_000));
    await town.until(`/proposals/${proposal}`, town.zara.token, ({ state }) => state === 'voting');
    const before = positionOf(await done(service.url, 'PUT', `/proposals/${proposal}/ballot`, { token: town.zara.token, body: { choice: 'yes' } }));

    clock.jump(jump);
    const refused = await party(way);
    expect(refused).toMatchObject({ status: 503, body: { name: 'ClockUntrusted', details: { driftMs: jump } } });
    expect(refused.headers.get('retry-after')).toBe('10');
    const report = await ready();
    expect(report).toMatchObject({ status: 503, body: { ready: false, checks: { clock: { ok: false, driftMs: jump }, log: { ok: true }, views: { ok: true } } } });
    expect(report.headers.get('retry-after')).toBe('1');
    expect((await call(service.url, 'GET', `/proposals/${proposal}?waitFor=${before}`)).body).toMatchObject({ state: 'voting' });
    // The alarm for the closing rings, by a clock that says that it is over, or far from it.
    clock.pass(1_000);
    await sleep(2_500);
    expect(await typesSince(before)).toEqual([]);

    clock.jump(-jump);
    expect((await ready()).status).toBe(200);
    expect((await party(way)).status).toBe(200);
    expect(await typesSince(before)).toEqual(['community.party-registered.v1']);
    clock.pass(1_500);
    await town.until(`/proposals/${proposal}`, town.zara.token, ({ state }) => state === 'enacted');
    expect((await typesSince(before)).filter((type) => type === 'governance.polls-closed.v1')).toHaveLength(1);
  }, 60_000);
});
