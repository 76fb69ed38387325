// SIGKILL of the whole service in the middle of commands over HTTP: every acknowledged event is in effect once, nothing is half-done,
// and the views equal a rebuild. On one store that lives on through all rounds, and on one that is killed while it begins.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { logFileIn, openLogReader, verifyLog, type StoredEvent } from '../../src/event-log/index.ts';
import { commandIdOfRequest } from '../../src/kernel/index.ts';
import { biolithic, STORY } from '../cli/biolithic.ts';
import { everything, until } from '../contract/requests.ts';
import { differingViews } from '../support/rebuilt.ts';
import { spawnTestService, type ServiceThere } from '../support/service.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { call, dataOf, done, positionOf, showing, Town, type Reply, type Townsperson } from '../support/town.ts';

const ROUNDS = 12;
const BEGINNINGS = 3;

interface Sent {
  readonly by: Townsperson;
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly body: object;
  /** Absent: the kill came first, and its outcome is not known. */
  reply?: Reply;
}

const isAcknowledged = (sent: Sent): sent is Sent & { reply: Reply } => sent.reply?.status === 200;

function eventsIn(data: string): StoredEvent[] {
  const log = openLogReader(logFileIn(data));
  try {
    return everything(log);
  } finally {
    log.close();
  }
}

/** Each command is one append under one attempt, its events one after the other. */
function expectWhole(byCommand: ReadonlyMap<string, readonly StoredEvent[]>): void {
  for (const events of byCommand.values()) {
    const first = events[0] as StoredEvent;
    expect(events.map(({ position, index, attempt }) => [position, index, attempt])).toEqual(events.map((_, n) => [first.position + n, n, 0]));
  }
}

describe('a service killed in the middle', () => {
  let place: TemporaryDirectory;
  let service: ServiceThere;
  let town: Town;
  let proposals: string[];
  let voters: Townsperson[];
  const all: Sent[] = [];

  beforeAll(async () => {
    place = temporaryDirectory();
    service = await spawnTestService({ data: place.path });
    town = await Town.found(service, { reading: { seconds: 0 }, voting: { hours: 1 } });
    await town.material('pet-flakes');
    voters = [town.zara, town.oren, town.iva, await town.member('Kaito')];
    proposals = await Promise.all(['keep-it', 'share-it', 'mend-it'].map((protocol) => town.proposal(protocol, [])));
    for (const proposal of proposals) await town.until(`/proposals/${proposal}`, town.zara.token, ({ state }) => state === 'voting');
  }, 60_000);

  afterAll(async () => {
    await service?.close();
    place.remove();
  });

  /** undefined when the service went before it answered. */
  async function send(by: Townsperson, method: string, path: string, body: object): Promise<Reply | undefined> {
    const sent: Sent = { by, method, path, body, key: randomUUID() };
    all.push(sent);
    const reply = await call(service.url, method, path, { token: by.token, key: sent.key, body }).catch(() => undefined);
    if (reply) sent.reply = reply;
    return reply;
  }

  async function keep(location: number): Promise<boolean> {
    const { zara, oren } = town;
    const taken = await send(zara, 'POST', '/lots', {
      material: 'pet-flakes', quantity: { amount: '10', unit: 'KGM' }, method: 'weighed', owner: zara.person, custodian: zara.person,
      location: `place ${location}`, provenance: 'collected', model: 'segregated',
    });
    if (!taken) return false;
    const { lot } = dataOf(taken);
    const offered = await send(zara, 'POST', `/lots/${lot}/offers`, { to: oren.person, passes: 'custody' });
    return offered !== undefined && (await send(oren, 'POST', `/lots/${lot}/offers/${dataOf(offered)['transfer']}/acceptance`, {})) !== undefined;
  }

  let turns = 0;
  async function vote(by: Townsperson): Promise<boolean> {
    turns += 1;
    const choice = ['yes', 'no', 'abstain'][turns % 3];
    return (await send(by, 'PUT', `/proposals/${proposals[turns % 2]}/ballot`, { choice })) !== undefined;
  }

  test(`has lost nothing it acknowledged, ${ROUNDS} times over`, async () => {
    let lots = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const acts = [...Array.from({ length: 4 }, () => () => keep(lots++)), ...voters.map((voter) => () => vote(voter))];
      const workers = acts.map(async (act) => {
        while (await act());
      });
      await sleep(100 + ((round * 37) % 200));
      await service.stop('SIGKILL');
      await Promise.all(workers);
      // As the kill has left them, while nobody keeps them.
      if (round === 0 || round === ROUNDS - 1) expect(await differingViews(place.path)).toEqual([]);
      service = await spawnTestService({ data: place.path });
    }
    for (const kind of ['/lots', '/offers', '/acceptance', '/ballot']) {
      if (all.filter((sent) => isAcknowledged(sent) && sent.path.endsWith(kind)).length <= ROUNDS) throw new Error(`hardly any ${kind} was acknowledged`);
    }

    // Resent, each is answered as before; what was not acknowledged is done now, once, or refused by a rule.
    for (const sent of all) {
      const again = await call(service.url, sent.method, sent.path, { token: sent.by.token, key: sent.key, body: sent.body });
      if (isAcknowledged(sent)) expect(again.body).toEqual(sent.reply.body);
      else if (sent.reply === undefined) sent.reply = again;
      expect(again.status).toBeLessThan(500);
    }
  }, 240_000);

  test('has every lot once', async () => {
    const taken = all.filter(({ path }) => path === '/lots');
    expect(taken.every(isAcknowledged)).toBe(true);
    const places = new Map<string, number>();
    for (let cursor: string | undefined; ; ) {
      const page = `/lots?limit=500${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const { body } = await done(service.url, 'GET', showing(page, taken.filter(isAcknowledged).map(({ reply }) => reply)), { token: town.zara.token });
      for (const { location } of body['rows'] as { location: string }[]) places.set(location, (places.get(location) ?? 0) + 1);
      cursor = body['next'] as string | undefined;
      if (cursor === undefined) break;
    }
    expect(places.size).toBe(taken.length);
    expect([...places.values()].every((times) => times === 1)).toBe(true);
  });

  test('has every acknowledged command in its log once, and no half of any', async () => {
    expect(await service.stop('SIGTERM')).toBe(0);
    const byCommand = Map.groupBy(eventsIn(place.path), ({ commandId }) => commandId);
    for (const { by, key, reply } of all.filter(isAcknowledged)) {
      expect(byCommand.get(commandIdOfRequest(by.person, key))?.at(-1)?.position).toBe(positionOf(reply));
    }
    expectWhole(byCommand);
    await verifyLog(logFileIn(place.path));
  });

  test('has views that equal a rebuild', async () => expect(await differingViews(place.path)).toEqual([]));
});

describe('a service killed while its community begins', () => {
  let place: TemporaryDirectory;
  let service: ServiceThere;

  beforeAll(() => {
    place = temporaryDirectory();
  });
  afterAll(async () => {
    await service?.close();
    place.remove();
  });

  /** Founding, invitations, members and parties: the lines before the first material. */
  function beginning(): string {
    const file = join(place.path, 'beginning.jsonl');
    const lines = readFileSync(join(STORY, 'first-day.jsonl'), 'utf8').split('\n');
    writeFileSync(file, lines.slice(0, lines.findIndex((line) => line.includes('POST /materials'))).join('\n'));
    return file;
  }

  const countOfTypes = (data: string): object => {
    const byType = [...Map.groupBy(eventsIn(data), ({ type }) => type)];
    return Object.fromEntries(byType.map(([type, events]) => [type, events.length]).toSorted());
  };

  /** Plays to the end, or until the log has so many events and the service is killed. */
  async function begin(data: string, killAt?: number): Promise<number | null> {
    service = await spawnTestService({ data });
    const playing = biolithic('play', beginning(), '--data', data, '--url', service.url);
    if (killAt !== undefined) {
      await until(() => eventsIn(data).length >= killAt, `${killAt} events`);
      await service.stop('SIGKILL');
    }
    const { code } = await playing;
    if (killAt === undefined) expect(await service.stop('SIGTERM')).toBe(0);
    return code;
  }

  test(`begins as if nothing had been, after ${BEGINNINGS} kills`, async () => {
    const [killed, whole] = [join(place.path, 'killed'), join(place.path, 'whole')];
    for (let round = 0; round < BEGINNINGS; round += 1) expect(await begin(killed, 2 + round * 20)).not.toBe(0);
    expect(await begin(killed)).toBe(0);
    expect(await begin(whole)).toBe(0);
    expect(countOfTypes(killed)).toEqual(countOfTypes(whole));
    expectWhole(Map.groupBy(eventsIn(killed), ({ commandId }) => commandId));
    expect(await differingViews(killed)).toEqual([]);
  }, 120_000);
});
