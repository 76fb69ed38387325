// A resend storm: every command is sent one to five times at once, some connections are cut before the reply. Nothing is in effect twice,
// and all answers of an accepted command are equal.
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { instantOf } from '../../src/kernel/index.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { call, done, showing, Town, type Reply, type Townsperson } from '../support/town.ts';

let service: ServiceHere;
let town: Town;
let voters: Townsperson[];

beforeAll(async () => {
  service = await startTestService({ argv: ['--clock', 'simulated'] });
  await service.passTime(instantOf(Date.now()));
  town = await Town.found(service, { reading: { seconds: 0 }, voting: { hours: 1 } });
  await town.material('pet-flakes');
  voters = [town.zara, town.oren, town.iva, ...(await Promise.all(['Kaito', 'Mira', 'Noor', 'Tomas'].map((name) => town.member(name))))];
}, 60_000);

afterAll(() => service?.close());

/** Sends a request and cuts the connection without reading the reply. */
function sendAndCut(method: string, path: string, token: string, key: string, body: object): Promise<void> {
  const { hostname, port } = new URL(service.url);
  const text = JSON.stringify(body);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\nidempotency-key: ${key}\r\n` +
          `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
        () => {
          socket.destroy();
          resolve();
        },
      );
    });
    socket.on('error', () => resolve());
  });
}

async function storm(method: string, path: string, token: string, body: object, seed: number): Promise<Reply[]> {
  const key = randomUUID();
  const copies = Array.from({ length: 1 + (seed % 5) }, () => call(service.url, method, path, { token, key, body }));
  if (seed % 3 === 0) copies.unshift(sendAndCut(method, path, token, key, body).then(() => call(service.url, method, path, { token, key, body })));
  return Promise.all(copies);
}

/** `instance` names the request, not the refusal, so it alone may differ. */
const equalAnswers = (replies: readonly Reply[]): void => {
  const told = ({ status, body }: Reply): object => ({ status, body: { ...body, instance: undefined } });
  for (const reply of replies) expect(told(reply)).toEqual(told(replies[0] as Reply));
};

describe('in a resend storm', () => {
  test('every lot is taken in once, and every resend is answered equal', async () => {
    const places = Array.from({ length: 60 }, (_, n) => `place ${n}`);
    const all = await Promise.all(
      places.map((location, n) =>
        storm('POST', '/lots', town.zara.token, {
          material: 'pet-flakes', quantity: { amount: '1', unit: 'TNE' }, method: 'weighed', owner: town.zara.person, custodian: town.zara.person,
          location, provenance: 'collected', model: 'segregated',
        }, n),
      ),
    );
    for (const replies of all) {
      expect(replies[0]?.status).toBe(200);
      equalAnswers(replies);
    }
    const { body } = await call(service.url, 'GET', showing('/lots?limit=500', all.flat()), { token: town.zara.token });
    expect((body['rows'] as { location: string }[]).map(({ location }) => location).toSorted()).toEqual(places.toSorted());
  }, 60_000);

  test('every ballot counts once', async () => {
    const proposal = await town.proposal('keep-it', [{ kind: 'untouchable', id: 'all', materials: 'all', parties: 'all-external', exceptions: [] }]);
    await town.until(`/proposals/${proposal}`, town.zara.token, ({ state }) => state === 'voting');
    const all = await Promise.all(voters.map(({ token }, n) => storm('PUT', `/proposals/${proposal}/ballot`, token, { choice: 'yes' }, n)));
    for (const replies of all) {
      expect(replies[0]?.status).toBe(200);
      equalAnswers(replies);
    }
    const { body } = await call(service.url, 'GET', showing(`/proposals/${proposal}`, all.flat()), { token: town.zara.token });
    expect(body['counts']).toEqual({ yes: voters.length, no: 0, abstain: 0 });
  }, 60_000);

  test('a refused request is recorded once, and every resend is refused equal', async () => {
    const party = await town.party('external', 'Helix Corporation');
    const agent = await town.representative(party, 'Agent');
    const lot = await town.lot('pet-flakes', town.zara);
    const proposal = await town.proposal('untouchable', [{ kind: 'untouchable', id: 'flakes', materials: ['pet-flakes'], parties: 'all-external', exceptions: [] }]);
    await town.until(`/proposals/${proposal}`, town.zara.token, ({ state }) => state === 'voting');
    await Promise.all(voters.map(({ token }) => done(service.url, 'PUT', `/proposals/${proposal}/ballot`, { token, body: { choice: 'yes' } })));
    await service.passTime(instantOf(service.service.stores.clock.now() + 2 * 3_600_000));
    const replies = await storm('POST', '/requests', agent.token, { party, lot, purpose: 'resale' }, 4);
    expect(replies[0]).toMatchObject({ status: 422, body: { name: 'DeniedByProtocol' } });
    equalAnswers(replies);
    const { body } = await call(service.url, 'GET', showing('/refused-requests', replies), { token: town.zara.token });
    expect(body['rows']).toMatchObject([{ kind: 'automatic', lot, party }]);
  }, 60_000);
});
