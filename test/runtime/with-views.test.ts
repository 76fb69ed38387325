// Executor, runner and live views together, on a log file: closed sets, and what is owed after views are thrown away.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openSqliteLog, type EventLog } from '../../src/event-log/index.ts';
import { instantOf, systemClock } from '../../src/kernel/index.ts';
import { ClockWatch, ObligationsRunner, openViews, recordedOf, type CommandExecutor, type LiveViews, type ViewsParts } from '../../src/runtime/index.ts';
import { allOf } from './owed.ts';
import { as, executorOver } from './service.ts';
import { CastVote, catalogue, ClosePoll, OpenPoll, PinNote, processes, TallyPoll, views } from './village.ts';

const past = '2020-01-01T00:00:00.000Z';
let directory: string;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'biolithic-together-'));
});
afterEach(async () => {
  await stop();
  rmSync(directory, { recursive: true, force: true });
});

async function stop(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close();
}

interface Village {
  readonly log: EventLog;
  readonly live: LiveViews;
  readonly executor: CommandExecutor;
  readonly runner: ObligationsRunner;
}

async function start(parts: Partial<ViewsParts> = {}): Promise<Village> {
  const clock = systemClock;
  const clockWatch = new ClockWatch(clock);
  const log = await openSqliteLog({ directory: join(directory, 'log'), namespace: 'village', clock });
  closing.push(() => log.shutdown());
  const live = await openViews({ directory, log, registry: { catalogue, views, processes }, registryUrl: new URL('./village.ts', import.meta.url).href, ...parts });
  closing.push(() => live.close());
  const executor = executorOver(log, { views: live, clockWatch });
  const runner = new ObligationsRunner({ log, catalogue, processes, owed: (atLeast) => live.owed(atLeast), executor, clock, clockWatch });
  closing.push(() => runner.stop());
  return { log, live, executor, runner };
}

const closedIn = (log: EventLog): string[] =>
  [...allOf(log)].flatMap((stored) => {
    const event = recordedOf(catalogue, stored);
    return event?.type === 'PollClosed' ? [(event.data as { poll: string }).poll] : [];
  });

test('a closed set is read as of its exact position, although the view has moved on or has not come there yet', async () => {
  const { executor } = await start();
  const steward = as(executor, 'steward');
  for (const poll of ['p', 'q']) await steward(OpenPoll, { poll, closesAt: past });
  await Promise.all(Array.from({ length: 20 }, (_, n) => as(executor, `voter-${n}`)(CastVote, { poll: n < 13 ? 'p' : 'q', choice: 'yes' })));
  await steward(ClosePoll, { poll: 'p' });
  const tallied = steward(TallyPoll, { poll: 'p' });
  await as(executor, 'voter-x')(CastVote, { poll: 'q', choice: 'yes' });
  expect((await tallied).events).toMatchObject([{ type: 'PollTallied', data: { poll: 'p', votes: 13 } }]);
  await steward(ClosePoll, { poll: 'q' });
  expect((await steward(TallyPoll, { poll: 'q' })).events).toMatchObject([{ data: { votes: 8 } }]);
});

test('what is owed is carried out in due order after the views were thrown away while the service was down', async () => {
  const before = await start();
  const steward = as(before.executor, 'steward');
  const dues = [70, 20, 90, 40, 10, 100_000];
  const now = Date.now();
  for (const [n, due] of dues.entries()) await steward(OpenPoll, { poll: `${n}`, closesAt: instantOf(now + due) });
  await stop();
  rmSync(join(directory, 'views'), { recursive: true });
  await new Promise((done) => setTimeout(done, Math.max(0, now + 100 - Date.now())));
  const { log, runner } = await start();
  await runner.start();
  await runner.ready;
  expect(closedIn(log)).toEqual(['4', '1', '3', '0', '2']);
  expect(runner.status()).toMatchObject({ open: 1, aside: [] });
});

test('on a long log without views, what is owed waits for its view to be built, however long that takes', async () => {
  const { log, executor } = await start();
  await as(executor, 'steward')(OpenPoll, { poll: 'p', closesAt: past });
  for (let n = 0; n < 3_000; n += 500) await Promise.all(Array.from({ length: 500 }, (_, i) => as(executor, `v${n + i}`)(PinNote, { board: `${n + i}`, text: '' })));
  expect(log.head().position).toBeGreaterThan(3_000);
  await stop();
  rmSync(join(directory, 'views'), { recursive: true });
  // No read waits longer than a millisecond.
  const later = await start({ patience: 1 });
  await later.runner.start();
  await later.runner.ready;
  expect(closedIn(later.log)).toEqual(['p']);
});

test('a restart takes up what the view remembers, and does nothing twice', async () => {
  const first = await start();
  await first.runner.start();
  const steward = as(first.executor, 'steward');
  for (let n = 0; n < 30; n += 1) await steward(OpenPoll, { poll: `${n}`, closesAt: past });
  await stop();
  const second = await start();
  await second.runner.start();
  await second.runner.ready;
  expect(await second.runner.settled(second.log.head().position)).toEqual([]);
  const closed = closedIn(second.log);
  expect(closed.toSorted()).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`).toSorted());
  const { owed } = await second.live.owed(second.log.head().position);
  expect([...owed]).toEqual([]);
});
