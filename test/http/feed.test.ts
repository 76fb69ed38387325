// The live feed and the export of events.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { instantOf } from '../../src/kernel/index.ts';
import { openHamlet, simulated, type Hamlet } from './hamlet.ts';
import { listen, until } from '../support/sse.ts';

let hamlet: Hamlet;
const clock = simulated();
beforeAll(async () => {
  hamlet = await openHamlet({ clock });
});
afterAll(() => hamlet.close());

let notes = 0;
const pinned = (text: string) => hamlet.append(`note-${(notes += 1)}`, { type: 'NotePinned', data: { note: String(notes), text, by: 'ada' } });
const hidden = (note: string) => hamlet.append(`note-${(notes += 1)}`, { type: 'NoteHidden', data: { note, by: 'ada' } });

describe('the feed', () => {
  test('gives what happens, with positions as ids', async () => {
    const reader = await listen(`${hamlet.url}/feed`);
    const position = await pinned('hello');
    await until(() => reader.events.length === 1);
    expect(reader.events[0]).toMatchObject({ id: String(position), event: 'hamlet.note-pinned.v1', data: { position, type: 'hamlet.note-pinned.v1', data: { text: 'hello' } } });
    reader.close();
  });

  test('goes on after the last id, without gap or repeat', async () => {
    const positions: number[] = [];
    for (let n = 0; n < 700; n += 1) positions.push(await pinned(`n${n}`));
    const after = positions[0] as number;
    const reader = await listen(`${hamlet.url}/feed`, { 'last-event-id': String(after) });
    positions.push(await pinned('live'));
    await until(() => reader.events.length >= 700);
    expect(reader.events.map(({ id }) => Number(id))).toEqual(positions.slice(1));
    reader.close();
    const resumed = await listen(`${hamlet.url}/feed?after=${positions.at(-3)}`);
    await until(() => resumed.events.length >= 2);
    expect(resumed.events.map(({ id }) => Number(id))).toEqual(positions.slice(-2));
    resumed.close();
  });

  test('shows each only what it may see, as roles change', async () => {
    const ada = await hamlet.person('ada');
    const kim = await hamlet.person('kim', ['member']);
    const [stranger, applicant, member] = await Promise.all([
      listen(`${hamlet.url}/feed`),
      listen(`${hamlet.url}/feed`, { authorization: `Bearer ${ada.token}` }),
      listen(`${hamlet.url}/feed`, { authorization: `Bearer ${kim.token}` }),
    ]);
    await hidden('one');
    await until(() => member.events.length === 1);
    await hamlet.append(`member-${ada.id}`, { type: 'MemberAdmitted', data: { person: ada.id, roles: ['member'], as: 'admitted' } });
    await hidden('two');
    await until(() => applicant.events.length === 2 && member.events.length === 3);
    expect(applicant.events.map(({ event }) => event)).toEqual(['community.member-admitted.v1', 'hamlet.note-hidden.v1']);
    expect(stranger.events).toEqual([]);
    for (const reader of [stranger, applicant, member]) reader.close();
  });

  test('gives the types that were asked for', async () => {
    const kim = await hamlet.person('kit', ['member']);
    const reader = await listen(`${hamlet.url}/feed?types=hamlet.note-hidden.v1`, { authorization: `Bearer ${kim.token}` });
    await pinned('x');
    await hidden('x');
    await until(() => reader.events.length === 1);
    expect(reader.events[0]?.event).toBe('hamlet.note-hidden.v1');
    reader.close();
  });

  test('ends when the token does', async () => {
    const { id } = await hamlet.person('short', ['member']);
    const { token } = await hamlet.issuer.mint(id, 'short', instantOf(clock.now() + 1_000));
    const reader = await listen(`${hamlet.url}/feed`, { authorization: `Bearer ${token}` });
    clock.advanceTo(clock.now() + 10_000);
    await pinned('after the end');
    await reader.ended;
    expect(reader.events).toEqual([]);
  });

  test('refuses what cannot be resumed from', async () => {
    const head = hamlet.log.head().position;
    expect((await request(hamlet.url).get(`/feed?after=${head + 1}`)).body).toMatchObject({ name: 'PositionBeyondHead', details: { head } });
    expect((await request(hamlet.url).get('/feed').set('Last-Event-ID', 'x')).body.name).toBe('InvalidLastEventId');
    expect((await request(hamlet.url).get('/feed?types=Nothing')).body.name).toBe('MalformedRequest');
    expect((await request(hamlet.url).get('/feed?since=1')).body.name).toBe('MalformedRequest');
    expect((await request(hamlet.url).head('/feed')).status).toBe(200);
  });

  test('is not held up by a reader that does not read', async () => {
    const { port } = new URL(hamlet.url);
    const slow = connect(Number(port), '127.0.0.1');
    slow.on('error', () => {});
    await new Promise<void>((done) => slow.once('connect', done));
    slow.pause();
    slow.write(`GET /feed?after=0 HTTP/1.1\r\nhost: x\r\n\r\n`);
    const quick = await listen(`${hamlet.url}/feed`);
    const before = process.memoryUsage().external;
    for (let n = 0; n < 200; n += 1) await pinned('x'.repeat(20_000));
    await until(() => quick.events.length === 200);
    // What the slow one has not taken stays in the log.
    expect(process.memoryUsage().external - before).toBeLessThan(64 * 1024 * 1024);
    quick.close();
    slow.destroy();
    await sleep(1);
  });

  test('ends when the service closes', async () => {
    const other = await openHamlet();
    const reader = await listen(`${other.url}/feed`);
    await other.close();
    await reader.ended;
  });
});

describe('the export', () => {
  const lines = (text: string): { position: number; type: string }[] => text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { position: number; type: string });

  test('pages through what the caller may see', async () => {
    const seen: number[] = [];
    let path: string | undefined = '/events?limit=300';
    let pages = 0;
    while (path) {
      const response: request.Response = await request(hamlet.url).get(path);
      expect(response.headers['content-type']).toBe('application/jsonl; charset=utf-8');
      seen.push(...lines(response.text).map(({ position }) => position));
      path = /<([^>]+)>; rel="next"/.exec((response.headers['link'] as string | undefined) ?? '')?.[1];
      pages += 1;
    }
    const all = hamlet.log.readAll(0).filter(({ type }) => type === 'hamlet.note-pinned.v1');
    expect(seen.filter((position) => position > 1)).toEqual(all.map(({ position }) => position));
    expect(pages).toBeGreaterThan(3);
  });

  test('is as of a position, filtered by type', async () => {
    const kim = await hamlet.person('karl', ['member']);
    const end = await hidden('last');
    await pinned('later');
    const ask = (query: string) => request(hamlet.url).get(`/events?${query}`).set('Authorization', `Bearer ${kim.token}`);
    const response = await ask(`types=hamlet.note-hidden.v1&asOf=${end}&limit=10000`);
    expect(response.headers).toMatchObject({ etag: `"${end}"`, 'biolithic-position': String(end) });
    expect(lines(response.text).at(-1)?.position).toBe(end);
    expect(new Set(lines(response.text).map(({ type }) => type))).toEqual(new Set(['hamlet.note-hidden.v1']));
    expect((await ask(`asOf=${end + 1000}`)).body.name).toBe('PositionBeyondHead');
  });
});
