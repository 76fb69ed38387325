// Whose tokens are taken.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import request from 'supertest';
import { OPERATOR } from '../../src/community/index.ts';
import { TokenVerifier } from '../../src/http/opening/index.ts';
import { instantOf, personIdOf, SimulatedClock, systemClock } from '../../src/kernel/index.ts';
import { AUDIENCE, openHamlet, simulated, type Hamlet } from './hamlet.ts';

const ask = async (hamlet: Hamlet, token: string | undefined): Promise<{ status: number; name?: string; why?: string; challenge?: string }> => {
  const response = await request(hamlet.url).get('/notes/x').set(token === undefined ? {} : { Authorization: token });
  return { status: response.status, name: response.body.name, why: response.body.details?.why, challenge: response.headers['www-authenticate'] as string };
};

const seconds = (ms: number): number => Math.floor(ms / 1000);

describe('with the local issuer', () => {
  let hamlet: Hamlet;
  const clock = simulated();
  let person: { id: string; token: string };

  beforeAll(async () => {
    hamlet = await openHamlet({ clock });
    person = await hamlet.person('ada');
  });
  afterAll(() => hamlet.close());

  test('a minted token names its person until it expires', async () => {
    const { token } = await hamlet.issuer.mint(person.id, 'one', instantOf(clock.now() + 60_000));
    expect(await ask(hamlet, `Bearer ${token}`)).toMatchObject({ status: 200 });
    expect(await ask(hamlet, `bearer ${token}`)).toMatchObject({ status: 200 });
    clock.advanceTo(clock.now() + 70_000);
    expect(await ask(hamlet, `Bearer ${token}`)).toMatchObject({ status: 401, name: 'InvalidToken', why: 'expired', challenge: 'Bearer error="invalid_token"' });
    expect(await ask(hamlet, `Bearer ${token}`)).toMatchObject({ status: 401, why: 'expired' });
  });

  test('minting the same token twice gives the same text', async () => {
    const until = instantOf(clock.now() + 60_000);
    expect(await hamlet.issuer.mint(person.id, 'same', until)).toEqual(await hamlet.issuer.mint(person.id, 'same', until));
  });

  test('a person that nobody linked is a stranger', async () => {
    const { token } = await hamlet.issuer.mint(personIdOf('hamlet', 'stranger'), 'x', instantOf(clock.now() + 60_000));
    expect(await ask(hamlet, `Bearer ${token}`)).toMatchObject({ status: 403, name: 'NotLinked' });
  });

  test('is accepted when another replica linked its person a moment ago', async () => {
    const { log } = hamlet;
    const { catchUp } = log;
    const { token } = await hamlet.issuer.mint(personIdOf('hamlet', 'newcomer'), 'x', instantOf(clock.now() + 60_000));
    log.catchUp = () => Promise.reject(new Error('out of reach'));
    expect(await ask(hamlet, `Bearer ${token}`)).toMatchObject({ status: 403, name: 'NotLinked' });
    log.catchUp = async () => void (await hamlet.person('newcomer'));
    expect(await ask(hamlet, `Bearer ${token}`)).toMatchObject({ status: 200 });
    log.catchUp = catchUp;
  });

  test('no token, another scheme and no token at all are told apart', async () => {
    expect(await ask(hamlet, undefined)).toMatchObject({ status: 401, name: 'TokenRequired', challenge: 'Bearer' });
    expect(await ask(hamlet, 'Basic YTpi')).toMatchObject({ status: 401, name: 'InvalidToken' });
    expect(await ask(hamlet, 'Bearer ')).toMatchObject({ status: 401, name: 'InvalidToken' });
    expect(await ask(hamlet, `Bearer ${'x'.repeat(9_000)}`)).toMatchObject({ status: 401, why: 'too long' });
    expect(await ask(hamlet, 'Bearer not.a.token')).toMatchObject({ status: 401, name: 'InvalidToken' });
  });

  test('an invalid token is refused on a public route too', async () => {
    const response = await request(hamlet.url).get('/notes').set('Authorization', 'Bearer not.a.token');
    expect(response.status).toBe(401);
  });

  test('a token by another key, issuer, audience or algorithm, or without expiry is refused', async () => {
    const ours = await generateKeyPair('EdDSA');
    const claims = { iss: hamlet.issuer.issuer, aud: AUDIENCE, sub: person.id, exp: seconds(clock.now()) + 60 };
    const signed = (payload: JWTPayload, alg: string, key: Parameters<SignJWT['sign']>[0]) => new SignJWT(payload).setProtectedHeader({ alg }).sign(key);
    expect(await ask(hamlet, `Bearer ${await signed(claims, 'EdDSA', ours.privateKey)}`)).toMatchObject({ status: 401, why: 'signature or form' });

    const unsigned = new UnsecuredJWT(claims).encode();
    expect(await ask(hamlet, `Bearer ${unsigned}`)).toMatchObject({ status: 401 });
    // The public key, known to everybody, taken for a shared secret.
    const shared = new TextEncoder().encode(await exportSPKI(hamlet.issuer.publicKey as never));
    expect(await ask(hamlet, `Bearer ${await signed(claims, 'HS256', shared)}`)).toMatchObject({ status: 401, why: 'algorithm' });

    // Other communities that have, by whatever accident, the same key.
    const { token } = await hamlet.issuer.mint(person.id, 'x', instantOf(clock.now() + 60_000));
    const elsewhere = TokenVerifier.local(hamlet.issuer, 'urn:biolithic:elsewhere', clock);
    await expect(elsewhere.identify(token)).rejects.toMatchObject({ name: 'InvalidToken', details: { why: 'claim aud' } });
  });
});

describe('with an external issuer', () => {
  let hamlet: Hamlet;
  let keySet: Server;
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;
  let reachable = true;
  const issuer = 'https://login.example';
  const audience = 'commons';
  const person = personIdOf(issuer, 'ada');
  const keySetUrl = (): URL => new URL(`http://127.0.0.1:${(keySet.address() as AddressInfo).port}/jwks`);

  beforeAll(async () => {
    keys = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
    keySet = createServer((_request, response) => {
      response.statusCode = reachable ? 200 : 500;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((done) => keySet.listen(0, '127.0.0.1', done));
    hamlet = await openHamlet({ tokens: (clock) => TokenVerifier.external(keySetUrl(), issuer, audience, clock, 'warden') });
    await hamlet.append(`person-${person}`, { type: 'PersonLinked', data: { person, purpose: 'member', name: 'sealed', again: false } });
  });
  afterAll(async () => {
    await hamlet.close();
    await new Promise((done) => keySet.close(done));
  });

  const token = (claims: JWTPayload, header: { alg: string; kid?: string } = { alg: 'ES256', kid: 'one' }) =>
    new SignJWT({ iss: issuer, aud: audience, sub: 'ada', exp: seconds(systemClock.now()) + 60, ...claims }).setProtectedHeader(header).sign(keys.privateKey);

  test('a key set that cannot be had is our fault, not the token\'s', async () => {
    reachable = false;
    expect(await ask(hamlet, `Bearer ${await token({})}`)).toMatchObject({ status: 503, name: 'IssuerUnavailable' });
    reachable = true;
  });

  test('the subject is the person that was linked', async () => {
    expect(await ask(hamlet, `Bearer ${await token({})}`)).toMatchObject({ status: 200 });
    expect(await ask(hamlet, `Bearer ${await token({ sub: 'eve' })}`)).toMatchObject({ status: 403, name: 'NotLinked' });
  });

  test('the one subject that was named is the operator, and no person', async () => {
    const verifier = TokenVerifier.external(keySetUrl(), issuer, audience, systemClock, 'warden');
    expect((await verifier.identify(await token({ sub: 'warden' }))).person).toBe(OPERATOR);
    expect((await verifier.identify(await token({}))).person).toBe(person);
    expect(await ask(hamlet, `Bearer ${await token({ sub: 'warden' })}`)).toMatchObject({ status: 403, name: 'NotLinked' });
  });

  test.each<[string, JWTPayload, string]>([
    ['expired', { exp: seconds(systemClock.now()) - 60 }, 'expired'],
    ['of a foreign issuer', { iss: 'https://evil.example' }, 'claim iss'],
    ['of another community', { aud: 'elsewhere' }, 'claim aud'],
    ['without expiry', { exp: undefined as never }, 'claim exp'],
    ['without a subject', { sub: undefined as never }, 'claim sub'],
    ['not valid yet', { nbf: seconds(systemClock.now()) + 600 }, 'claim nbf'],
  ])('a token %s is refused', async (_, claims, why) => {
    expect(await ask(hamlet, `Bearer ${await token(claims)}`)).toMatchObject({ status: 401, name: 'InvalidToken', why });
  });

  test('a key that the set does not have is refused', async () => {
    expect(await ask(hamlet, `Bearer ${await token({}, { alg: 'ES256', kid: 'two' })}`)).toMatchObject({ status: 401 });
  });

  test('roles that a token claims are nothing', async () => {
    const response = await request(hamlet.url).post('/notes/pictures').set('Authorization', `Bearer ${await token({ roles: ['keeper'] })}`).set('Content-Type', 'image/png').send(Buffer.from('x'));
    expect(response.body.name).toBe('RoleRequired');
  });
});

test('a verified token is remembered, and no longer than it lasts', async () => {
  const clock = new SimulatedClock('2147-01-01T00:00:00Z');
  const hamlet = await openHamlet({ clock });
  try {
    const verifier = TokenVerifier.local(hamlet.issuer, AUDIENCE, clock);
    const { token } = await hamlet.issuer.mint(personIdOf('hamlet', 'ada'), 'x', instantOf(clock.now() + 60_000));
    const first = verifier.identify(token);
    expect(first).toBeInstanceOf(Promise);
    expect(verifier.identify(token)).toBeInstanceOf(Promise);
    const identity = await first;
    expect(verifier.identify(token)).toBe(identity);
    clock.advanceTo(clock.now() + 65_001);
    expect(() => verifier.identify(token)).toThrow('not valid here');
  } finally {
    await hamlet.close();
  }
});
