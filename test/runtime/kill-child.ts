// A service without an edge, to be killed: log file, executor, runner and live views, with villagers who act without pause.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSqliteLog } from '../../src/event-log/index.ts';
import { commandIdOfRequest, instantOf, Rejection, systemClock } from '../../src/kernel/index.ts';
import { ClockWatch, CommandExecutor, ObligationsRunner, openSecretsDirectory, openViews, type Acknowledgement } from '../../src/runtime/index.ts';
import * as registry from './kill-registry.ts';
import { catalogue, handlings, make, processes } from './village.ts';

const { COMMANDS } = registry;

export interface Sent {
  readonly actor: string;
  readonly key: string;
  readonly name: keyof typeof COMMANDS;
  readonly body: object;
}

export type Told =
  | { readonly ready: number }
  /** On its way: its outcome may never be told. */
  | { readonly sent: Sent }
  | { readonly acknowledged: Acknowledgement; readonly of: Sent }
  /** A refusal that is on record. */
  | { readonly refused: { readonly name: string; readonly recordedAt: number }; readonly of: Sent };

const tell = (told: Told): void => void process.send?.(told);
const VILLAGERS = 8;
const clock = systemClock;

async function live(directory: string): Promise<void> {
  const clockWatch = new ClockWatch(clock);
  const log = await openSqliteLog({ directory: `${directory}/log`, namespace: 'village', clock });
  const secrets = openSecretsDirectory(`${directory}/secrets`, { create: true });
  const views = await openViews({ directory, log, registry, registryUrl: new URL('./kill-registry.ts', import.meta.url).href });
  const executor = new CommandExecutor({ log, catalogue, handlings, views, secrets, inquire: () => Promise.reject(new Error('the village asks nothing')), clock, clockWatch });
  const runner = new ObligationsRunner({ log, catalogue, processes, owed: (atLeast) => views.owed(atLeast), executor, clock, clockWatch });
  await runner.start();
  await runner.ready;
  tell({ ready: log.head().position });
  for (let villager = 0; villager < VILLAGERS; villager += 1) void act(executor, villager);
}

async function act(executor: CommandExecutor, villager: number): Promise<never> {
  const name = `villager-${villager}`;
  const send = async (as: string, command: keyof typeof COMMANDS, body: object): Promise<boolean> => {
    const of: Sent = { actor: as, key: randomUUID(), name: command, body };
    tell({ sent: of });
    const commandClass = COMMANDS[command] as new () => object;
    try {
      tell({ acknowledged: await executor.execute({ command: make(commandClass, body), actor: as, commandId: commandIdOfRequest(as, of.key) }), of });
      return true;
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      if (error.recordedAt !== undefined) tell({ refused: { name: error.name, recordedAt: error.recordedAt }, of });
      return false;
    }
  };
  for (let n = 0; ; n += 1) {
    const poll = randomUUID();
    await send(name, 'OpenPoll', { poll, closesAt: instantOf(clock.now() + Math.random() * 60) });
    await Promise.all([
      ...Array.from({ length: 5 }, (_, voter) => send(`${name}-${voter}`, 'CastVote', { poll, choice: 'yes' })),
      send(name, 'HandOver', { parcel: `parcel-${n % 3}`, to: name }),
      send(name, 'WriteLetter', { text: `${name} on ${poll}` }),
    ]);
    if (villager === 0) await send('council', n % 2 === 0 ? 'ForbidHandover' : 'PermitHandover', {});
    // The poll closes by itself; its ballots are counted from a view as of that position.
    for (let tries = 0; tries < 10 && !(await send(name, 'TallyPoll', { poll })); tries += 1) await sleep(10);
  }
}

// A child does not outlive its parent.
process.on('disconnect', () => process.exit());
await live(process.argv[2] as string);
