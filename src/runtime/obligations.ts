// The obligations' runner: carries out what is owed when it is due, in due order, once.
import { followSurely, type EventLog, type Following, type StoredEvent } from '../event-log/index.ts';
import { instantOf, msOf, Rejection, SYSTEM_ACTOR, type Clock, type EventCatalogue, type Instant } from '../kernel/index.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { CommandExecutor } from './command-executor.ts';
import { owedChanges, type Process } from './process.ts';
import { recordedOf } from './recorded.ts';
import { Settlement } from './settlement.ts';
import { ToDoList, type OpenObligation, type ToDo } from './to-do-list.ts';

/** Reads what is owed from the to-do list view, as of a position not before `atLeast`. */
export type ReadOwed = (atLeast: number) => Promise<{ readonly position: number; readonly owed: Iterable<OpenObligation> }>;

export interface ObligationsObserver {
  /** Carried out and discharged, so many ms after it was due. */
  discharged?(process: string, lateMs: number): void;
  /** Refused by a rule, or failed by a bug: it stays owed and is tried again later. */
  refused?(obligation: OpenObligation, error: Error): void;
  /** The log or the clock cannot be relied on now: nothing is run for a moment. */
  paused?(error: Error): void;
}

export interface ObligationsStatus {
  readonly ready: boolean;
  /** Position up to which the log has been followed. */
  readonly followed: number;
  readonly open: number;
  /** Due and not discharged, by process. */
  readonly overdue: Readonly<Record<string, number>>;
  /** Those that were refused, and those acknowledged but not discharged, with the reason. At most 100. */
  readonly aside: readonly (OpenObligation & { readonly why: 'refused' | 'acknowledged'; readonly refusals: number; readonly reason: string })[];
}

export interface ObligationsParts {
  readonly log: EventLog;
  readonly catalogue: EventCatalogue;
  readonly processes: readonly Process[];
  readonly owed: ReadOwed;
  readonly executor: Pick<CommandExecutor, 'execute' | 'commandNamed'>;
  readonly clock: Clock;
  readonly clockWatch: ClockWatch;
  readonly observer?: ObligationsObserver;
}

/** A refused obligation is tried again after a second, then after twice as long each time, up to five minutes. */
const FIRST_RETRY = 1_000;
const LAST_RETRY = 300_000;
/** While log or clock fail: pauses from a tenth of a second up to ten. */
const FIRST_PAUSE = 100;
const LAST_PAUSE = 10_000;
/** So often is an obligation that alone cannot be carried out now tried before the next one's turn comes. */
const PATIENT_TRIES = 5;
/** The clock is looked at this often while something is owed, ms: it may be moved by less than it takes to distrust it. */
const GLANCE = 10_000;
const GLANCE_UNTRUSTED = 1_000;
const SETTLE_WITHIN = 5_000;
const ASIDE_SHOWN = 100;
/** Refusals that say nothing of the obligation, but that nothing can be done now. */
const OUTAGES: readonly string[] = ['LogUnavailable', 'OutcomeUnknown', 'ClockUntrusted'];

/**
 * Follows the log with its own to-do list, which starts as the view's. Obligations are run one after the other: what one of
 * them opens is known before the next is chosen. Any number of runners may share a log: an obligation's command id is the same
 * for all of them.
 */
export class ObligationsRunner {
  /** Settles when what was overdue at start has been carried out, or refused by a rule. */
  readonly ready: Promise<void>;
  private readonly parts: ObligationsParts;
  private readonly byWire = new Map<string, Process[]>();
  private readonly processes: ReadonlyMap<string, Process>;
  private readonly list = new ToDoList();
  private readonly settlements = new Set<Settlement>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly retries = new Map<ToDo, NodeJS.Timeout>();
  private readonly becomeReady: () => void;
  private readonly waiting: { readonly position: number; readonly reached: () => void }[] = [];
  private following: Following | undefined;
  private glance: NodeJS.Timeout | undefined;
  private followed = 0;
  /** How many obligations have been opened since start. */
  private opened = 0;
  private started = false;
  private isReady = false;
  private stopped = false;
  private pauses = 0;
  private paused = false;
  private working: Promise<void> | undefined;

  /** @throws Error for two processes of one name, or an event type that no room describes */
  constructor(parts: ObligationsParts) {
    this.parts = parts;
    this.processes = new Map(parts.processes.map((process) => [process.name, process]));
    if (this.processes.size !== parts.processes.length) throw new Error('two processes have one name');
    for (const process of parts.processes) {
      for (const type of new Set([...Object.keys(process.opens), ...Object.keys(process.discharges)])) {
        for (const wire of parts.catalogue.wireNamesOf(type)) this.byWire.set(wire, [...(this.byWire.get(wire) ?? []), process]);
      }
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.becomeReady = resolve;
  }

  /** Reads what is owed once the view has reached the log's head, and goes to work. Settles when at work; see `ready`. */
  async start(): Promise<void> {
    const { log, owed } = this.parts;
    const list = await owed(log.head().position);
    for (const obligation of list.owed) if (this.processes.has(obligation.process)) this.list.open(obligation, '');
    this.followed = list.position;
    if (this.stopped) return;
    this.following = followSurely(log, this.followed, (events) => this.take(events), (error) => this.parts.observer?.paused?.(error));
    await this.reach(log.head().position);
    this.started = true;
    this.work();
  }

  /**
   * Waits until the obligations opened at or before a position that are due now have been discharged, and those that this
   * opened. Gives those that are not: refused ones, at once, and the rest when `within` ms have passed.
   */
  async settled(position: number, within = SETTLE_WITHIN): Promise<readonly OpenObligation[]> {
    const settlement = new Settlement(position);
    for (const todo of this.list.runnable(this.parts.clock.now())) settlement.opened(todo);
    this.settlements.add(settlement);
    const { promise: timeout, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, within);
    this.check();
    this.work();
    await Promise.race([settlement.done, timeout]);
    clearTimeout(timer);
    this.settlements.delete(settlement);
    const now = this.parts.clock.now();
    return [...this.list.all()].filter((todo) => todo.dueMs <= now && todo.aside !== 'acknowledged' && settlement.concerns(todo)).map(plain);
  }

  /** For a clock that moves only when told: runs what has become due, and tries refused ones again. Settles when that is done. */
  async clockMoved(): Promise<void> {
    for (const todo of this.list.all()) if (todo.aside === 'refused') this.list.takeUp(todo);
    const { log, clock, clockWatch } = this.parts;
    const isDue = (): boolean => (this.list.next()?.dueMs ?? Infinity) <= clock.now() && clockWatch.trusted();
    do {
      await this.reach(log.head().position);
      this.work();
      await this.working;
    } while (!this.stopped && !this.paused && (this.followed < log.head().position || isDue()));
  }

  /** When the next obligation is due that is not put aside. */
  nextDue(): Instant | undefined {
    return this.list.next()?.due;
  }

  status(): ObligationsStatus {
    const now = this.parts.clock.now();
    const overdue = Object.fromEntries([...this.processes.keys()].map((name) => [name, 0]));
    const aside: ObligationsStatus['aside'][number][] = [];
    for (const todo of this.list.all()) {
      const { process, aside: why, refusals, reason } = todo;
      if (todo.dueMs <= now) overdue[process] = (overdue[process] ?? 0) + 1;
      if (why && aside.length < ASIDE_SHOWN) aside.push({ ...plain(todo), why, refusals, reason });
    }
    return { ready: this.isReady, followed: this.followed, open: this.list.size, overdue, aside };
  }

  /** Finishes the one that is running. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.following?.close();
    clearTimeout(this.glance);
    for (const timer of this.timers) clearTimeout(timer);
    for (const { reached } of this.waiting.splice(0)) reached();
    await this.working;
  }

  private take(events: readonly StoredEvent[]): void {
    const open = this.opened;
    for (const stored of events) {
      // A batch may come again after a failure in the middle of it.
      if (stored.position <= this.followed) continue;
      const interested = this.byWire.get(stored.type);
      const event = interested && recordedOf(this.parts.catalogue, stored);
      if (event) for (const process of interested) this.apply(process, event);
      this.followed = stored.position;
    }
    while (this.waiting[0] && this.waiting[0].position <= this.followed) this.waiting.shift()?.reached();
    this.check();
    if (this.opened > open) this.work();
  }

  private apply(process: Process, event: Parameters<typeof owedChanges>[1]): void {
    const { discharged, opened } = owedChanges(process, event);
    const lastPosition = (): number => this.parts.log.findCommand(event.commandId)?.events.at(-1)?.position ?? event.position;
    for (const key of discharged) {
      const todo = this.list.discharge(process.name, key);
      if (!todo) continue;
      this.parts.observer?.discharged?.(process.name, event.time - todo.dueMs);
      for (const settlement of this.settlements) settlement.discharged(todo, event.commandId, lastPosition);
    }
    for (const { key, due = instantOf(event.time), data } of opened) {
      this.opened += 1;
      // What is owed at once is due now, also where the log's time is a little ahead of this machine's.
      const at = msOf(due);
      const dueMs = at <= event.time ? Math.min(at, this.parts.clock.now()) : at;
      const todo = this.list.open({ process: process.name, key, openedAt: event.position, due, data }, event.commandId, dueMs);
      for (const settlement of this.settlements) settlement.opened(todo);
    }
  }

  private check(): void {
    const now = this.parts.clock.now();
    for (const settlement of this.settlements) settlement.check(this.followed, this.list.runnable(now));
  }

  private reach(position: number): Promise<void> {
    if (this.followed >= position || this.stopped) return Promise.resolve();
    return new Promise((reached) => {
      const at = this.waiting.findIndex((other) => other.position > position);
      this.waiting.splice(at < 0 ? this.waiting.length : at, 0, { position, reached });
    });
  }

  /** Starts working off what is due, unless that is going on. */
  private work(): void {
    if (!this.started || this.stopped || this.paused || this.working) return;
    this.working = this.workOff()
      .catch((error: Error) => this.pauseFor(FIRST_RETRY, error))
      .finally(() => {
        this.working = undefined;
        this.check();
        this.sleep();
      });
  }

  private async workOff(): Promise<void> {
    const { clock, clockWatch } = this.parts;
    while (!this.stopped && !this.paused && clockWatch.trusted()) {
      const todo = this.list.next();
      if (!todo || todo.dueMs > clock.now()) {
        if (this.isReady) return;
        this.isReady = true;
        this.becomeReady();
        return;
      }
      await this.carryOut(todo);
    }
  }

  private async carryOut(todo: ToDo): Promise<void> {
    const { executor, log } = this.parts;
    try {
      const { command, body } = (this.processes.get(todo.process) as Process).run(plain(todo));
      const { position } = await executor.execute({
        command: executor.commandNamed(command, body),
        actor: SYSTEM_ACTOR,
        commandId: todo.commandId,
      });
      this.pauses = 0;
      await this.reach(position);
      if (todo.open) this.list.putAside(todo, 'acknowledged');
    } catch (error) {
      // Refused, perhaps, because it has been done in another way that is in the log already.
      await this.reach(log.head().position);
      if (todo.open && !this.stopped) this.refused(todo, error as Error);
    }
    this.check();
  }

  private refused(todo: ToDo, error: Error): void {
    const outage = error instanceof Rejection && OUTAGES.includes(error.name);
    const unavailable = error instanceof Rejection && error.status === 503;
    todo.reason = `${error.name}: ${error.message}`;
    todo.refusals += 1;
    if (outage || (unavailable && todo.refusals < PATIENT_TRIES)) {
      todo.refusals = outage ? 0 : todo.refusals;
      this.pauseFor(Math.min(FIRST_PAUSE * 2 ** this.pauses++, LAST_PAUSE), error);
      return;
    }
    this.pauses = 0;
    this.list.putAside(todo, 'refused');
    this.parts.observer?.refused?.(plain(todo), error);
    this.forget(this.retries.get(todo));
    const retry = this.later(Math.min(FIRST_RETRY * 2 ** (todo.refusals - 1), LAST_RETRY), () => {
      this.retries.delete(todo);
      this.list.takeUp(todo);
      this.work();
    });
    if (retry) this.retries.set(todo, retry);
  }

  /** Nothing is run for so long: the log, say, cannot be read. */
  private pauseFor(ms: number, error: Error): void {
    this.paused = true;
    this.parts.observer?.paused?.(error);
    this.later(ms, () => {
      this.paused = false;
      this.work();
    });
  }

  private later(ms: number, then: () => void): NodeJS.Timeout | undefined {
    if (this.stopped) return undefined;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      then();
    }, ms).unref();
    this.timers.add(timer);
    return timer;
  }

  private forget(timer: NodeJS.Timeout | undefined): void {
    clearTimeout(timer);
    if (timer) this.timers.delete(timer);
  }

  /** Sets the alarm for the next deadline. A simulated clock has none: it says when it has moved. */
  private sleep(): void {
    clearTimeout(this.glance);
    const { clock, clockWatch } = this.parts;
    const next = this.list.next();
    if (!next || this.stopped || this.paused) return;
    const wait = next.dueMs - clock.now();
    if (clock.kind === 'simulated' && wait > 0) return;
    const ms = clockWatch.trusted() ? Math.min(Math.max(wait, 0), GLANCE) : GLANCE_UNTRUSTED;
    this.glance = setTimeout(() => this.work(), ms).unref();
  }
}

const plain = ({ process, key, openedAt, due, data }: ToDo): OpenObligation => ({ process, key, openedAt, due, data });
