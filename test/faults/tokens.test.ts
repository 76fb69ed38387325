// Tokens that are not this community's, or not any more, on every route of a whole service: reads, commands, evidence and the feed.
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { readConfig } from '../../src/config.ts';
import { SigningIssuer } from '../../src/http/opening/index.ts';
import { instantOf } from '../../src/kernel/index.ts';
import { openSecretsDirectory } from '../../src/runtime/index.ts';
import { routesOf, type ApiDescription, type Route } from '../support/openapi.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { listen } from '../support/sse.ts';
import { call, Town } from '../support/town.ts';

const HOUR = 3_600_000;
const now = (): number => Math.floor(Date.now() / 1000);

interface Answered {
  readonly route: string;
  readonly status: number;
  readonly name: unknown;
  readonly challenge: string | null;
}

async function ask(url: string, { method, path, operation }: Route, token: string): Promise<Answered> {
  const takesFile = operation.requestBody !== undefined && operation.requestBody.content['application/json'] === undefined;
  const response = await fetch(url + path.replaceAll(/\{\w+\}/g, () => randomUUID()), {
    method: method.toUpperCase(),
    headers: {
      authorization: `Bearer ${token}`,
      ...(method === 'get' ? {} : { 'idempotency-key': randomUUID(), 'content-type': takesFile ? 'text/plain' : 'application/json' }),
    },
    ...(method === 'get' ? {} : { body: takesFile ? 'seen' : '{}' }),
  });
  const text = await response.text();
  const isProblem = response.headers.get('content-type')?.includes('problem') ?? false;
  const name = isProblem ? (JSON.parse(text) as { name: string }).name : undefined;
  return { route: `${method} ${path}`, status: response.status, name, challenge: response.headers.get('www-authenticate') };
}

const routesAt = async (url: string): Promise<Route[]> => routesOf((await call(url, 'GET', '/openapi.json')).body as unknown as ApiDescription);

async function expectRefusedEverywhere(url: string, token: string): Promise<void> {
  const routes = await routesAt(url);
  expect(routes.length).toBeGreaterThan(50);
  const answers = await Promise.all(routes.map((route) => ask(url, route, token)));
  const refused = { status: 401, name: 'InvalidToken', challenge: 'Bearer error="invalid_token"' };
  expect(answers).toEqual(answers.map(({ route }) => ({ route, ...refused })));
}

/** On every route but the feed, which goes on for ever. */
async function expectTakenEverywhere(url: string, token: string): Promise<void> {
  const routes = (await routesAt(url)).filter(({ path }) => path !== '/feed');
  const answers = await Promise.all(routes.map((route) => ask(url, route, token)));
  expect(answers.filter(({ status, name }) => status === 401 || name === 'InvalidToken')).toEqual([]);
  const feed = await listen(`${url}/feed`, { authorization: `Bearer ${token}` });
  expect(feed.status).toBe(200);
  feed.close();
}

const sign = (claims: JWTPayload, alg: string, key: Parameters<SignJWT['sign']>[0]): Promise<string> => new SignJWT(claims).setProtectedHeader({ alg }).sign(key);

/** The same token with other claims in it, under the signature that it had. */
function altered(token: string, claims: JWTPayload): string {
  const [header, payload = '', signature] = token.split('.');
  const stated = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JWTPayload;
  return [header, Buffer.from(JSON.stringify({ ...stated, ...claims })).toString('base64url'), signature].join('.');
}

describe('a service with its own issuer refuses, on every route, a token', () => {
  let service: ServiceHere;
  let elsewhere: ServiceHere;
  let town: Town;
  let issuer: SigningIssuer;

  beforeAll(async () => {
    service = await startTestService();
    // Another community under the same name: all that differs is its keys.
    elsewhere = await startTestService();
    town = await Town.found(service);
    issuer = service.service.issuer as SigningIssuer;
  }, 60_000);
  afterAll(async () => {
    await service?.close();
    await elsewhere?.close();
  });

  const claims = (): JWTPayload => ({ iss: issuer.issuer, aud: service.service.config.audience, sub: town.zara.person, exp: now() + 600 });
  /** With this service's own key. */
  const signedAs = async (namespace: string, audience: string, until = Date.now() + HOUR): Promise<string> => {
    const own = new SigningIssuer(openSecretsDirectory(service.service.config.secrets, { create: false }), namespace, audience);
    return (await own.mint(town.zara.person, randomUUID(), instantOf(until))).token;
  };
  const { namespace, audience } = readConfig([], {});

  test('that is none of these, nowhere', async () => expectTakenEverywhere(service.url, await signedAs(namespace, audience)));

  test.each<[string, () => Promise<string> | string]>([
    ['that has expired', () => signedAs(namespace, audience, Date.now() - 60_000)],
    ['of a foreign issuer', () => signedAs('elsewhere', audience)],
    ['for another audience', () => signedAs(namespace, 'urn:biolithic:elsewhere')],
    ['of another community, of who founds it', () => elsewhere.founderToken()],
    ['of another community, of its operator', () => elsewhere.operatorToken()],
    ['that nobody signed', () => new UnsecuredJWT(claims()).encode()],
    ['that is signed with the public key as if it were a secret', async () => sign(claims(), 'HS256', new TextEncoder().encode(await exportSPKI(issuer.publicKey as never)))],
    ['of the right kind by a stranger’s key', async () => sign(claims(), 'EdDSA', (await generateKeyPair('EdDSA')).privateKey)],
    ['of another algorithm', async () => sign(claims(), 'ES256', (await generateKeyPair('ES256')).privateKey)],
    ['whose person was altered', async () => altered(await signedAs(namespace, audience), { sub: town.oren.person })],
    ['whose end was altered', async () => altered(await signedAs(namespace, audience, Date.now() - 60_000), { exp: now() + 600 })],
    ['that is a text', () => 'biolithic'],
  ])('%s', async (_, token) => expectRefusedEverywhere(service.url, await token()), 30_000);
});

describe('a service with another issuer refuses, on every route, a token', () => {
  const issuer = 'https://login.example';
  const audience = 'commons';
  let keySet: Server;
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let service: ServiceHere;

  beforeAll(async () => {
    keys = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(keys.publicKey)), alg: 'ES256', use: 'sig' };
    keySet = createServer((_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((listening) => keySet.listen(0, '127.0.0.1', listening));
    const { port } = keySet.address() as AddressInfo;
    service = await startTestService({ argv: ['--issuer', issuer, '--audience', audience, '--jwks', `http://127.0.0.1:${port}/jwks`] });
  }, 60_000);
  afterAll(async () => {
    await service?.close();
    keySet?.closeAllConnections();
    await new Promise((closed) => keySet.close(closed));
  });

  const claims = (over: JWTPayload = {}): JWTPayload => ({ iss: issuer, aud: audience, sub: 'ada', exp: now() + 600, ...over });

  test('that is none of these, nowhere', async () => expectTakenEverywhere(service.url, await sign(claims(), 'ES256', keys.privateKey)));

  test.each<[string, () => Promise<string> | string]>([
    ['that has expired', () => sign(claims({ exp: now() - 60 }), 'ES256', keys.privateKey)],
    ['that is not valid yet', () => sign(claims({ nbf: now() + 600 }), 'ES256', keys.privateKey)],
    ['that never ends', () => sign({ iss: issuer, aud: audience, sub: 'ada' }, 'ES256', keys.privateKey)],
    ['of a foreign issuer', () => sign(claims({ iss: 'https://evil.example' }), 'ES256', keys.privateKey)],
    ['for another audience', () => sign(claims({ aud: 'elsewhere' }), 'ES256', keys.privateKey)],
    ['by a key that is not in the set', async () => sign(claims(), 'ES256', (await generateKeyPair('ES256')).privateKey)],
    ['that nobody signed', () => new UnsecuredJWT(claims()).encode()],
    ['that is signed with the public key as if it were a secret', async () => sign(claims(), 'HS256', new TextEncoder().encode(await exportSPKI(keys.publicKey)))],
    ['of a local issuer that this service is not', async () => {
      const local = new SigningIssuer({ key: () => new Uint8Array(32).fill(7) }, 'biolithic', audience);
      return local.operatorToken(instantOf(Date.now() + HOUR));
    }],
  ])('%s', async (_, token) => expectRefusedEverywhere(service.url, await token()), 30_000);
});
