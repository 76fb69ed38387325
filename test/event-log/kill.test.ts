// SIGKILL under load: nothing acknowledged is lost, nothing is half-done.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteLog, verifyLog, logFileIn, type EventLog } from '../../src/event-log/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { LogProcess } from '../support/log-process.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { everything, until } from '../contract/requests.ts';

async function killAfter(directory: string, acknowledgements: number): Promise<LogProcess['acknowledged']> {
  const child = await LogProcess.start(directory);
  child.flood(16);
  await until(() => child.acknowledged.length >= acknowledgements, 'acknowledgements');
  await child.kill();
  return child.acknowledged;
}

async function reopened(directory: string, look: (log: EventLog) => void): Promise<void> {
  const log = await openSqliteLog({ directory, namespace: 'grove', clock: systemClock });
  look(log);
  const { position } = log.head();
  await log.shutdown();
  expect((await verifyLog(logFileIn(directory))).position).toBe(position);
}

function expectComplete(log: EventLog, acknowledged: LogProcess['acknowledged']): void {
  const commands = new Map<string, { first: number; events: number; count: number }>();
  for (const { commandId, position, data, stream } of everything(log)) {
    if (stream === 'log-opened') continue;
    const command = commands.get(commandId) ?? { first: position, events: 0, count: (data as { count: number }).count };
    command.events += 1;
    commands.set(commandId, command);
  }
  for (const command of commands.values()) expect(command.events).toBe(command.count);
  for (const { commandId, firstPosition, count } of acknowledged) {
    expect(commands.get(commandId)).toEqual({ first: firstPosition, events: count, count });
    expect(log.findCommand(commandId)?.events).toHaveLength(count);
  }
}

describe('a killed process', () => {
  let place: TemporaryDirectory;
  beforeEach(() => {
    place = temporaryDirectory();
  });
  afterEach(() => place.remove());

  test('loses nothing acknowledged on a log that lives on, ten times over', async () => {
    const acknowledged: LogProcess['acknowledged'] = [];
    for (let round = 0; round < 10; round++) {
      acknowledged.push(...(await killAfter(place.path, 20 + round * 40)));
      await reopened(place.path, (log) => expectComplete(log, acknowledged));
    }
  }, 120_000);

  test.each([1, 2, 3])('loses nothing acknowledged on a fresh log (%i)', async (acknowledgements) => {
    const acknowledged = await killAfter(place.path, acknowledgements);
    await reopened(place.path, (log) => expectComplete(log, acknowledged));
  });

  test('killed while it makes its log, it leaves none or a whole one', async () => {
    // Start-up takes some 200 ms; wherever the kill falls, the next process opens or makes the log.
    for (const ms of [80, 120, 140, 160, 180, 200, 240]) {
      const starting = LogProcess.launch(place.path);
      await new Promise((resolve) => setTimeout(resolve, ms));
      await starting.kill();
      await reopened(place.path, (log) => expect(log.head().position).toBe(1));
      place.remove();
    }
  }, 60_000);
});
