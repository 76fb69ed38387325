// SIGKILL at any moment: what was acknowledged is in effect once, nothing is half-done, and what is owed is still carried out.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openSqliteLog } from '../../src/event-log/index.ts';
import { commandIdOfRequest, systemClock } from '../../src/kernel/index.ts';
import { ClockWatch, ObligationsRunner, openSecretsDirectory, recordedOf, type Acknowledgement } from '../../src/runtime/index.ts';
import { allOf, owedIn } from './owed.ts';
import { executorOver } from './service.ts';
import { CastVote, catalogue, make, OpenPoll, processes } from './village.ts';

interface Told {
  readonly ready?: number;
  readonly acknowledged?: Acknowledgement;
  readonly actor?: string;
  readonly key?: string;
  readonly body?: { readonly poll: string; readonly closesAt?: string; readonly choice?: string };
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'biolithic-kill-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the service until it is killed, some time after it became ready; gives what it acknowledged. */
async function liveUntilKilled(livesFor: number): Promise<Told[]> {
  const told: Told[] = [];
  const child = fork(new URL('./kill-child.ts', import.meta.url), [directory], {
    execPath: process.execPath,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { promise: exited, resolve } = Promise.withResolvers<void>();
  child.on('exit', () => resolve());
  child.on('message', (message: Told) => {
    if (message.ready === undefined) told.push(message);
    else setTimeout(() => child.kill('SIGKILL'), livesFor);
  });
  await exited;
  return told;
}

/** After the last kill: everything told is there once, resends are answered equal, polls are closed and counted. */
async function examine(told: readonly Told[]): Promise<void> {
  const log = await openSqliteLog({ directory: join(directory, 'log'), namespace: 'village', clock: systemClock });
  const secrets = openSecretsDirectory(join(directory, 'secrets'), { create: false });
  const executor = executorOver(log, { secrets });
  const runner = new ObligationsRunner({
    log, catalogue, processes, owed: owedIn(log), executor, clock: systemClock, clockWatch: new ClockWatch(systemClock),
  });
  try {
    await new Promise((done) => setTimeout(done, 70));
    await runner.start();
    await runner.ready;
    const times = new Map<string, number>();
    const polls = new Set<string>();
    for (const stored of allOf(log)) {
      const event = recordedOf(catalogue, stored);
      if (!event) continue;
      const { poll, voter } = event.data as { poll: string; voter?: string };
      polls.add(poll);
      const what = `${event.type} ${poll} ${voter ?? ''}`;
      times.set(what, (times.get(what) ?? 0) + 1);
    }
    expect([...times].filter(([, n]) => n !== 1)).toEqual([]);
    for (const poll of polls) {
      expect([poll, times.has(`PollOpened ${poll} `), times.has(`PollClosed ${poll} `), times.has(`PollCounted ${poll} `)]).toEqual([poll, true, true, true]);
    }
    for (const { acknowledged, actor = '', key = '', body } of told) {
      const { position = 0 } = acknowledged ?? {};
      expect(log.readAll(position - 1, 1)).toMatchObject([{ commandId: acknowledged?.commandId, position }]);
      const { poll = '', closesAt, choice = '' } = body ?? {};
      const command = closesAt === undefined ? make(CastVote, { poll, choice }) : make(OpenPoll, { poll, closesAt });
      expect(await executor.execute({ command, actor, commandId: commandIdOfRequest(actor, key) })).toEqual(acknowledged);
    }
  } finally {
    await runner.stop();
    await log.shutdown();
  }
}

test('on a store that lives on through ten kills', async () => {
  const told: Told[] = [];
  for (let life = 0; life < 10; life += 1) told.push(...(await liveUntilKilled(20 + ((life * 37) % 160))));
  expect(told.length).toBeGreaterThan(100);
  await examine(told);
}, 120_000);

test('on fresh stores', async () => {
  for (let round = 0; round < 4; round += 1) {
    await examine(await liveUntilKilled(5 + round * 40));
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);
