// A server that is killed, frozen and started again under load: nothing acknowledged is lost, nothing is in effect twice.
import { afterEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compareWithCluster, openEventStoreDbLog } from '../../src/event-log/eventstoredb/index.ts';
import type { EventStoreDbLog } from '../../src/event-log/eventstoredb/index.ts';
import { CommandAlreadyAppended, LogUnavailable, RevisionConflict } from '../../src/event-log/index.ts';
import type { Appended, AppendRequest } from '../../src/event-log/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { SpawnedServer } from '../support/eventstoredb-server/index.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { NAMESPACE, notes, request, settled, until } from './eventstoredb-place.ts';

const place = temporaryDirectory();
let server: SpawnedServer | undefined;
const logs: EventStoreDbLog[] = [];

afterEach(async () => {
  await Promise.all(logs.splice(0).map((log) => log.shutdown()));
  await server?.stop();
  place.remove();
});

async function open(replica: string, connectionString: string): Promise<EventStoreDbLog> {
  const directory = join(place.path, replica);
  const log = await openEventStoreDbLog({ connectionString, directory, namespace: NAMESPACE, clock: systemClock, patience: 2_000 });
  logs.push(log);
  return log;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resends what is unknown or refused for now, to whichever replica, as people and proxies do. */
async function surely(replicas: readonly EventStoreDbLog[], wanted: AppendRequest): Promise<Appended | 'elsewhere'> {
  for (let n = 0; ; n++) {
    const outcome = await settled(replicas[n % replicas.length]!.append(wanted));
    if (!(outcome instanceof Error)) return outcome;
    if (outcome instanceof CommandAlreadyAppended) return 'elsewhere';
    if (!(outcome instanceof LogUnavailable)) throw outcome;
    await pause(20);
  }
}

describe('a server killed under load', () => {
  it('SIGKILL and SIGSTOP, again and again: every acknowledged append is in effect once, at its place, on both replicas', async () => {
    const running = await SpawnedServer.start({ file: join(place.path, 'records') });
    server = running;
    const [ada, ben] = [await open('ada', running.connectionString), await open('ben', running.connectionString)];
    let going = true;
    const acknowledged = new Map<AppendRequest, Appended>();
    const writers = Array.from({ length: 16 }, async (_, n) => {
      const own = n % 2 === 0 ? [ada, ben] : [ben, ada];
      while (going) {
        const wanted = request({ events: notes(1 + (n % 3)) });
        const outcome = await surely(own, wanted);
        if (outcome !== 'elsewhere') acknowledged.set(wanted, outcome);
      }
    });
    // One stream that both replicas write: only exact revisions keep it whole.
    const contender = async (log: EventStoreDbLog): Promise<void> => {
      while (going) {
        const wanted = request({ stream: 'lot-shared', expected: log.streamHead('lot-shared')?.revision ?? 'none' });
        const outcome = await surely([log], wanted).catch((error: Error) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(RevisionConflict);
        else if (outcome !== 'elsewhere') acknowledged.set(wanted, outcome);
      }
    };
    const contenders = [contender(ada), contender(ben)];
    for (let round = 0; round < 6; round++) {
      await pause(400 + 100 * round);
      if (round % 3 === 2) {
        running.freeze();
        await pause(1_000);
        running.thaw();
      } else {
        await running.kill();
        await pause(200);
        await running.start();
      }
    }
    await pause(500);
    going = false;
    await Promise.all([...writers, ...contenders]);

    await until(() => ada.head().position === ben.head().position, 'both replicas at the same head');
    expect(ben.head()).toEqual(ada.head());
    expect(acknowledged.size).toBeGreaterThan(200);
    for (const [wanted, { firstPosition, lastPosition }] of acknowledged) {
      const inEffect = ada.findCommand(wanted.commandId)?.events.filter((event) => !event.void) ?? [];
      const expected = wanted.events.map((_, index) => firstPosition + index);
      expect(inEffect.map((event) => event.position)).toEqual(expected);
      expect(expected.at(-1)).toBe(lastPosition);
    }
    const head = ada.head().position;
    for (const copy of [ada, ben]) expect(await compareWithCluster(running.connectionString, copy)).toEqual({ compared: head });
  }, 60_000);

  it('a process that shut its log down ends by itself: no timer, stream or connection is left', async () => {
    const running = await SpawnedServer.start();
    server = running;
    const program = fileURLToPath(new URL('./eventstoredb-opens-and-closes.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program, running.connectionString, join(place.path, 'brief')], { timeout: 20_000 });
    expect(stdout.trim()).toBe('closed');
  }, 30_000);
});
