// A resend storm over two replicas on one EventStoreDB: each copy of a command goes to either of them, some connections are cut before the
// reply, and the server loses replies of its own. Nothing is in effect twice, all answers are equal, and both replicas tell one history.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { logFileIn, openLogReader, type StoredEvent } from '../../src/event-log/index.ts';
import { everything } from '../contract/requests.ts';
import { TestServer } from '../support/eventstoredb-server/index.ts';
import { differingViews } from '../support/rebuilt.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { expectAccepted, expectEqualAnswers, inStorms, storm, type Copy } from '../support/storm.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { call, dataOf, positionOf, showing, Town, type Reply, type Townsperson } from '../support/town.ts';

let server: TestServer;
let place: TemporaryDirectory;
let replicas: ServiceHere[];
let urls: string[];
let town: Town;
let voters: Townsperson[];

beforeAll(async () => {
  server = await TestServer.start();
  place = temporaryDirectory();
  replicas = [];
  for (const name of ['one', 'two']) {
    const shared = ['--shared', '--secrets', join(place.path, 'secrets'), '--evidence', join(place.path, 'evidence')];
    replicas.push(await startTestService({ data: join(place.path, name), argv: ['--event-log', server.connectionString, ...shared] }));
  }
  urls = replicas.map(({ url }) => url);
  town = await Town.found(replicas[0] as ServiceHere, { reading: { seconds: 0 }, voting: { seconds: 1 } });
  await town.material('pet-flakes');
  voters = [town.zara, town.oren, town.iva, ...(await Promise.all(['Kaito', 'Mira', 'Noor', 'Tomas'].map((name) => town.member(name))))];
}, 60_000);

afterAll(async () => {
  for (const replica of replicas ?? []) await replica.close();
  await server?.stop();
  place?.remove();
});

const send = (by: Townsperson, method: string, path: string, body: object, copies: readonly Copy[]): Promise<Reply[]> => storm(urls, method, path, by.token, body, copies);

/** What a page of a list has, read from both replicas as of when they show what was answered. */
async function rowsOnBoth(path: string, replies: readonly Reply[]): Promise<Record<string, unknown>[]> {
  const pages = await Promise.all(urls.map((url) => call(url, 'GET', showing(path, replies), { token: town.zara.token })));
  const [one, two] = pages.map(({ body }) => body['rows'] as Record<string, unknown>[]);
  expect(two).toEqual(one);
  return one ?? [];
}

describe('in a resend storm over two replicas', () => {
  test('every lot is taken in, offered and accepted once', async () => {
    const { zara, oren } = town;
    await inStorms(90, 2, async (storms) => {
      const take = async (n: number): Promise<Reply[]> => {
        const [taking = [], offering = [], accepting = []] = storms.slice(n * 3);
        const taken = await send(zara, 'POST', '/lots', {
          material: 'pet-flakes', quantity: { amount: '1', unit: 'TNE' }, method: 'weighed', owner: zara.person, custodian: zara.person,
          location: `place ${n}`, provenance: 'collected', model: 'segregated',
        }, taking);
        expectAccepted(taken);
        const { lot } = dataOf(taken[0] as Reply);
        const offered = await send(zara, 'POST', `/lots/${lot}/offers`, { to: oren.person, passes: 'custody' }, offering);
        expectAccepted(offered);
        const accepted = await send(oren, 'POST', `/lots/${lot}/offers/${dataOf(offered[0] as Reply)['transfer']}/acceptance`, {}, accepting);
        expectAccepted(accepted);
        return accepted;
      };
      const places = Array.from({ length: storms.length / 3 }, (_, n) => n);
      const replies = (await Promise.all(places.map(take))).flat();
      const lots = await rowsOnBoth('/lots?limit=500', replies);
      expect(lots.map(({ location }) => location).toSorted()).toEqual(places.map((n) => `place ${n}`).toSorted());
      expect(lots.every(({ custodian }) => custodian === oren.person)).toBe(true);
    });
  }, 120_000);

  test('every ballot counts once, and the polls are closed once, by whichever replica', async () => {
    const proposal = await town.proposal('keep-it', [], new Date(Date.now() + 5_000).toISOString());
    await town.until(`/proposals/${proposal}`, town.zara.token, ({ state }) => state === 'voting');
    await inStorms(voters.length, 2, async (storms) => {
      const all = await Promise.all(voters.map((voter, n) => send(voter, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'yes' }, storms[n] ?? [])));
      for (const replies of all) expectAccepted(replies);
    });
    await town.until(`/proposals/${proposal}`, town.zara.token, ({ state }) => state === 'enacted', 30_000);
    const { body } = await call(urls[1] as string, 'GET', `/proposals/${proposal}`);
    expect(body['counts']).toEqual({ yes: voters.length, no: 0, abstain: 0 });
  }, 120_000);

  test('a report whose words each replica seals anew is made once', async () => {
    const facility = await town.party('facility', 'Bioreactor');
    await inStorms(12, 2, async (storms) => {
      const all = await Promise.all(storms.map((copies, n) => send(town.oren, 'POST', '/sabotage', { facility, statement: `valve ${n}`, evidence: [] }, copies)));
      for (const replies of all) expectAccepted(replies);
      const reports = await rowsOnBoth('/sabotage?limit=500', all.flat());
      expect(reports.map(({ statement }) => statement).toSorted()).toEqual(storms.map((_, n) => `valve ${n}`).toSorted());
    });
  }, 60_000);

  test('a refused request is on record once', async () => {
    const party = await town.party('external', 'Helix Corporation');
    const agent = await town.representative(party, 'Agent');
    const lot = await town.lot('pet-flakes', town.zara);
    await town.enacted('untouchable', [{ kind: 'untouchable', id: 'flakes', materials: ['pet-flakes'], parties: 'all-external', exceptions: [] }]);
    await inStorms(6, 2, async (storms) => {
      const all = await Promise.all(storms.map((copies, n) => send(agent, 'POST', '/requests', { party, lot, purpose: `resale ${n}` }, copies)));
      for (const replies of all) {
        expect(replies[0]).toMatchObject({ status: 422, body: { name: 'DeniedByProtocol' } });
        expectEqualAnswers(replies);
      }
      expect(await rowsOnBoth('/refused-requests?limit=500', all.flat())).toHaveLength(storms.length);
    });
  }, 60_000);

  test('a lot is taken in once, also where the server loses replies after its commits', async () => {
    server.fault({ loseRepliesOften: 0.2 });
    try {
      await inStorms(20, 2, async (storms) => {
        const all = await Promise.all(
          storms.map((copies, n) =>
            send(town.zara, 'POST', '/lots', {
              material: 'pet-flakes', quantity: { amount: '1', unit: 'TNE' }, method: 'weighed', owner: town.zara.person, custodian: town.zara.person,
              location: `shed ${n}`, provenance: 'collected', model: 'segregated',
            }, copies),
          ),
        );
        for (const replies of all) {
          // One that never learned the outcome says so by name, and is no other answer.
          const known = replies.filter(({ status }) => status !== 503);
          for (const { body } of replies) expect([undefined, 'OutcomeUnknown', 'LogUnavailable', 'TooMuchContention']).toContain(body['name']);
          if (known.length > 0) expectAccepted(known);
        }
        server.fault({ loseRepliesOften: 0 });
        const known = all.flat().filter(({ status }) => status === 200);
        const sheds = (await rowsOnBoth('/lots?limit=500', known)).map(({ location }) => location as string).filter((location) => location.startsWith('shed'));
        expect(new Set(sheds).size).toBe(sheds.length);
        expect(sheds.length).toBeGreaterThanOrEqual(all.filter((replies) => replies.some(({ status }) => status === 200)).length);
      });
    } finally {
      server.fault({ loseRepliesOften: 0 });
    }
  }, 120_000);

  test('both replicas tell the same history, in which every command is one append', async () => {
    const last = await call(urls[0] as string, 'POST', '/parties', { token: town.zara.token, body: { kind: 'carrier', name: 'Tidal' } });
    const history = async (url: string): Promise<string> => {
      let told = '';
      for (let path: string | undefined = `/events?limit=10000&asOf=${positionOf(last)}`; path !== undefined; ) {
        const response: Response = await fetch(url + path, { headers: { authorization: `Bearer ${town.zara.token}` } });
        expect(response.status).toBe(200);
        told += await response.text();
        path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      }
      return told;
    };
    const [one, two] = await Promise.all(urls.map(history));
    expect(two).toBe(one);
    const events = (one ?? '').trim().split('\n').map((line) => JSON.parse(line) as { position: number; commandId: string; type: string; data: { proposal?: string } });
    expect(events.length).toBeGreaterThan(150);
    for (const of of Map.groupBy(events, ({ commandId }) => commandId).values()) {
      expect(of.map(({ position }) => position)).toEqual(of.map((_, n) => (of[0]?.position ?? 0) + n));
    }
    const steps = events.filter(({ type, data }) => data.proposal !== undefined && !type.startsWith('governance.ballot')).map(({ type, data }) => `${type} ${data.proposal}`);
    expect(new Set(steps).size).toBe(steps.length);
  });

  test('the copies are the same to the last row, and so are views and rebuilds', async () => {
    for (const replica of replicas) await replica.close();
    const copy = (name: string): StoredEvent[] => {
      const log = openLogReader(logFileIn(join(place.path, name)));
      try {
        return everything(log);
      } finally {
        log.close();
      }
    };
    const [one, two] = [copy('one'), copy('two')];
    const shared = Math.min(one.length, two.length);
    expect(one.slice(0, shared)).toEqual(two.slice(0, shared));
    for (const name of ['one', 'two']) expect(await differingViews(join(place.path, name))).toEqual([]);
  });
});
