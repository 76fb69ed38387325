// Obligations: what is owed is carried out when it is due, in due order and once, whatever happens to the service.
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EventLog } from '../../src/event-log/index.ts';
import { instantOf, msOf, SimulatedClock, systemClock, type Clock } from '../../src/kernel/index.ts';
import {
  ClockWatch,
  ObligationsRunner,
  passTime,
  recordedOf,
  type CommandExecutor,
  type ObligationsObserver,
} from '../../src/runtime/index.ts';
import { faultyLog, replaced, type Fault } from '../support/faulty-log.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { owedIn } from './owed.ts';
import { as, executorOver, SteeredClock } from './service.ts';
import { catalogue, ClosePoll, OpenPoll, processes } from './village.ts';

const MIDNIGHT = '2026-06-21T00:00:00.000Z';
const hour = (n: number): string => instantOf(msOf(MIDNIGHT) + n * 3_600_000);

const running: ObligationsRunner[] = [];
afterEach(async () => {
  for (const runner of running.splice(0)) await runner.stop();
});

interface RunnerOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly executor?: Pick<CommandExecutor, 'execute' | 'commandNamed'>;
  readonly observer?: ObligationsObserver;
}

function runnerOver({ log, clock, executor, observer = {} }: RunnerOptions): ObligationsRunner {
  const clockWatch = new ClockWatch(clock);
  const runner = new ObligationsRunner({
    log, catalogue, processes, owed: owedIn(log), executor: executor ?? executorOver(log, { clock, clockWatch }), clock, clockWatch, observer,
  });
  running.push(runner);
  return runner;
}

const told = (log: Pick<EventLog, 'readAll'>): string[] =>
  log.readAll(1).flatMap((stored) => {
    const event = recordedOf(catalogue, stored);
    return event ? [`${event.type} ${(event.data as { poll: string }).poll}`] : [];
  });

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((done) => setTimeout(done, 2));
};

describe('a deadline', () => {
  test('is met when its time has come, and so is what follows from it', async () => {
    const log = new MemoryLog();
    const runner = runnerOver({ log, clock: systemClock });
    await runner.start();
    await runner.ready;
    const due = Date.now() + 40;
    await as(executorOver(log), 'steward')(OpenPoll, { poll: 'p', closesAt: instantOf(due) });
    expect(told(log)).toEqual(['PollOpened p']);
    await until(() => log.head().position >= 4);
    expect(told(log)).toEqual(['PollOpened p', 'PollClosed p', 'PollCounted p']);
    const [, , closed] = log.readAll(0);
    expect(closed?.time).toBeGreaterThanOrEqual(due);
    await until(() => runner.status().open === 0);
  });

  test('is met on its day when a simulated clock passes over it', async () => {
    const clock = new SimulatedClock(MIDNIGHT);
    const log = new MemoryLog({ clock });
    const runner = runnerOver({ log, clock });
    await runner.start();
    const steward = as(executorOver(log, { clock }), 'steward');
    for (const n of [5, 1, 3]) await steward(OpenPoll, { poll: `${n}`, closesAt: hour(n) });
    await passTime(clock, runner, hour(4));
    expect(told(log).slice(3)).toEqual(['PollClosed 1', 'PollCounted 1', 'PollClosed 3', 'PollCounted 3']);
    expect(log.readAll(4).map(({ time }) => instantOf(time))).toEqual([hour(1), hour(1), hour(3), hour(3)]);
    expect(instantOf(clock.now())).toBe(hour(4));
    expect(runner.nextDue()).toBe(hour(5));
    await expect(passTime(clock, runner, hour(2))).rejects.toThrow(RangeError);
  });

  test('that passed while the service was down is met at start, in due order, before the service is ready', async () => {
    const clock = new SimulatedClock(MIDNIGHT);
    const log = new MemoryLog({ clock });
    const steward = as(executorOver(log, { clock }), 'steward');
    const dues = [7, 2, 9, 4, 30, 1, 8];
    for (const n of dues) await steward(OpenPoll, { poll: `${n}`, closesAt: hour(n) });
    clock.advanceTo(hour(24));
    const runner = runnerOver({ log, clock });
    expect(runner.status().ready).toBe(false);
    await runner.start();
    await runner.ready;
    expect(told(log).filter((line) => line.startsWith('PollClosed'))).toEqual([1, 2, 4, 7, 8, 9].map((n) => `PollClosed ${n}`));
    expect(runner.status()).toMatchObject({ ready: true, open: 1, overdue: { 'village-closing': 0, 'village-counting': 0 }, aside: [] });
  });
});

describe('settled', () => {
  test('waits for what a position opened and for what follows from it, but not for what is not due', async () => {
    const clock = new SimulatedClock(MIDNIGHT);
    const log = new MemoryLog({ clock });
    const runner = runnerOver({ log, clock });
    await runner.start();
    const steward = as(executorOver(log, { clock }), 'steward');
    await steward(OpenPoll, { poll: 'later', closesAt: hour(5) });
    const { position } = await steward(OpenPoll, { poll: 'now', closesAt: MIDNIGHT });
    expect(await runner.settled(position)).toEqual([]);
    expect(told(log)).toEqual(['PollOpened later', 'PollOpened now', 'PollClosed now', 'PollCounted now']);
    expect(await runner.settled(position)).toEqual([]);
  });

  test('counts as due what is owed at once, also when the log\'s clock is ahead of this machine\'s', async () => {
    const ahead = new SimulatedClock(hour(1));
    const log = new MemoryLog({ clock: ahead });
    const clock = new SimulatedClock(MIDNIGHT);
    const runner = runnerOver({ log, clock });
    await runner.start();
    const { position } = await as(executorOver(log, { clock }), 'steward')(OpenPoll, { poll: 'p', closesAt: MIDNIGHT });
    expect(await runner.settled(position)).toEqual([]);
    expect(told(log)).toEqual(['PollOpened p', 'PollClosed p', 'PollCounted p']);
  });

  test('tells what was not carried out instead of waiting for it', async () => {
    const clock = new SimulatedClock(MIDNIGHT);
    const log = new MemoryLog({ clock });
    const honest = executorOver(log, { clock });
    const refusing = { commandNamed: honest.commandNamed.bind(honest), execute: () => Promise.reject(new TypeError('a bug')) };
    const runner = runnerOver({ log, clock, executor: refusing });
    await runner.start();
    const { position } = await as(honest, 'steward')(OpenPoll, { poll: 'p', closesAt: MIDNIGHT });
    expect(await runner.settled(position)).toMatchObject([{ process: 'village-closing', key: 'p' }]);
    const stuck = runnerOver({ log, clock, executor: { ...refusing, execute: () => new Promise(() => undefined) } });
    void stuck.start();
    expect(await stuck.settled(position, 20)).toMatchObject([{ key: 'p' }]);
    running.pop();
  });
});

describe('an obligation that is refused', () => {
  test('stays owed and visible, holds nothing else up, is not tried in a hot loop, and is met when it can be', async () => {
    const clock = new SimulatedClock(MIDNIGHT);
    const log = new MemoryLog({ clock });
    const honest = executorOver(log, { clock });
    let tries = 0;
    let broken = true;
    const executor: Pick<CommandExecutor, 'execute' | 'commandNamed'> = {
      commandNamed: honest.commandNamed.bind(honest),
      execute: (submission) => {
        if (!broken || !('poll' in submission.command) || submission.command.poll !== 'a') return honest.execute(submission);
        tries += 1;
        return Promise.reject(new TypeError('a bug'));
      },
    };
    const refusals: string[] = [];
    const runner = runnerOver({ log, clock, executor, observer: { refused: ({ key }, error) => void refusals.push(`${key} ${error.message}`) } });
    const steward = as(honest, 'steward');
    await steward(OpenPoll, { poll: 'a', closesAt: MIDNIGHT });
    await steward(OpenPoll, { poll: 'b', closesAt: MIDNIGHT });
    await runner.start();
    await runner.ready;
    await until(() => told(log).includes('PollCounted b'));
    await new Promise((done) => setTimeout(done, 60));
    expect(tries).toBe(1);
    expect(refusals).toEqual(['a a bug']);
    expect(runner.status()).toMatchObject({ open: 1, aside: [{ key: 'a', why: 'refused', refusals: 1, reason: 'TypeError: a bug' }] });
    broken = false;
    await runner.clockMoved();
    expect(told(log).slice(-2)).toEqual(['PollClosed a', 'PollCounted a']);
    expect(runner.status()).toMatchObject({ open: 0, aside: [] });
  });

  test('is tried again by itself after a while', async () => {
    const log = new MemoryLog();
    const honest = executorOver(log);
    let tries = 0;
    const executor: Pick<CommandExecutor, 'execute' | 'commandNamed'> = {
      commandNamed: honest.commandNamed.bind(honest),
      execute: (submission) => (tries++ === 0 ? Promise.reject(new TypeError('a bug')) : honest.execute(submission)),
    };
    const runner = runnerOver({ log, clock: systemClock, executor });
    await as(honest, 'steward')(OpenPoll, { poll: 'p', closesAt: MIDNIGHT.replace('2026', '2020') });
    await runner.start();
    await until(() => told(log).includes('PollCounted p'));
    expect(tries).toBe(3);
  });

  test('because somebody has done it already is not even mentioned', async () => {
    const clock = new SimulatedClock(MIDNIGHT);
    const log = new MemoryLog({ clock });
    const honest = executorOver(log, { clock });
    const refusals: string[] = [];
    const executor: Pick<CommandExecutor, 'execute' | 'commandNamed'> = {
      commandNamed: honest.commandNamed.bind(honest),
      execute: async (submission) => {
        if (submission.command instanceof ClosePoll) await as(honest, 'steward')(ClosePoll, { poll: 'p' });
        return honest.execute(submission);
      },
    };
    const runner = runnerOver({ log, clock, executor, observer: { refused: ({ key }) => void refusals.push(key) } });
    await runner.start();
    const { position } = await as(honest, 'steward')(OpenPoll, { poll: 'p', closesAt: MIDNIGHT });
    expect(await runner.settled(position)).toEqual([]);
    expect(refusals).toEqual([]);
    expect(told(log)).toEqual(['PollOpened p', 'PollClosed p', 'PollCounted p']);
  });
});

describe('while the log is out', () => {
  test('nothing is skipped: the order is kept, and the service is not ready before', async () => {
    const clock = new SimulatedClock(MIDNIGHT);
    const log = new MemoryLog({ clock });
    for (const n of [3, 1, 2]) await as(executorOver(log, { clock }), 'steward')(OpenPoll, { poll: `${n}`, closesAt: hour(n) });
    clock.advanceTo(hour(12));
    const outage = faultyLog(log, (_, nth): Fault => (nth < 3 ? 'down' : 'ok'));
    let pauses = 0;
    const runner = runnerOver({ log: outage, clock, observer: { paused: () => void (pauses += 1) } });
    await runner.start();
    expect(runner.status().ready).toBe(false);
    await runner.ready;
    expect(pauses).toBe(3);
    expect(told(log).filter((line) => line.startsWith('PollClosed'))).toEqual(['PollClosed 1', 'PollClosed 2', 'PollClosed 3']);
  });
});

describe('a log that cannot be read while something is carried out', () => {
  test('pauses the work, and it is done when the log can be read again', async () => {
    const clock = new SimulatedClock(MIDNIGHT);
    const log = new MemoryLog({ clock });
    await as(executorOver(log, { clock }), 'steward')(OpenPoll, { poll: 'p', closesAt: MIDNIGHT });
    let unreadable = false;
    const readable = (): void => {
      if (unreadable) throw new Error('disk I/O error');
    };
    const working = executorOver(log, { clock });
    let tried = 0;
    const runner = runnerOver({
      clock,
      log: replaced(log, { head: () => (readable(), log.head()) }),
      executor: {
        commandNamed: (name, body) => working.commandNamed(name, body),
        execute: (submission) => {
          tried += 1;
          unreadable = tried === 1;
          readable();
          return working.execute(submission);
        },
      },
    });
    await runner.start();
    await until(() => tried === 1);
    expect(runner.status()).toMatchObject({ ready: false, open: 1 });
    unreadable = false;
    await runner.ready;
    expect(told(log)).toEqual(['PollOpened p', 'PollClosed p', 'PollCounted p']);
  });
});

describe('a clock that jumps', () => {
  test.each([3_600_000, -3_600_000])('by %d ms fires no deadline until it comes back', async (jump) => {
    const clock = new SteeredClock(MIDNIGHT);
    const log = new MemoryLog({ clock });
    const clockWatch = new ClockWatch(clock);
    const executor = executorOver(log, { clock, clockWatch });
    const runner = new ObligationsRunner({ log, catalogue, processes, owed: owedIn(log), executor, clock, clockWatch });
    running.push(runner);
    await runner.start();
    await as(executor, 'steward')(OpenPoll, { poll: 'p', closesAt: instantOf(msOf(MIDNIGHT) + 1_800_000) });
    clock.jump(jump);
    await runner.clockMoved();
    expect(told(log)).toEqual(['PollOpened p']);
    clock.jump(-jump);
    await runner.clockMoved();
    expect(told(log)).toEqual(['PollOpened p']);
    clock.pass(1_800_000);
    await runner.clockMoved();
    expect(told(log)).toEqual(['PollOpened p', 'PollClosed p', 'PollCounted p']);
  });
});

describe('whatever happens', () => {
  type Step =
    | { readonly do: 'open'; readonly due: number }
    | { readonly do: 'pass'; readonly hours: number }
    | { readonly do: 'kill'; readonly replica: number }
    | { readonly do: 'start'; readonly replica: number }
    | { readonly do: 'close'; readonly poll: number };
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('open' as const), due: fc.integer({ min: -3, max: 40 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), hours: fc.nat(10) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), replica: fc.nat(1) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('start' as const), replica: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), poll: fc.nat(20) }) },
  );

  test('every poll whose time has come is closed and counted once, and no other: kills, restarts, two replicas, lost replies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(step, { maxLength: 25 }),
        fc.array(fc.constantFrom<Fault>('ok', 'ok', 'lost-reply', 'lost-request', 'down'), { maxLength: 10 }),
        async (voids, steps, faults) => {
          const clock = new SimulatedClock(MIDNIGHT);
          const log = new MemoryLog({ clock, voids });
          const steward = as(executorOver(log, { clock }), 'steward');
          const replicas: (ObligationsRunner | undefined)[] = [undefined, undefined];
          const dues: number[] = [];
          const start = async (replica: number): Promise<void> => {
            if (replicas[replica]) return;
            const runner = runnerOver({ log: faultyLog(log, (_, nth) => faults[nth] ?? 'ok'), clock });
            replicas[replica] = runner;
            await runner.start();
          };
          for (const one of steps) {
            if (one.do === 'open') {
              const due = clock.now() + one.due * 3_600_000;
              await steward(OpenPoll, { poll: `${dues.push(due) - 1}`, closesAt: instantOf(due) });
            } else if (one.do === 'pass') {
              clock.advanceTo(clock.now() + one.hours * 3_600_000);
              // Not waited for: the next step comes in the middle of it.
              for (const runner of replicas) void runner?.clockMoved();
            } else if (one.do === 'start') await start(one.replica);
            else if (one.do === 'kill') {
              void replicas[one.replica]?.stop();
              replicas[one.replica] = undefined;
            } else await steward(ClosePoll, { poll: `${one.poll}` }).catch(() => undefined);
          }
          for (const replica of [0, 1]) await start(replica);
          await Promise.all(replicas.map((runner) => runner?.ready));
          await Promise.all(replicas.map((runner) => runner?.clockMoved()));
          // One that rests from an outage goes on when the rest is over.
          await Promise.all(replicas.map((runner) => runner?.settled(log.head().position)));
          const lines = told(log);
          for (const [poll, due] of dues.entries()) {
            const isDue = due <= clock.now() ? 1 : 0;
            const times = (type: string): number => lines.filter((line) => line === `${type} ${poll}`).length;
            expect({ poll, closed: times('PollClosed'), counted: times('PollCounted') }).toEqual({ poll, closed: isDue, counted: isDue });
          }
          for (const runner of replicas) await runner?.stop();
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});
