// A command executor over some log, with secrets of its own: what every test of the runtime starts from.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLog, type EventLog, type SqliteEventLog } from '../../src/event-log/index.ts';
import { commandIdOfRequest, systemClock, type Clock } from '../../src/kernel/index.ts';
import {
  CommandExecutor,
  openSecretsDirectory,
  type Acknowledgement,
  type CommandExecutorParts,
  type Inquire,
  type Secrets,
  type Views,
} from '../../src/runtime/index.ts';
import { catalogue, handlings, make } from './village.ts';

const directory = mkdtempSync(join(tmpdir(), 'biolithic-runtime-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
export const secrets: Secrets = openSecretsDirectory(directory, { create: true });

/** A log file in a directory that goes with the process. */
export const openLogFile = (clock: Clock = systemClock): Promise<SqliteEventLog> =>
  openSqliteLog({ directory: mkdtempSync(join(directory, 'log-')), namespace: 'village', clock });

/** For domains that read no views while they decide. */
const noViews: Views = {
  read: () => Promise.reject(new Error('the village has no views')),
};

/** … and ask the log nothing while they do. */
export const noInquiries: Inquire = () => Promise.reject(new Error('the village asks nothing'));

export function executorOver(log: EventLog, parts: Partial<CommandExecutorParts> = {}): CommandExecutor {
  return new CommandExecutor({ log, catalogue, handlings, views: noViews, secrets, inquire: noInquiries, clock: systemClock, ...parts });
}

export interface Sender {
  /** Sends a command under an Idempotency-Key; without one, under a new one. */
  <C extends object>(commandClass: new () => C, body: C, key?: string): Promise<Acknowledgement>;
}

let keys = 0;

/** Sends commands as a person. */
export const as =
  (executor: CommandExecutor, actor: string): Sender =>
  (commandClass, body, key = `key-${++keys}`) =>
    executor.execute({ command: make(commandClass, body), actor, commandId: commandIdOfRequest(actor, key) });

/** Answers and refusals alike, as what a client would compare. */
export const settle = async (answer: Promise<Acknowledgement>): Promise<string> =>
  answer.then(
    (acknowledgement) => JSON.stringify(acknowledgement),
    (error: Error) => `${error.name}: ${error.message}`,
  );

/** A clock that says what it is told, with a monotonic one beside it. */
export class SteeredClock implements Clock {
  readonly kind = 'system';
  wall: number;
  steady = 0;

  constructor(start: string) {
    this.wall = Date.parse(start);
  }

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.steady;
  }

  /** Time passes. */
  pass(ms: number): void {
    this.wall += ms;
    this.steady += ms;
  }

  /** Somebody sets the wall clock. */
  jump(ms: number): void {
    this.wall += ms;
  }
}
