// A resend storm: every command is sent one to five times at once, some connections are cut before the reply. Nothing is in effect twice,
// and all answers of an accepted command are equal.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { instantOf } from '../../src/kernel/index.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { expectAccepted, expectEqualAnswers, inStorms, storm } from '../support/storm.ts';
import { call, done, showing, Town, type Townsperson } from '../support/town.ts';

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

describe('in a resend storm', () => {
  test('every lot is taken in once, and every resend is answered equal', async () => {
    await inStorms(60, 1, async (storms) => {
      const all = await Promise.all(
        storms.map((copies, n) =>
          storm([service.url], 'POST', '/lots', town.zara.token, {
            material: 'pet-flakes', quantity: { amount: '1', unit: 'TNE' }, method: 'weighed', owner: town.zara.person, custodian: town.zara.person,
            location: `place ${n}`, provenance: 'collected', model: 'segregated',
          }, copies),
        ),
      );
      for (const replies of all) expectAccepted(replies);
      const { body } = await call(service.url, 'GET', showing('/lots?limit=500', all.flat()), { token: town.zara.token });
      expect((body['rows'] as { location: string }[]).map(({ location }) => location).toSorted()).toEqual(storms.map((_, n) => `place ${n}`).toSorted());
    });
  }, 60_000);

  test('every ballot counts once', async () => {
    const proposal = await town.proposal('keep-it', [{ kind: 'untouchable', id: 'all', materials: 'all', parties: 'all-external', exceptions: [] }]);
    await town.until(`/proposals/${proposal}`, town.zara.token, ({ state }) => state === 'voting');
    await inStorms(voters.length, 1, async (storms) => {
      const all = await Promise.all(voters.map(({ token }, n) => storm([service.url], 'PUT', `/proposals/${proposal}/ballot`, token, { choice: 'yes' }, storms[n] ?? [])));
      for (const replies of all) expectAccepted(replies);
      const { body } = await call(service.url, 'GET', showing(`/proposals/${proposal}`, all.flat()), { token: town.zara.token });
      expect(body['counts']).toEqual({ yes: voters.length, no: 0, abstain: 0 });
    });
  }, 60_000);

  test('a refused request is recorded once, and every resend is refused equal', async () => {
    const party = await town.party('external', 'Helix Corporation');
    const agent = await town.representative(party, 'Agent');
    const lot = await town.lot('pet-flakes', town.zara);
    const proposal = await town.proposal('untouchable', [{ kind: 'untouchable', id: 'flakes', materials: ['pet-flakes'], parties: 'all-external', exceptions: [] }]);
    await town.until(`/proposals/${proposal}`, town.zara.token, ({ state }) => state === 'voting');
    await Promise.all(voters.map(({ token }) => done(service.url, 'PUT', `/proposals/${proposal}/ballot`, { token, body: { choice: 'yes' } })));
    await service.passTime(instantOf(service.service.stores.clock.now() + 2 * 3_600_000));
    await inStorms(1, 1, async ([copies = []]) => {
      const replies = await storm([service.url], 'POST', '/requests', agent.token, { party, lot, purpose: 'resale' }, copies);
      expect(replies[0]).toMatchObject({ status: 422, body: { name: 'DeniedByProtocol' } });
      expectEqualAnswers(replies);
      const { body } = await call(service.url, 'GET', showing('/refused-requests', replies), { token: town.zara.token });
      expect(body['rows']).toMatchObject([{ kind: 'automatic', lot, party }]);
    });
  }, 60_000);
});
