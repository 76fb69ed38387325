// Evidence: files named by the hash of their content, filed by members, kept once, shown to members; and reports that rest on them, over HTTP.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { evidence, EVIDENCE_TYPES, isEvidenceType } from '../../src/defence/index.ts';
import { membership } from '../../src/community/index.ts';
import { folded, given } from '../support/given.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { call, done, join as accepts, positionOf, showing, Town, type Townsperson } from '../support/town.ts';

const LIMIT = 64 * 1024;
const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

describe('a filing', () => {
  const member = { membership: folded(membership, { type: 'MemberAdmitted', data: { person: 'zara', roles: ['member'], as: 'admitted' } }) };
  const file = { hash: sha256(Buffer.from('a')), size: 1, mediaType: 'image/png' };
  const filed = { type: 'EvidenceFiled', data: { ...file, by: 'someone' } } as const;

  test('is by a member, of something, of a type that is taken, once', () => {
    given(evidence, member).when('FileEvidence', file).then(filed);
    given(evidence, { membership: membership.initial }).when('FileEvidence', file).thenRefused('MayNotFileEvidence');
    const applicant = { membership: folded(membership, { type: 'MembershipApplied', data: { person: 'apollo', invitation: 'i' } }) };
    given(evidence, applicant).when('FileEvidence', file).thenRefused('MayNotFileEvidence');
    given(evidence, member).when('FileEvidence', { ...file, size: 0 }).thenRefused('EvidenceEmpty');
    given(evidence, member).when('FileEvidence', { ...file, mediaType: 'text/html' }).thenRefused('MediaTypeNotTaken', { mediaType: 'text/html' });
    given(evidence, member, filed).when('FileEvidence', file, { actor: 'another' }).thenRefused('EvidenceAlreadyFiled', { hash: file.hash });
  });

  test('is of nothing that a browser would run', () => {
    for (const active of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml', 'application/javascript', 'text/javascript', 'application/json']) {
      expect(isEvidenceType(active)).toBe(false);
    }
    for (const kept of EVIDENCE_TYPES) expect(isEvidenceType(kept)).toBe(true);
  });
});

describe('over HTTP', () => {
  let here: ServiceHere;
  let town: Town;
  let mira: Townsperson;
  let apollo: Townsperson;
  let agent: Townsperson;
  let works: string;
  let worksAgent: Townsperson;

  beforeAll(async () => {
    here = await startTestService({ argv: ['--evidence-limit', `${LIMIT / 1024}KiB`] });
    town = await Town.found(here);
    mira = await town.member('Mira');
    const invitation = await done(here.url, 'POST', '/invitations', { token: town.zara.token });
    apollo = await accepts(here.url, invitation.body as { invitation: string; code: string }, 'Apollo');
    works = await town.party('facility', 'Works');
    worksAgent = await town.representative(works, 'Wilma');
    agent = await town.representative(await town.party('external', 'Meridian'), 'Merle');
  });
  afterAll(() => here.close());

  interface Filed {
    readonly status: number;
    readonly body: { readonly hash: string; readonly size: number; readonly mediaType: string; readonly position: number; readonly name?: string };
  }

  /** Without a token or a type where they are ''. */
  async function file(content: Uint8Array<ArrayBuffer>, { token = mira.token, type = 'image/png', key = randomUUID() as string } = {}): Promise<Filed> {
    const response = await fetch(`${here.url}/evidence`, {
      method: 'POST',
      headers: { 'idempotency-key': key, ...(type === '' ? {} : { 'content-type': type }), ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      body: content,
    });
    return { status: response.status, body: (await response.json()) as Filed['body'] };
  }
  const content = (size = 100): Buffer<ArrayBuffer> => randomBytes(size);
  const filings = (hash: string) => here.service.stores.log.readStream(`evidence-${hash}`);
  /** Files in the evidence directory, those on their way in included. */
  const kept = (): string[] =>
    readdirSync(here.service.config.evidence, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name).toSorted();
  const read = (hash: string, token?: string, query = '') =>
    fetch(`${here.url}/evidence/${hash}${query}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

  test('a file is filed under the hash of its content and comes back as it was, as a download', async () => {
    const bytes = content(50_000);
    const { status, body } = await file(bytes, { type: 'image/JPEG; charset=binary' });
    expect({ status, body }).toEqual({ status: 200, body: { hash: sha256(bytes), size: 50_000, mediaType: 'image/jpeg', position: expect.any(Number) } });
    const found = await read(body.hash, town.oren.token, `?waitFor=${body.position}`);
    expect(Buffer.from(await found.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(found.headers)).toMatchObject({
      'content-type': 'image/jpeg', 'content-length': '50000', 'content-disposition': `attachment; filename="${body.hash}"`,
      'x-content-type-options': 'nosniff',
    });
  });

  test('the same content again, by whoever and as whatever, is the first filing', async () => {
    const bytes = content();
    const first = await file(bytes, { type: 'image/png' });
    for (const again of [await file(bytes), await file(bytes, { token: town.oren.token, type: 'video/mp4' })]) expect(again).toEqual(first);
    expect(filings(first.body.hash)).toMatchObject([{ position: first.body.position, metadata: { actor: mira.person } }]);
  });

  test('the same content by many at once is filed once', async () => {
    const bytes = content();
    const answers = await Promise.all([mira, town.zara, town.oren, town.iva, mira].map(({ token }) => file(bytes, { token })));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(filings(sha256(bytes))).toHaveLength(1);
    expect(kept().filter((name) => name === sha256(bytes))).toHaveLength(1);
  });

  test('a resend is answered equal; another file under the same key is not taken for it', async () => {
    const [bytes, key] = [content(), randomUUID()];
    const first = await file(bytes, { key });
    expect(await file(bytes, { key })).toEqual(first);
    const other = content();
    expect(await file(other, { key })).toMatchObject({ status: 422, body: { name: 'IdempotencyKeyReused' } });
    expect(filings(sha256(other))).toEqual([]);
  });

  test('a file may be as large as the limit, and no larger; what was refused leaves nothing behind', async () => {
    expect((await file(content(LIMIT))).status).toBe(200);
    const before = kept();
    expect(await file(content(LIMIT + 1))).toMatchObject({ status: 413, body: { name: 'TooLarge', details: { limit: LIMIT } } });
    expect(await file(content(LIMIT * 8))).toMatchObject({ status: 413 });
    expect(await file(content(), { type: 'text/html' })).toMatchObject({ status: 415, body: { name: 'MediaTypeNotTaken' } });
    expect(kept()).toEqual(before);
  });

  test('types that are not taken are refused, and a file without one', async () => {
    for (const type of ['text/html', 'image/svg+xml', 'application/octet-stream', 'application/zip', 'image/png, text/html', '']) {
      expect(await file(content(), { type })).toMatchObject({ status: 415 });
    }
    expect(await file(Buffer.from('{"a":1}'), { type: 'application/json' })).toMatchObject({ status: 415 });
  });

  test('an empty file shows nothing: it is refused, and not on record', async () => {
    expect(await file(Buffer.alloc(0))).toMatchObject({ status: 422, body: { name: 'EvidenceEmpty' } });
    expect(filings(sha256(Buffer.alloc(0)))).toEqual([]);
    expect((await read(sha256(Buffer.alloc(0)), mira.token)).status).toBe(404);
  });

  test('an upload that ends early leaves nothing behind', async () => {
    const before = kept();
    const { port } = new URL(here.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    await new Promise<void>((ready) => socket.once('connect', ready));
    socket.write(
      ['POST /evidence HTTP/1.1', 'host: x', `authorization: Bearer ${mira.token}`, 'idempotency-key: cut', 'content-type: image/png', 'content-length: 40000', '', 'x'.repeat(20_000)].join('\r\n'),
    );
    while (kept().length === before.length) await sleep(5);
    socket.destroy();
    while (kept().length > before.length) await sleep(5);
    expect(kept()).toEqual(before);
  });

  test('is filed by members only, before a byte is stored', async () => {
    const before = kept();
    for (const { token } of [apollo, agent, worksAgent]) expect(await file(content(), { token })).toMatchObject(
      { status: 403, body: { name: 'MayNotFileEvidence' } },
    );
    expect(await file(content(), { token: await here.operatorToken() })).toMatchObject({ status: 403, body: { name: 'NotLinked' } });
    expect(await file(content(), { token: '' })).toMatchObject({ status: 401, body: { name: 'TokenRequired' } });
    expect(kept()).toEqual(before);
  });

  test('is read by members only, from its filing on', async () => {
    const { body } = await file(content());
    const at = `?waitFor=${body.position}`;
    expect((await read(body.hash, town.iva.token, at)).status).toBe(200);
    for (const { token } of [apollo, agent, worksAgent]) expect((await read(body.hash, token, at)).status).toBe(404);
    expect((await read(body.hash, undefined, at)).status).toBe(401);
    expect((await read(body.hash, mira.token, `?asOf=${body.position - 1}`)).status).toBe(404);
    expect((await read(sha256(content()), mira.token, at)).status).toBe(404);
    expect((await read('..%2f..%2fsecrets', mira.token)).status).toBe(400);
  });

  test('that was lost from its store is not there now; filed again, it is', async () => {
    const bytes = content();
    const { body } = await file(bytes);
    rmSync(join(here.service.config.evidence, body.hash.slice(0, 2), body.hash));
    const missing = await read(body.hash, mira.token, `?waitFor=${body.position}`);
    expect({ status: missing.status, body: await missing.json() }).toMatchObject({ status: 503, body: { name: 'EvidenceStoreUnavailable' } });
    expect((await file(bytes, { token: town.zara.token })).body).toEqual(body);
    expect((await read(body.hash, mira.token)).status).toBe(200);
  });

  test('a report rests on it: what is said is read by members and by who answers for the facility, and by nobody else', async () => {
    const { body } = await file(content());
    const said = 'The valve was sawn through.';
    const early = await call(
      here.url, 'POST', '/sabotage', { token: mira.token, body: { facility: works, statement: said, evidence: [sha256(content())] } },
    );
    expect(early).toMatchObject({ status: 422, body: { name: 'EvidenceNotFiled' } });
    const reported = await done(here.url, 'POST', '/sabotage', { token: mira.token, body: { facility: works, statement: said, evidence: [body.hash] } });
    expect(JSON.stringify(reported.body)).not.toContain(said);
    const sabotage = reported.body['id'] as string;
    const path = showing(`/sabotage/${sabotage}`, [reported]);
    for (const { token } of [town.iva, worksAgent]) expect((await call(here.url, 'GET', path, { token })).body).toMatchObject(
      { statement: said, state: 'reported', evidence: [body.hash] },
    );
    for (const { token } of [apollo, agent]) expect((await call(here.url, 'GET', path, { token })).status).toBe(404);
    expect((await call(here.url, 'GET', path)).status).toBe(401);

    const corroborate = ({ token }: Townsperson) => call(
      here.url, 'POST', `/sabotage/${sabotage}/corroborations`, { token, body: { statement: 'So it was.' } },
    );
    expect((await corroborate(mira)).body['name']).toBe('OwnReport');
    for (const outsider of [apollo, agent, worksAgent]) expect(await corroborate(outsider)).toMatchObject({ status: 403, body: { name: 'MayNotReport' } });
    const replies = [await corroborate(town.oren), await corroborate(town.iva)];
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect((await corroborate(town.oren)).body['name']).toBe('CorroboratedAlready');
    expect((await corroborate(town.zara)).body['name']).toBe('SabotageConfirmedAlready');
    const confirmed = await call(here.url, 'GET', showing(`/sabotage/${sabotage}`, replies), { token: worksAgent.token });
    expect(confirmed.body).toMatchObject(
      { state: 'confirmed', corroborations: 2, corroborators: { rows: [{ by: town.oren.person, statement: 'So it was.' }, { by: town.iva.person }] } },
    );
    const before = await call(here.url, 'GET', `/sabotage/${sabotage}?asOf=${positionOf(reported)}`, { token: mira.token });
    expect(before.body).toMatchObject({ state: 'reported', corroborations: 0, corroborators: { rows: [] } });
    const glance = await call(here.url, 'GET', showing('/defence-log', replies), { token: mira.token });
    expect(glance.body).toMatchObject(
      { refusedRequests: { rows: [] }, deniedOffers: { rows: [] }, sabotage: { rows: [{ key: sabotage, state: 'confirmed' }] } },
    );
  });
});
