// Following a cluster that other applications use, that drops, hangs, stalls and goes away, and coming back to it.
import { afterEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { LogDiverged, LogError, LogFileRejected, LogUnavailable, RevisionConflict } from '../../src/event-log/index.ts';
import { SimulatedClock } from '../../src/kernel/index.ts';
import { testCertificate } from '../support/eventstoredb-server/tls.ts';
import { foreignEvent, notes, Place, request, settled, until } from './eventstoredb-place.ts';

/** ms: for tests in which an append is to be given up, yet long enough to open a log on a busy machine. */
const IMPATIENT = 2_500;

let place: Place;
afterEach(() => place.dispose());

describe('a cluster that other applications use', () => {
  it('events, streams, deletions and namespaces of others are nothing to the log', async () => {
    place = await Place.make();
    const other = place.other();
    for (const stream of ['grove', 'grovex.lot-1', 'orders-1', 'Grove.lot-1']) await other.appendToStream(stream, [foreignEvent(), foreignEvent()]);
    const log = await place.open();
    const first = await log.append(request({ stream: 'lot-1', events: notes(2) }));
    await other.deleteStream('grove');
    await other.tombstoneStream('orders-1');
    await other.setStreamMetadata('grovex.lot-1', { maxCount: 1 });
    const second = await log.append(request({ stream: 'lot-1', expected: 1 }));
    expect([first.firstPosition, second.firstPosition]).toEqual([2, 4]);
    expect(log.readAll(0).map((event) => event.stream)).toEqual(['log-opened', 'lot-1', 'lot-1', 'lot-1']);
    expect(log.status().state).toBe('ok');
  });

  it('the lag is known while only others write', async () => {
    place = await Place.make();
    const log = await place.open();
    const other = place.other();
    for (let n = 0; n < 200; n++) await other.appendToStream(`orders-${n}`, foreignEvent());
    const before = performance.now();
    await until(() => log.status().lag < performance.now() - before, 'a confirmation after the last event of the others');
    expect(log.status().state).toBe('ok');
  });

  it('another server’s death settles no append of this log, and hangs none', async () => {
    place = await Place.make();
    const [log, dying] = [await place.open(), await Place.make()];
    const neighbour = await dying.open('ada', { patience: IMPATIENT });
    let going = true;
    const own = Array.from({ length: 8 }, async () => {
      while (going) expect(await log.append(request())).toHaveProperty('firstPosition');
    });
    const others = Array.from({ length: 8 }, async () => {
      while (going) await settled(neighbour.append(request()));
    });
    await until(() => neighbour.head().position > 50, 'both logs to be written');
    await dying.server.goAway();
    const { position } = log.head();
    await until(() => log.head().position > position + 100, 'this log to go on');
    going = false;
    await Promise.all([...own, ...others]);
    await dying.dispose();
  });

  it('access, not retention: a change of who may read a stream is none of the log’s business', async () => {
    place = await Place.make();
    const log = await place.open();
    await log.append(request({ stream: 'lot-1' }));
    await place.other().setStreamMetadata('grove.lot-1', { acl: { readRoles: ['auditors'] } });
    await log.append(request({ stream: 'lot-1', expected: 0 }));
    expect(log.status().state).toBe('ok');
  });
});

describe('a cluster that drops, hangs and stalls', () => {
  it('23.10 drops the subscription at every burst: nothing is skipped or repeated', async () => {
    place = await Place.make({ version: '23.10' });
    const [ada, ben] = [await place.open('ada'), await place.open('ben')];
    const seen: number[] = [];
    const subscription = ben.subscribe(0, (events) => void seen.push(...events.map((event) => event.position)));
    for (let n = 0; n < 10; n++) await ada.append(request({ events: notes(100) }));
    await until(() => subscription.position === 1_001, 'the other replica at the head');
    expect(place.server.counts.subscribe).toBeGreaterThan(4);
    expect(seen).toEqual(seen.map((_, n) => n + 1));
    expect(ben.head()).toEqual(ada.head());
  });

  it('a reply lost after the commit: the append is acknowledged once, with its own place', async () => {
    place = await Place.make();
    const log = await place.open();
    place.server.fault({ loseReplies: 1 });
    const once = request({ stream: 'lot-1', events: notes(2) });
    const appended = await log.append(once);
    expect(appended).toMatchObject({ firstPosition: 2, lastPosition: 3, revision: 1 });
    expect(place.server.store.readable('grove.lot-1')).toEqual({ first: 0, last: 1 });
  });

  it('a reply that never comes: the event itself is the answer', async () => {
    place = await Place.make();
    const log = await place.open();
    place.server.fault({ hangAfterCommit: true });
    expect(await log.append(request({ stream: 'lot-1' }))).toMatchObject({ firstPosition: 2 });
    place.server.fault({ hangAfterCommit: false });
  });

  it('a connection lost before the commit: the append is sent again', async () => {
    place = await Place.make();
    const log = await place.open();
    place.server.fault({ dropBeforeCommit: 2 });
    expect(await log.append(request({ stream: 'lot-1' }))).toMatchObject({ firstPosition: 2 });
    expect(place.server.store.readable('grove.lot-1')).toEqual({ first: 0, last: 0 });
  });

  it('written, but not numbered in time: unknown to the caller, whose resend gets the result', async () => {
    place = await Place.make();
    const log = await place.open('ada', { patience: IMPATIENT });
    place.server.fault({ muteSubscriptions: true });
    const once = request({ stream: 'lot-1' });
    const outcome = await settled(log.append(once));
    expect(outcome).toBeInstanceOf(LogUnavailable);
    expect(outcome).toMatchObject({ outcome: 'unknown' });
    place.server.fault({ muteSubscriptions: false });
    place.server.dropSubscriptions();
    await until(() => log.head().position === 2, 'the copy to have it');
    expect(await log.append(once)).toMatchObject({ firstPosition: 2, lastPosition: 2 });
    expect(place.server.store.readable('grove.lot-1')).toEqual({ first: 0, last: 0 });
  });

  it('a conflict is told only when this replica knows of the other event', async () => {
    place = await Place.make();
    const [ada, ben] = [await place.open('ada'), await place.open('ben')];
    await ada.append(request({ stream: 'lot-1', events: notes(3) }));
    const outcome = await settled(ben.append(request({ stream: 'lot-1' })));
    expect(outcome).toBeInstanceOf(RevisionConflict);
    expect(outcome).toMatchObject({ expected: 'none', actual: 2 });
    expect(ben.streamHead('lot-1')?.revision).toBe(2);
  });

  it('a replica that lags more than allowed takes no appends, and says so', async () => {
    place = await Place.make();
    const log = await place.open('ada', { maxLag: 3_000 });
    await log.append(request());
    place.server.fault({ muteSubscriptions: true });
    await place.other().appendToStream('grove.elsewhere-1', foreignEvent());
    await until(() => log.status().state !== 'ok', 'the lag to be told');
    expect(log.status().lag).toBeGreaterThan(3_000);
    const outcome = await settled(log.append(request()));
    expect(outcome).toBeInstanceOf(LogUnavailable);
    expect(outcome).toMatchObject({ outcome: 'none' });
  });

  it('a subscription that delivers nothing is taken anew', async () => {
    place = await Place.make();
    const [ada, ben] = [await place.open('ada', { patience: IMPATIENT }), await place.open('ben')];
    const before = place.server.counts.subscribe;
    place.server.fault({ muteSubscriptions: true });
    await settled(ada.append(request()));
    await until(() => place.server.counts.subscribe > before, 'another subscription');
    place.server.fault({ muteSubscriptions: false });
    place.server.dropSubscriptions();
    await until(() => ben.head().position === 2, 'the other replica to have it');
  });
});

describe('a cluster that is not there', () => {
  it('is waited for while it starts', async () => {
    place = await Place.make({ faults: { notReady: true } });
    const opening = place.open();
    setTimeout(() => place.server.fault({ notReady: false }), 400);
    const log = await opening;
    expect(await log.append(request())).toMatchObject({ firstPosition: 2 });
  });

  it('without a copy the log cannot be opened', async () => {
    place = await Place.make();
    await place.server.goAway();
    expect(await settled(place.open('ada', { patience: IMPATIENT }))).toBeInstanceOf(LogUnavailable);
  });

  it('with a copy it is read, and appended to again once the cluster is back', async () => {
    place = await Place.make();
    const before = await place.open();
    await before.append(request({ stream: 'lot-1', events: notes(3) }));
    await before.shutdown();
    await place.server.goAway();
    const log = await place.open('ada', { patience: IMPATIENT });
    expect(log.readStream('lot-1')).toHaveLength(3);
    await until(() => log.status().state === 'unavailable', 'the state to be told');
    expect(await settled(log.append(request()))).toMatchObject({ outcome: 'none' });
    await place.server.comeBack();
    await until(() => log.status().state === 'ok', 'the cluster to be followed again');
    expect(await log.append(request({ stream: 'lot-1', expected: 2 }))).toMatchObject({ revision: 3 });
  });

  it('a log closed while the cluster is away closes all the same', async () => {
    place = await Place.make();
    const log = await place.open('ada', { patience: IMPATIENT });
    await place.server.goAway();
    const accepted = settled(log.append(request()));
    await log.shutdown();
    expect(await accepted).toMatchObject({ outcome: 'unknown' });
    expect(await settled(log.append(request()))).toMatchObject({ outcome: 'none' });
  });
});

describe('what a log is opened with', () => {
  it('the kind of clock is the log’s for good', async () => {
    place = await Place.make();
    await place.open();
    const outcome = await settled(place.open('ben', { clock: new SimulatedClock('2026-01-01T00:00:00Z') }));
    expect(outcome).toBeInstanceOf(LogFileRejected);
  });

  it('a namespace used by something else is no log', async () => {
    place = await Place.make();
    await place.other().appendToStream('grove.lot-1', foreignEvent());
    expect(await settled(place.open())).toBeInstanceOf(LogDiverged);
  });

  it('a namespace holds no dot, so that none is the beginning of another', async () => {
    place = await Place.make();
    for (const namespace of ['', 'a.b', '$all', 'ü', 'x'.repeat(65)]) {
      expect(await settled(place.open('ada', { namespace }))).toBeInstanceOf(LogError);
    }
  });

  it('a malformed connection string is an error that does not tell the password', async () => {
    place = await Place.make();
    const outcome = await settled(place.open('ada', { connectionString: 'esdb://admin:changeit@host:port?tls=true' }));
    expect(outcome).toBeInstanceOf(LogError);
    expect(String((outcome as Error).stack)).not.toContain('changeit');
  });

  it('credentials and TLS are the connection string’s', async () => {
    place = await Place.make({ tls: testCertificate, credentials: { username: 'ada', password: 'p@ss:word' } });
    const authority = `${place.copyOf('..')}/authority.pem`;
    writeFileSync(authority, testCertificate.certificate);
    const secured = `&tlsCAFile=${encodeURIComponent(authority)}`;
    const log = await place.open('ada', { connectionString: place.server.connectionString + secured });
    expect(await log.append(request())).toMatchObject({ firstPosition: 2 });
    const stranger = `esdb://ben:guess@127.0.0.1:${place.server.port}?tls=true${secured}`;
    expect(await settled(place.open('ben', { connectionString: stranger }))).toMatchObject({ outcome: 'none' });
    const untrusting = await settled(place.open('cleo', { patience: IMPATIENT }));
    expect(untrusting).toBeInstanceOf(LogUnavailable);
  });

  it('several nodes may be named, of which the leader is found', async () => {
    place = await Place.make();
    const node = `127.0.0.1:${place.server.port}`;
    const log = await place.open('ada', { connectionString: `esdb://${node},${node}?tls=false` });
    expect(await log.append(request())).toMatchObject({ firstPosition: 2 });
  });
});
