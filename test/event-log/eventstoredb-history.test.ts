// The copy holds the cluster's history or says that it does not: deletions, truncations, restores, and the comparison on demand.
import { afterEach, describe, expect, it } from '@jest/globals';
import { compareWithCluster } from '../../src/event-log/eventstoredb/index.ts';
import type { EventStoreDbLog } from '../../src/event-log/eventstoredb/index.ts';
import { LogUnavailable } from '../../src/event-log/index.ts';
import { notes, Place, request, settled, until } from './eventstoredb-place.ts';

let place: Place;
afterEach(() => place.dispose());

async function expectDiverged(log: EventStoreDbLog, reason: RegExp): Promise<void> {
  await until(() => log.status().state === 'diverged', 'the log to notice');
  expect(log.status().reason).toMatch(reason);
  const outcome = await settled(log.append(request()));
  expect(outcome).toBeInstanceOf(LogUnavailable);
  expect(outcome).toMatchObject({ outcome: 'none' });
}

describe('streams of the log that somebody else changes in the cluster', () => {
  it('a deleted one is noticed', async () => {
    place = await Place.make();
    const log = await place.open();
    await log.append(request({ stream: 'lot-1', events: notes(2) }));
    await place.other().deleteStream('grove.lot-1');
    await expectDiverged(log, /grove\.lot-1 was deleted or may lose events.*\$tb/);
  });

  it('a tombstoned one is noticed, and nothing is acknowledged on it', async () => {
    place = await Place.make();
    const log = await place.open();
    await log.append(request({ stream: 'lot-1' }));
    await place.other().tombstoneStream('grove.lot-1');
    expect(await settled(log.append(request({ stream: 'lot-1', expected: 0 })))).toBeInstanceOf(LogUnavailable);
    await expectDiverged(log, /grove\.lot-1/);
  });

  it.each([{ maxCount: 10 }, { maxAge: 3_600 }, { truncateBefore: 1 }])('one that may lose events by %j is noticed', async (retention) => {
    place = await Place.make();
    const log = await place.open();
    await log.append(request({ stream: 'lot-1', events: notes(2) }));
    await place.other().setStreamMetadata('grove.lot-1', retention);
    await expectDiverged(log, /grove\.lot-1/);
  });

  it('while this replica was away, too', async () => {
    place = await Place.make();
    const before = await place.open();
    await before.append(request({ stream: 'lot-1', events: notes(2) }));
    await before.shutdown();
    await place.other().setStreamMetadata('grove.lot-1', { maxCount: 10 });
    await expectDiverged(await place.open(), /grove\.lot-1/);
  });

  it('retention that was taken back in time has done nothing', async () => {
    place = await Place.make();
    const before = await place.open();
    await before.append(request({ stream: 'lot-1', events: notes(2) }));
    await before.shutdown();
    const other = place.other();
    await other.setStreamMetadata('grove.lot-1', { maxCount: 10 });
    await other.setStreamMetadata('grove.lot-1', {});
    const log = await place.open();
    expect(await log.append(request({ stream: 'lot-1', expected: 1 }))).toMatchObject({ revision: 2 });
    expect(log.status().state).toBe('ok');
  });

  it('events that were scavenged are missed by a copy taken later', async () => {
    place = await Place.make();
    const before = await place.open();
    await before.append(request({ stream: 'lot-1', events: notes(5) }));
    await before.shutdown();
    const other = place.other();
    await other.setStreamMetadata('grove.lot-1', { maxCount: 2 });
    place.server.store.scavenge();
    await other.setStreamMetadata('grove.lot-1', {});
    const log = await place.open('ben');
    await expectDiverged(log, /lot-1 goes on with revision 3 where 0 was due/);
  });

  it('an event that somebody wrote into the log’s namespace is no event of the log', async () => {
    place = await Place.make();
    const log = await place.open();
    await place.other().appendToStream('grove.lot-1', { id: crypto.randomUUID(), type: 'made-up', contentType: 'application/json', data: {}, metadata: {} });
    await expectDiverged(log, /was not written by this log/);
  });
});

describe('a cluster that was put back', () => {
  it('to before the copy’s head: noticed, and not followed', async () => {
    place = await Place.make();
    const log = await place.open();
    await log.append(request({ stream: 'lot-1', events: notes(2) }));
    const { end } = place.server.store;
    await log.append(request({ stream: 'lot-2' }));
    await place.server.goAway();
    place.server.store.rollBackTo(end);
    await place.server.comeBack();
    await expectDiverged(log, /another history.*grove\.lot-2/);
    expect(log.readStream('lot-2')).toHaveLength(1);
  });

  it('and written on from there by another replica: noticed', async () => {
    place = await Place.make();
    const log = await place.open();
    await log.append(request({ stream: 'lot-1', events: notes(2) }));
    const { end } = place.server.store;
    await log.append(request({ stream: 'lot-1', expected: 1, events: notes(3) }));
    await log.shutdown();
    place.server.store.rollBackTo(end);
    const ben = await place.open('ben');
    await ben.append(request({ stream: 'lot-1', expected: 1, events: notes(9) }));
    await expectDiverged(await place.open(), /another history.*grove\.lot-1 is another one/);
  });

  it('a subscription that starts beyond the end delivers what is no news: noticed', async () => {
    place = await Place.make({ version: '23.10' });
    const log = await place.open();
    await log.append(request({ stream: 'lot-1' }));
    const { end } = place.server.store;
    await log.append(request({ stream: 'lot-2', events: notes(30) }));
    // Nobody told this replica, whose subscription goes on.
    place.server.store.rollBackTo(end);
    await place.open('ben').then((ben) => ben.append(request({ stream: 'lot-3' })));
    place.server.dropSubscriptions();
    await expectDiverged(log, /another history/);
  });
});

describe('comparing the copy with the cluster', () => {
  async function withEvents(): Promise<EventStoreDbLog> {
    place = await Place.make({ version: '24.2' });
    const log = await place.open();
    for (let n = 0; n < 5; n++) await log.append(request({ stream: `lot-${n}`, events: notes(300) }));
    return log;
  }

  it('finds them equal, and tells how far it is', async () => {
    const log = await withEvents();
    await place.other().appendToStream('orders-1', { id: crypto.randomUUID(), type: 'x', contentType: 'application/json', data: {}, metadata: undefined });
    const told: number[] = [];
    expect(await compareWithCluster(place.server.connectionString, log, (compared, total) => told.push(compared / total))).toEqual({ compared: 1_501 });
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toBe(1);
  });

  it('names the first event that differs', async () => {
    const log = await withEvents();
    const { records } = place.server.store;
    const index = records.findIndex((record) => record.stream === 'grove.lot-2' && record.revision === 7);
    const { wire: _, ...record } = records[index]!;
    records[index] = { ...record, data: Buffer.from('{"n":70}') };
    expect(await compareWithCluster(place.server.connectionString, log)).toEqual({
      compared: 608,
      difference: { position: 609, stream: 'lot-2', what: 'its data are others in the cluster' },
    });
  });

  it('names the first event that the cluster has not', async () => {
    const log = await withEvents();
    const { records } = place.server.store;
    records.splice(records.findIndex((record) => record.stream === 'grove.lot-4' && record.revision === 290));
    const { compared, difference } = await compareWithCluster(place.server.connectionString, log);
    expect([compared, difference?.stream, difference?.what]).toEqual([1_491, 'lot-4', 'the cluster does not have it']);
  });
});
