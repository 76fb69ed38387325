// Waiting: a read may ask for what is not there yet, waits a bounded time, and is told by name what it waited for in vain.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { viewsOf, type LiveViews, type ReadAt } from '../../../src/runtime/index.ts';
import * as registry from '../../support/registry-views.ts';
import { yard } from '../../support/registry-views.ts';
import { settled } from '../../contract/requests.ts';
import { gateMet, owed, stored, Yard } from './yard-log.ts';

let place: Yard;
let live: LiveViews;
let gate: string;
beforeEach(async () => {
  place = await Yard.open();
  gate = join(place.directory, 'gate');
});
afterEach(async () => {
  rmSync(gate, { force: true });
  await place.close();
});

/** The thread that keeps the views up stops at the gate, in front of what happens after it. */
async function held(): Promise<{ readonly before: number; readonly head: number }> {
  const before = await place.happens(stored('a', 'ada'));
  for (const view of viewsOf(registry)) await live.read(view, { waitFor: before });
  writeFileSync(gate, 'shut');
  await place.happens(gateMet(gate));
  return { before, head: await place.happens(stored('b', 'ada')) };
}

const kinds: [string, (position: number) => ReadAt][] = [
  ['to wait for', (waitFor) => ({ waitFor })],
  ['as of', (asOf) => ({ asOf })],
  ['to wait for, as of an earlier one,', (waitFor) => ({ waitFor, asOf: 1 })],
];

describe.each(kinds)('a read asked %s a position', (_, at) => {
  test('that its view has not applied yet waits until it has', async () => {
    live = await place.views({ patience: 20_000 });
    const { head } = await held();
    const read = live.read(yard, at(head));
    expect(await Promise.race([read, new Promise((resolve) => setTimeout(resolve, 60, 'waiting'))])).toBe('waiting');
    rmSync(gate);
    const { position, tables } = await read;
    expect(position).toBe(at(head).asOf ?? head);
    expect(tables.lots.get('b')?.since).toBe(position === head ? head : undefined);
  });

  test('that its view does not reach in time says which, and how far it is', async () => {
    live = await place.views({ patience: 80 });
    const { before, head } = await held();
    const start = performance.now();
    expect(await settled(live.read(yard, at(head)))).toMatchObject({
      name: 'ViewLagging', status: 503, details: { view: 'yard', wanted: head, position: before, state: 'live', retryAfter: 1 },
    });
    expect(performance.now() - start).toBeGreaterThan(70);
    // What is there can be read meanwhile.
    expect((await live.read(yard)).position).toBe(before);
    expect((await live.read(yard, { asOf: before })).tables.lots.count()).toBe(1);
  });

  test('beyond the log\'s head waits until it is there', async () => {
    live = await place.views({ patienceBeyondHead: 20_000 });
    const { head } = place;
    const read = live.read(yard, at(head + 2));
    await place.happens(stored('a', 'ada'));
    expect(await Promise.race([read, new Promise((resolve) => setTimeout(resolve, 60, 'waiting'))])).toBe('waiting');
    await place.happens(stored('b', 'ada'));
    expect((await read).position).toBe(at(head + 2).asOf ?? head + 2);
  });

  test('beyond the log\'s head is refused after a bounded time', async () => {
    live = await place.views({ patienceBeyondHead: 80 });
    const head = await place.happens(stored('a', 'ada'));
    await live.read(yard, { waitFor: head });
    for (const beyond of [head + 1, head + 1_000_000, Number.MAX_SAFE_INTEGER]) {
      const start = performance.now();
      expect(await settled(live.read(yard, at(beyond)))).toMatchObject({ name: 'PositionBeyondHead', status: 422, details: { position: beyond, head } });
      expect(performance.now() - start).toBeGreaterThan(70);
    }
  });

  test('is let go when the views close', async () => {
    live = await place.views({ patience: 60_000, patienceBeyondHead: 60_000 });
    const { head } = await held();
    const reads = [settled(live.read(yard, at(head))), settled(live.read(yard, at(head + 1)))];
    const closed = live.close();
    rmSync(gate);
    const [lagging, beyond] = await Promise.all(reads);
    // It may have got there on the way.
    expect(lagging).toMatchObject(lagging instanceof Error ? { name: 'ViewLagging' } : { position: at(head).asOf ?? head });
    expect(beyond).toMatchObject({ name: 'PositionBeyondHead' });
    await closed;
  });
});

test('as of the beginning there is nothing', async () => {
  live = await place.views();
  await live.read(yard, { waitFor: await place.happens(stored('a', 'ada')) });
  const { position, tables } = await live.read(yard, { asOf: 0 });
  expect([position, tables.lots.count(), tables.lots.get('a'), tables.owners.list(), tables.lots.first('weighedAt')]).toEqual([0, 0, undefined, { rows: [] }, []]);
});

test('what is owed is told as of no earlier position than asked for', async () => {
  live = await place.views();
  const keys: string[] = [];
  for (let n = 0; n < 20; n++) {
    const position = await place.happens(owed(`chore ${n}`));
    keys.push(`chore ${n}`);
    const list = await live.owed(position);
    expect([list.position, [...list.owed].map(({ key }) => key)]).toEqual([position, keys]);
  }
});

test('a view that nobody declared cannot be read', async () => {
  live = await place.views();
  await expect(live.read({ ...yard, name: 'backyard' })).rejects.toThrow('there is no view backyard');
});
