// An event log in memory. Its appends can be void, as those of a followed cluster can be, which the local log's never are.
import { createHash } from 'node:crypto';
import {
  APPEND_LIMIT,
  AppendTooLarge,
  CommandAlreadyAppended,
  InvalidAppend,
  LogUnavailable,
  RevisionConflict,
  type AppendRequest,
  type Appended,
  type CommandTrace,
  type EventLog,
  type Head,
  type LogStatus,
  type ReadStreamOptions,
  type StoredEvent,
  type Subscription,
} from '../../src/event-log/index.ts';
import { logOpening } from '../../src/event-log/log-opened.ts';
import { systemClock, type Clock } from '../../src/kernel/index.ts';

export interface MemoryLogOptions {
  readonly clock?: Clock;
  /** Broken guards are found after numbering: the events keep their numbers and are void. */
  readonly voids?: boolean;
}

const tick = (): Promise<void> => new Promise((done) => setImmediate(done));

export class MemoryLog implements EventLog {
  readonly location = { file: ':memory:' };
  readonly namespace = 'memory';
  private readonly clock: Clock;
  private readonly voids: boolean;
  private readonly all: StoredEvent[] = [];
  private readonly streams = new Map<string, StoredEvent[]>();
  private readonly commands = new Map<string, StoredEvent[]>();
  private readonly expectations = new Map<string, number | 'none'>();
  private readonly chains: string[] = [createHash('sha256').update('memory').digest('hex')];
  private readonly listeners = new Set<() => void>();
  private open = true;

  constructor({ clock = systemClock, voids = false }: MemoryLogOptions = {}) {
    this.clock = clock;
    this.voids = voids;
    this.write(logOpening(this.namespace, clock.kind), false);
  }

  async append(request: AppendRequest): Promise<Appended> {
    const bytes = Buffer.byteLength(JSON.stringify([request.events, request.metadata]));
    if (request.events.length === 0 || request.stream === '') throw new InvalidAppend('an append has a stream and events');
    if (bytes > APPEND_LIMIT) throw new AppendTooLarge(bytes, APPEND_LIMIT);
    const asSent = JSON.parse(JSON.stringify(request)) as AppendRequest;
    await tick();
    if (!this.open) throw new LogUnavailable('the log is closed', 'none');
    return this.commit(asSent);
  }

  async catchUp(): Promise<void> {}

  private commit(request: AppendRequest): Appended {
    const { stream, expected, guards, commandId, attempt } = request;
    const trace = this.commands.get(commandId) ?? [];
    const inEffect = trace.filter((event) => !event.void);
    const [first] = inEffect;
    const last = inEffect.at(-1);
    if (first && last) {
      const same = first.attempt === attempt && first.stream === stream && this.expectations.get(commandId) === expected;
      if (!same || inEffect.length !== request.events.length) throw new CommandAlreadyAppended(commandId);
      return { firstPosition: first.position, lastPosition: last.position, revision: last.revision, time: last.time };
    }
    const revision = this.streams.get(stream)?.at(-1)?.revision ?? 'none';
    if (revision !== expected) throw new RevisionConflict(stream, expected, revision, 'stream');
    const broken = guards.find((guard) => this.inEffect(guard.stream) !== guard.revision);
    if (broken && this.voids) this.write(request, true);
    if (broken) throw RevisionConflict.ofGuard(broken, this.inEffect(broken.stream));
    this.expectations.set(commandId, expected);
    return this.write(request, false);
  }

  private write({ stream, events, commandId, attempt, metadata }: AppendRequest, isVoid: boolean): Appended {
    const recordedAt = this.clock.now();
    const time = Math.max(recordedAt, this.all.at(-1)?.time ?? 0);
    const of = this.streams.get(stream) ?? [];
    this.streams.set(stream, of);
    const trace = this.commands.get(commandId) ?? [];
    this.commands.set(commandId, trace);
    const firstPosition = this.all.length + 1;
    for (const [index, { type, data }] of events.entries()) {
      const position = this.all.length + 1;
      const event: StoredEvent = {
        position, stream, revision: of.length, type, data, metadata, commandId, attempt, index, recordedAt, time, void: isVoid,
      };
      this.all.push(event);
      of.push(event);
      trace.push(event);
      this.chains.push(createHash('sha256').update(`${this.chains.at(-1)}${JSON.stringify(event)}`).digest('hex'));
    }
    for (const wake of this.listeners) wake();
    return { firstPosition, lastPosition: this.all.length, revision: of.length - 1, time };
  }

  private inEffect(stream: string): number | 'none' {
    return this.streams.get(stream)?.findLast((event) => !event.void)?.revision ?? 'none';
  }

  head(): Head {
    return { position: this.all.length, chain: this.chains.at(-1) ?? '', time: this.all.at(-1)?.time ?? 0 };
  }

  streamHead(stream: string): { revision: number; position: number; inEffect: number | 'none' } | undefined {
    const last = this.streams.get(stream)?.at(-1);
    return last && { revision: last.revision, position: last.position, inEffect: this.inEffect(stream) };
  }

  readStream(stream: string, { from = 0, limit = 4096, upTo = Infinity }: ReadStreamOptions = {}): StoredEvent[] {
    return (this.streams.get(stream) ?? []).slice(from, from + limit).filter(({ position }) => position <= upTo);
  }

  readAll(after: number, limit = 4096): StoredEvent[] {
    return this.all.slice(after, after + limit);
  }

  readOf(types: readonly string[], after: number, upTo: number): StoredEvent[] {
    return this.all.slice(after, upTo).filter(({ type }) => types.includes(type));
  }

  findCommand(commandId: string): CommandTrace | undefined {
    const events = this.commands.get(commandId);
    return events && { events: [...events] };
  }

  positionAt(time: number): number {
    return this.all.findLast((event) => event.time <= time)?.position ?? 0;
  }

  chainAt(position: number): string | undefined {
    return this.chains[position];
  }

  subscribe(after: number, handler: (events: readonly StoredEvent[]) => void | Promise<void>): Subscription {
    let position = after;
    let busy = false;
    let closed = false;
    const { promise: failed, resolve: fail } = Promise.withResolvers<Error>();
    const deliver = async (): Promise<void> => {
      if (busy) return;
      busy = true;
      try {
        for (let events = this.readAll(position, 64); events.length > 0 && !closed; events = this.readAll(position, 64)) {
          await handler(events);
          position += events.length;
        }
      } catch (error) {
        this.listeners.delete(wake);
        fail(error as Error);
        return;
      }
      busy = false;
    };
    const wake = (): void => void setImmediate(() => void deliver());
    this.listeners.add(wake);
    wake();
    return {
      get position() {
        return position;
      },
      failed,
      close: () => {
        closed = true;
        this.listeners.delete(wake);
      },
    };
  }

  status(): LogStatus {
    return { state: this.open ? 'ok' : 'unavailable', lag: 0 };
  }

  async shutdown(): Promise<void> {
    this.open = false;
    this.listeners.clear();
  }
}
