// What the edge refuses and how it says so.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { openJournal } from '../../src/http/opening/index.ts';
import { openHamlet, type Hamlet } from './hamlet.ts';

let hamlet: Hamlet;
let ada: { id: string; token: string };
let keeper: { id: string; token: string };

beforeAll(async () => {
  hamlet = await openHamlet();
  ada = await hamlet.person('ada');
  keeper = await hamlet.person('kim', ['member', 'keeper']);
});
afterAll(() => hamlet.close());

let keys = 0;
const newKey = (): string => `key-${(keys += 1)}`;
const pin = (body: unknown, key = newKey()) =>
  request(hamlet.url).post('/notes').set('Authorization', `Bearer ${ada.token}`).set('Idempotency-Key', key).send(body as object);

const isProblem = (response: request.Response, status: number, name: string): void => {
  expect(response.body).toMatchObject({ type: `urn:biolithic:rejection:${name}`, status, name });
  expect(response.status).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  for (const member of ['title', 'detail', 'instance', 'rule']) expect(response.body[member]).toEqual(expect.any(String));
};

describe('a command', () => {
  test('is acknowledged with its events and position', async () => {
    const response = await pin({ text: 'welcome', frame: { width: 3 } });
    expect(response.status).toBe(200);
    const { position } = hamlet.log.head();
    expect(response.body).toEqual({
      commandId: expect.any(String), id: expect.any(String), position, stream: `note-${response.body.id}`, revision: 0, time: expect.any(String),
      events: [{ type: 'NotePinned', position, data: { note: response.body.id, text: 'welcome', by: ada.id } }],
    });
    expect(response.headers['biolithic-position']).toBe(String(position));
  });

  test('sent again is answered equal and done once', async () => {
    const first = await pin({ text: 'once' }, 'the-same-key');
    const again = await pin({ text: 'once' }, '"the-same-key"');
    expect(again.body).toEqual(first.body);
    isProblem(await pin({ text: 'other' }, 'the-same-key'), 422, 'IdempotencyKeyReused');
  });

  test('needs an Idempotency-Key', async () => {
    const response = await request(hamlet.url).post('/notes').set('Authorization', `Bearer ${ada.token}`).send({ text: 'no key' });
    isProblem(response, 400, 'IdempotencyKeyRequired');
    isProblem(await pin({ text: 'x' }, 'two words'), 400, 'InvalidIdempotencyKey');
    isProblem(await pin({ text: 'x' }, 'k'.repeat(256)), 400, 'InvalidIdempotencyKey');
  });

  test('that a rule refuses is told by name and rule', async () => {
    const response = await pin({ text: 'rude' });
    isProblem(response, 422, 'HamletRudeNote');
    expect(response.body).toMatchObject({ title: 'Hamlet rude note', detail: 'the note is rude', rule: 'Notes are kind.', details: { text: 'rude' } });
  });

  test('with If-Match is refused when something has happened since', async () => {
    const { body } = await pin({ text: 'to be hidden' });
    const hide = (ifMatch: string) =>
      request(hamlet.url).post(`/notes/${body.id}/hide`).set('Authorization', `Bearer ${ada.token}`).set('Idempotency-Key', newKey()).set('If-Match', ifMatch).send({});
    isProblem(await hide(`"${body.position - 1}"`), 412, 'StreamChanged');
    isProblem(await hide('yesterday'), 400, 'InvalidPrecondition');
    expect((await hide(`"${body.position}"`)).status).toBe(200);
    isProblem(await hide(`"${hamlet.log.head().position}"`), 409, 'HamletNoteHidden');
  });

  test('without properties takes an empty body, or none, and nothing else', async () => {
    const clear = () => request(hamlet.url).post('/notes/clear').set('Authorization', `Bearer ${ada.token}`).set('Idempotency-Key', newKey());
    expect((await clear()).status).toBe(200);
    expect((await clear().send({})).status).toBe(200);
    isProblem(await clear().send({ all: true }), 400, 'MalformedRequest');
  });

  test('that meets a bug is a 500 without its words', async () => {
    const response = await pin({ text: 'break' });
    isProblem(response, 500, 'InternalError');
    expect(response.text).not.toContain('a bug');
  });
});

describe('a body', () => {
  test.each<[string, unknown, string]>([
    ['with an unknown property', { text: 'x', colour: 'red' }, 'colour'],
    ['with an unknown property inside', { text: 'x', frame: { width: 1, height: 2 } }, 'frame.height'],
    ['without a required property', {}, 'text'],
    ['of the wrong type', { text: 7 }, 'text'],
    ['with a text too long', { text: 'x'.repeat(2_001) }, 'text'],
    ['with null inside', { text: 'x', frame: { width: null } }, 'frame.width'],
  ])('%s is malformed, and the property is named', async (_, body, property) => {
    const response = await pin(body);
    isProblem(response, 400, 'MalformedRequest');
    expect(response.body.details.problems.map((one: { property: string }) => one.property)).toContain(property);
  });

  test('may not name what the path names', async () => {
    const id = '0'.repeat(8) + '-0000-4000-8000-' + '0'.repeat(12);
    const response = await request(hamlet.url).post(`/notes/${id}/hide`).set('Authorization', `Bearer ${ada.token}`).set('Idempotency-Key', newKey()).send({ note: id });
    isProblem(response, 400, 'MalformedRequest');
    expect(response.body.details.problems).toEqual([{ property: 'note', problem: 'note is given by the path' }]);
  });

  const raw = (body: string | Buffer, type = 'application/json') =>
    request(hamlet.url).post('/notes').set('Authorization', `Bearer ${ada.token}`).set('Idempotency-Key', newKey()).set('Content-Type', type).send(body as string);

  test.each<[string, string | Buffer, number, string]>([
    ['that is no JSON', '{"text":', 400, 'NotJson'],
    ['with a prototype', '{"text":"x","__proto__":{"admin":true}}', 400, 'NotJson'],
    ['with a constructor', '{"text":"x","constructor":{"prototype":{"admin":true}}}', 400, 'NotJson'],
    ['with a number beyond all bounds', '{"text":"x","frame":{"width":1e999}}', 400, 'NotJson'],
    ['with half a character', '{"text":"\\ud800"}', 400, 'NotJson'],
    ['with NUL', '{"text":"\\u0000"}', 400, 'NotJson'],
    ['nested a hundred thousand deep', `${'['.repeat(25_000)}${']'.repeat(25_000)}`, 400, 'NestedTooDeeply'],
    ['that is a list', '[1]', 400, 'MalformedRequest'],
    ['that is a text', '"x"', 400, 'MalformedRequest'],
    ['that is null', 'null', 400, 'MalformedRequest'],
    ['that is empty', '', 400, 'MalformedRequest'],
    ['that is too large', `{"text":"${'x'.repeat(65 * 1024)}"}`, 413, 'TooLarge'],
  ])('%s is refused', async (_, body, status, name) => {
    isProblem(await raw(body), status, name);
  });

  test('of another media type or in no UTF-8 is refused', async () => {
    isProblem(await raw('text=x', 'application/x-www-form-urlencoded'), 415, 'UnsupportedMediaType');
    isProblem(await raw('x', 'text/plain'), 415, 'UnsupportedMediaType');
    const response = await fetch(`${hamlet.url}/notes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'idempotency-key': newKey(), 'content-type': 'application/json' },
      body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect(await response.json()).toMatchObject({ name: 'NotJson' });
  });
});

describe('a route', () => {
  test('that does not exist is said so, and so is a wrong method', async () => {
    isProblem(await request(hamlet.url).get('/nowhere'), 404, 'NoSuchRoute');
    const wrong = await request(hamlet.url).delete('/notes');
    isProblem(wrong, 405, 'MethodNotAllowed');
    expect(wrong.headers['allow']).toContain('POST');
    isProblem(await request(hamlet.url).get('/%zz'), 400, 'MalformedRequest');
    isProblem(await request(hamlet.url).get(`/notes/${'n'.repeat(300)}`), 400, 'MalformedRequest');
  });

  test('that grants nothing is open to nobody', async () => {
    const response = await request(hamlet.url).get('/notes/forgotten/route').set('Authorization', `Bearer ${keeper.token}`);
    isProblem(response, 403, 'RefusedToAll');
  });

  test('for a role is open to who holds it now', async () => {
    const hang = (token: string) => request(hamlet.url).post('/notes/pictures').set('Authorization', `Bearer ${token}`).set('Content-Type', 'image/PNG; x=1').send(Buffer.alloc(70_000));
    isProblem(await hang(ada.token), 403, 'RoleRequired');
    expect((await hang(keeper.token)).body).toEqual({ mediaType: 'image/png', size: 70_000 });
  });

  test('acts for a party only by its representative', async () => {
    const response = await pin({ text: 'x' }).set('Biolithic-On-Behalf-Of', 'a0000000-0000-4000-8000-000000000000');
    isProblem(response, 403, 'NotRepresentative');
  });
});

describe('a read', () => {
  test('carries its position as ETag, and is not sent again', async () => {
    const first = await request(hamlet.url).get('/notes');
    const position = hamlet.log.head().position;
    expect(first.headers).toMatchObject({ etag: `"${position}"`, 'biolithic-position': String(position), vary: 'authorization' });
    const again = await request(hamlet.url).get('/notes').set('If-None-Match', `"1", W/"${position}"`);
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await request(hamlet.url).get('/notes').set('If-None-Match', '"1"')).status).toBe(200);
  });

  test('of the past names a position or an instant that has come', async () => {
    expect((await request(hamlet.url).get('/notes?asOf=1')).headers['biolithic-position']).toBe('1');
    expect((await request(hamlet.url).get('/notes?asOf=2001-01-01T00:00:00Z')).headers['biolithic-position']).toBe('0');
    isProblem(await request(hamlet.url).get('/notes?asOf=yesterday'), 400, 'InvalidAsOf');
    isProblem(await request(hamlet.url).get('/notes?asOf=2001-13-01T00:00:00Z'), 400, 'InvalidAsOf');
    isProblem(await request(hamlet.url).get('/notes?asOf=1&asOf=2'), 400, 'InvalidAsOf');
    isProblem(await request(hamlet.url).get('/notes?asOf=2999-01-01T00:00:00Z'), 422, 'InstantInFuture');
    isProblem(await request(hamlet.url).get('/notes?waitFor=-1'), 400, 'InvalidWaitFor');
  });

  test('refuses what it does not know in the query', async () => {
    isProblem(await request(hamlet.url).get('/notes?limit=0'), 400, 'MalformedRequest');
    isProblem(await request(hamlet.url).get('/notes?limit=many'), 400, 'MalformedRequest');
    isProblem(await request(hamlet.url).get('/notes?colour=red'), 400, 'MalformedRequest');
    isProblem(await request(hamlet.url).get('/notes?__proto__=a&__proto__=b'), 400, 'MalformedRequest');
    isProblem(await request(hamlet.url).get('/notes/x?colour=red').set('Authorization', `Bearer ${ada.token}`), 400, 'MalformedRequest');
    expect((await request(hamlet.url).get('/notes?limit=7&by=ada')).body.filter).toEqual({ limit: 7, by: 'ada' });
  });
});

describe('the doors', () => {
  test('answer what is no HTTP with a problem and close', async () => {
    const answer = await new Promise<string>((done, fail) => {
      const { port } = new URL(hamlet.url);
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
      socket.on('data', (bytes) => (text += bytes.toString())).on('end', () => done(text)).on('error', fail);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('urn:biolithic:rejection:MalformedRequest');
  });

  test('say that the process lives, whether it is ready, and how it does', async () => {
    expect((await request(hamlet.url).get('/health/live')).body).toEqual({ live: true });
    expect((await request(hamlet.url).get('/health/ready')).body.ready).toBe(true);
    const metrics = await request(hamlet.url).get('/metrics');
    expect(metrics.text).toContain('biolithic_command_seconds_bucket');
    expect(metrics.text).toMatch(/biolithic_rejections_total\{name="HamletRudeNote"\} 1/);
    expect(metrics.text).not.toContain(ada.id);
  });

  test('carry headers that keep browsers in line', async () => {
    const { headers } = await request(hamlet.url).get('/health/live');
    expect(headers).toMatchObject({ 'content-security-policy': "default-src 'none';frame-ancestors 'none'", 'x-content-type-options': 'nosniff' });
    expect(headers['x-powered-by']).toBeUndefined();
  });

  test('are closed for a second to who knocks too often', async () => {
    const busy = await openHamlet({ rateLimit: 1 });
    try {
      const answers = await Promise.all(Array.from({ length: 12 }, () => request(busy.url).get('/health/live')));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
      const refused = answers.find(({ status }) => status !== 200) as request.Response;
      isProblem(refused, 429, 'TooManyRequests');
      expect(refused.headers['retry-after']).toBe('1');
    } finally {
      await busy.close();
    }
  });
});

test('the service\'s own log tells what was asked by route, and nothing of whom, with what and by which token', async () => {
  const lines: string[] = [];
  const told = await openHamlet({ journal: openJournal('debug', { write: (line: string) => void lines.push(line) }) });
  try {
    const { id, token } = await told.person('nadia');
    const send = (text: string) =>
      request(told.url).post('/notes').set('Authorization', `Bearer ${token}`).set('Idempotency-Key', `a-secret-key-${text.length}`).send({ text });
    await send('a private matter');
    await send('break');
    await request(told.url).get('/notes?by=nadia').set('Authorization', `Bearer ${token}`);
    const text = lines.join('');
    expect(text).toContain('"method":"POST","route":"/notes","status":200');
    expect(text).toContain('"msg":"request failed"');
    for (const secret of [id, token, 'nadia', 'private', 'a-secret-key', 'break']) expect(text).not.toContain(secret);
  } finally {
    await told.close();
  }
});
