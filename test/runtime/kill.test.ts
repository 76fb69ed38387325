// SIGKILL at any moment of a service with log, executor, runner and views: what was acknowledged is in effect once, nothing is
// half-done, what is owed is still carried out, and the views equal a rebuild.
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { logFileIn, openSqliteLog, verifyLog, type EventLog, type StoredEvent } from '../../src/event-log/index.ts';
import { commandIdOfRequest, Rejection, systemClock } from '../../src/kernel/index.ts';
import {
  ClockWatch, ObligationsRunner, openSecretsDirectory, openViews, recordedOf, verifyViews, type CommandExecutor, type Secrets,
} from '../../src/runtime/index.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import type { Sent, Told } from './kill-child.ts';
import * as registry from './kill-registry.ts';
import { allOf } from './owed.ts';
import { executorOver } from './service.ts';
import { catalogue, make, processes } from './village.ts';

const LIVES = 26;
const FRESH = 10;
const registryUrl = new URL('./kill-registry.ts', import.meta.url).href;

let place: TemporaryDirectory;
beforeEach(() => {
  place = temporaryDirectory();
});
afterEach(() => place.remove());

const logDirectory = (): string => join(place.path, 'log');

/** When the kill comes, in ms: after the service was ready, or after its process began, while it opens what the last kill left. */
type Kill = { readonly ready: number } | { readonly begun: number };

/** Gives what the service told before it was killed. */
async function liveUntilKilled(kill: Kill): Promise<Told[]> {
  const told: Told[] = [];
  const child = fork(new URL('./kill-child.ts', import.meta.url), [place.path], {
    execPath: process.execPath,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const killAfter = (ms: number): unknown => setTimeout(() => child.kill('SIGKILL'), ms);
  const { promise: exited, resolve } = Promise.withResolvers<NodeJS.Signals | null>();
  child.on('exit', (_, signal) => resolve(signal));
  child.on('message', (message: Told) => {
    told.push(message);
    if ('ready' in message && 'ready' in kill) killAfter(kill.ready);
  });
  if ('begun' in kill) killAfter(kill.begun);
  // It never ends by itself.
  expect(await exited).toBe('SIGKILL');
  return told;
}

async function expectRebuiltEqual(): Promise<void> {
  const verified = await verifyViews({ logFile: logFileIn(logDirectory()), directory: place.path, registry, registryUrl });
  expect(verified.filter(({ problem }) => problem !== undefined)).toEqual([]);
  expect(verified.map(({ view }) => view).toSorted()).toEqual(['obligations', 'village-annals', 'village-holdings', 'village-polls', 'village-votes']);
}

/** After the last kill: everything is sent again, what is owed is carried out, and then log and views are looked at. */
async function examine(told: readonly Told[]): Promise<void> {
  const log = await openSqliteLog({ directory: logDirectory(), namespace: 'village', clock: systemClock });
  const secrets = openSecretsDirectory(join(place.path, 'secrets'), { create: false });
  const views = await openViews({ directory: place.path, log, registry, registryUrl });
  const executor = executorOver(log, { secrets, views });
  const clockWatch = new ClockWatch(systemClock);
  const runner = new ObligationsRunner({ log, catalogue, processes, owed: (atLeast) => views.owed(atLeast), executor, clock: systemClock, clockWatch });
  try {
    await runner.start();
    await runner.ready;
    await expectAnsweredAsBefore(executor, told);
    // Polls close at most this long after they were opened.
    await sleep(70);
    expect(await runner.settled(log.head().position)).toEqual([]);
    expectInEffectOnce(log, told);
    expectNothingHalfDone(log, secrets);
    await views.owed(log.head().position);
  } finally {
    await runner.stop();
    await views.close();
    await log.shutdown();
  }
  await verifyLog(logFileIn(logDirectory()));
  await expectRebuiltEqual();
}

/** What was acknowledged or refused on record is answered equal; what has no known outcome is done now, if it was not, or refused. */
async function expectAnsweredAsBefore(executor: CommandExecutor, told: readonly Told[]): Promise<void> {
  const again = ({ actor, key, name, body }: Sent) =>
    executor.execute({ command: make(registry.COMMANDS[name] as new () => object, body), actor, commandId: commandIdOfRequest(actor, key) });
  for (const one of told) {
    if ('acknowledged' in one) expect(await again(one.of)).toEqual(one.acknowledged);
    else if ('refused' in one) await expect(again(one.of)).rejects.toMatchObject(one.refused);
  }
  for (const one of told) {
    if (!('sent' in one)) continue;
    await again(one.sent).catch((error: unknown) => {
      if (!(error instanceof Rejection) || error.status >= 500) throw error;
    });
  }
}

/** A command is one append: its events follow one another, under one attempt. */
function expectInEffectOnce(log: EventLog, told: readonly Told[]): void {
  const byCommand = Map.groupBy(allOf(log), ({ commandId }) => commandId);
  for (const events of byCommand.values()) {
    const [first] = events as [StoredEvent];
    expect(events.map(({ position, index, attempt }) => [position, index, attempt])).toEqual(events.map((_, n) => [first.position + n, n, 0]));
  }
  for (const one of told) {
    if (!('acknowledged' in one) && !('refused' in one)) continue;
    const { actor, key } = one.of;
    const position = 'acknowledged' in one ? one.acknowledged.position : one.refused.recordedAt;
    expect(byCommand.get(commandIdOfRequest(actor, key))?.at(-1)?.position).toBe(position);
  }
}

interface Facts {
  readonly poll: string;
  readonly voter?: string;
  readonly votes: number;
  readonly under: number;
  readonly text: string;
}

/** What happens in one step is there as a whole, and what rests on something else rests on what was so at its place. */
function expectNothingHalfDone(log: EventLog, secrets: Secrets): void {
  const times = new Map<string, number>();
  const votes = new Map<string, number>();
  const polls = new Set<string>();
  let [forbidden, revision] = [false, 0];
  for (const stored of allOf(log)) {
    const event = recordedOf(catalogue, stored);
    if (!event) continue;
    const { poll, voter = '', votes: tallied, under, text } = event.data as Facts;
    if (poll !== undefined) polls.add(poll);
    // A poll may be tallied as often as somebody asks.
    if (poll !== undefined && event.type !== 'PollTallied') {
      times.set(`${event.type} ${poll} ${voter}`, (times.get(`${event.type} ${poll} ${voter}`) ?? 0) + 1);
    }
    if (event.type === 'VoteCast') votes.set(poll, (votes.get(poll) ?? 0) + 1);
    if (event.type === 'PollTallied') expect([poll, tallied]).toEqual([poll, votes.get(poll) ?? 0]);
    if (event.type === 'LetterWritten') expect(secrets.open(text)).toContain('villager-');
    if (event.type === 'HandoverForbidden' || event.type === 'HandoverPermitted') [forbidden, revision] = [event.type === 'HandoverForbidden', revision + 1];
    if (event.type === 'ParcelHandedOver') expect([under, forbidden]).toEqual([revision, false]);
    if (event.type === 'HandoverRefused') expect([under, forbidden]).toEqual([revision, true]);
  }
  expect([...times].filter(([, n]) => n !== 1)).toEqual([]);
  for (const poll of polls) {
    expect([poll, ...['Opened', 'Closed', 'Counted'].map((what) => times.has(`Poll${what} ${poll} `))]).toEqual([poll, true, true, true]);
  }
}

test(`on a store that lives on through ${LIVES} kills`, async () => {
  const told: Told[] = [];
  for (let life = 0; life < LIVES; life += 1) {
    // Every fourth does not live to be ready.
    told.push(...(await liveUntilKilled(life % 4 === 3 ? { begun: 150 + life * 20 } : { ready: 20 + ((life * 37) % 160) })));
    if (life % 8 === 7) await expectRebuiltEqual();
  }
  const acknowledged = told.flatMap((one) => ('acknowledged' in one ? [one.of.name] : []));
  expect(acknowledged.length).toBeGreaterThan(LIVES * 20);
  expect([...new Set(acknowledged)].toSorted()).toEqual(Object.keys(registry.COMMANDS).toSorted());
  expect(told.some((one) => 'refused' in one)).toBe(true);
  await examine(told);
}, 240_000);

test(`on ${FRESH} fresh stores`, async () => {
  for (let round = 0; round < FRESH; round += 1) {
    const told = await liveUntilKilled(round % 5 === 4 ? { begun: 120 + round * 30 } : { ready: 5 + round * 15 });
    if (existsSync(join(place.path, 'secrets'))) await examine(told);
    place.remove();
  }
}, 240_000);
