// A disk that takes no more: a named reason, the right outcome, nothing lost, and recovery by itself.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { logFileIn, openSqliteLog, verifyLog } from '../../src/event-log/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { notes, request } from '../contract/requests.ts';
import { LogProcess } from '../support/log-process.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

/** The kernel then refuses every write beyond this place of a file: an I/O error at commit, as a failing disk gives it. */
const limitFiles = (pid: number, bytes: number | 'unlimited'): void => {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
};

describe('a disk that cannot be written', () => {
  let place: TemporaryDirectory;
  let child: LogProcess;
  beforeEach(async () => {
    place = temporaryDirectory();
    child = await LogProcess.start(place.path);
  });
  afterEach(async () => {
    await child.kill();
    place.remove();
  });

  test('is named, refuses appends, and is forgotten when it can be written again', async () => {
    const kept = request();
    const first = await child.append(kept);
    limitFiles(child.pid, 4096);
    const doubtful = Array.from({ length: 20 }, () => request({ events: notes(3) }));
    for (const outcome of await Promise.all(doubtful.map(child.append))) expect(outcome).toMatchObject({ name: 'LogUnavailable' });
    expect(await child.status()).toMatchObject({ state: 'unavailable', reason: expect.stringContaining('I/O error') });
    expect(await child.append(request())).toMatchObject({ name: 'LogUnavailable', outcome: 'none' });

    limitFiles(child.pid, 'unlimited');
    while ((await child.status()).state !== 'ok') await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await child.append(kept)).toEqual(first);
    const positions = (await Promise.all(doubtful.map(child.append))).map((done) => ('firstPosition' in done ? done.firstPosition : done));
    await child.shutdown();

    const log = await openSqliteLog({ directory: place.path, namespace: 'grove', clock: systemClock });
    expect(doubtful.map(({ commandId }) => log.findCommand(commandId)?.events.map((event) => event.position))).toEqual(
      positions.map((position) => [0, 1, 2].map((n) => Number(position) + n)),
    );
    expect(log.head().position).toBe(2 + 60);
    await log.shutdown();
    await verifyLog(logFileIn(place.path));
  });

  test('leaves the outcome of the commit that met it unknown, and a kill after it loses nothing acknowledged', async () => {
    const kept = request();
    const first = await child.append(kept);
    limitFiles(child.pid, 4096);
    expect(await child.append(request())).toMatchObject({ name: 'LogUnavailable', outcome: 'unknown' });
    await child.kill();
    const log = await openSqliteLog({ directory: place.path, namespace: 'grove', clock: systemClock });
    expect(await log.append(kept)).toEqual(first);
    await log.shutdown();
    await verifyLog(logFileIn(place.path));
  });
});
