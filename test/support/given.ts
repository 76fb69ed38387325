// given/when/then: how a rule is told for deciders, views and processes, without a log or a clock.
import { expect } from '@jest/globals';
import {
  derivedId,
  msOf,
  type Act,
  type Decide,
  type Decider,
  type Decision,
  type Event,
  type Fold,
  type Place,
  type Recorded,
} from '../../src/kernel/index.ts';
import type { ContextOf } from '../../src/runtime/handling.ts';
import type { Obligation, Owed, OwedCommand, Process } from '../../src/runtime/process.ts';
import type { Row, Tables, View } from '../../src/runtime/view.ts';

/** When and where everything in a test happens unless it says otherwise. */
export const NOON = '2026-06-21T12:00:00.000Z';
/** Id of every command that is not given another. */
export const COMMAND = '00000000-0000-5000-8000-000000000001';

/** An event with as much of its place as the test cares for; the rest is filled in by `recorded`. */
export type Past<E extends Event = Event> = E & Partial<Place>;

/** Says where an event stands or who caused it: `at(ballotCast('zara'), { position: 7, actor: 'zara' })`. */
export const at = <E extends Event>(event: E, place: Partial<Place>): E & Partial<Place> => ({ ...event, ...place });

/**
 * Gives events their places: positions 1, 2, 3, … (or on from the last one told), revisions per stream, log time `NOON`,
 * actor `someone`. What an event says itself stays.
 */
export function recorded<E extends Event>(events: readonly Past<E>[]): Recorded<E>[] {
  let position = 0;
  let time = msOf(NOON);
  const revisions = new Map<string, number>();
  return events.map((event) => {
    const stream = event.stream ?? 'given-stream';
    position = event.position ?? position + 1;
    time = event.time ?? time;
    const revision = event.revision ?? (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    return { commandId: derivedId(COMMAND, `given ${position}`), actor: 'someone', ...event, stream, position, revision, time } as Recorded<E>;
  });
}

/** The state of another stream, for contexts: `{ membership: folded(membership, memberAdmitted('zara')) }`. */
export const folded = <E extends Event, S>(fold: Fold<E, S>, ...events: readonly Past<E>[]): S =>
  recorded(events).reduce<S>(fold.evolve, fold.initial);

const plain = ({ type, data }: Event) => ({ type, data });

type Decisions<E extends Event, S> = Record<string, Decide<never, E, S, never>>;

class Outcome<E extends Event, S> {
  readonly decision: Decision<E>;
  private readonly before: S;
  private readonly past: readonly Past<E>[];
  private readonly fold: Fold<E, S>;

  constructor(decision: Decision<E>, before: S, past: readonly Past<E>[], fold: Fold<E, S>) {
    this.decision = decision;
    this.before = before;
    this.past = past;
    this.fold = fold;
  }

  /** The decision accepts exactly these events. */
  // oxlint-disable-next-line unicorn/no-thenable -- given, when, then
  then(...events: readonly E[]): this {
    if (!this.decision.accepted) throw new Error(`refused: ${this.decision.rejection.name}: ${this.decision.rejection.message}`);
    expect(this.decision.events.map(plain)).toEqual(events.map(plain));
    return this;
  }

  /** The decision refuses under this name; `details` are compared where given. */
  thenRefused(name: string, details?: object): this {
    if (this.decision.accepted) {
      throw new Error(`accepted: ${this.decision.events.map(({ type }) => type).join(', ') || 'nothing to do'}, not refused: ${name}`);
    }
    expect(this.decision.rejection.name).toBe(name);
    if (details) expect(this.decision.rejection.details).toMatchObject(details);
    return this;
  }

  /** The refusal leaves exactly these events as its record. */
  leaving(...record: readonly Event[]): this {
    if (this.decision.accepted) throw new Error('accepted: a record is left by refusals only');
    expect(this.decision.record.map(plain)).toEqual(record.map(plain));
    return this;
  }

  /** The stream's state after the events accepted (before them, when refused). */
  get state(): S {
    const { decision } = this;
    if (!decision.accepted) return this.before;
    return recorded([...this.past, ...decision.events.map((event) => event as Past<E>)]).reduce<S>(this.fold.evolve, this.fold.initial);
  }
}

class GivenDecider<E extends Event, S, D extends Decisions<E, S>> {
  private readonly decider: Decider<E, S, D>;
  private readonly past: readonly Past<E>[];
  private readonly context: object;

  constructor(decider: Decider<E, S, D>, past: readonly Past<E>[], context: object) {
    this.decider = decider;
    this.past = past;
    this.context = context;
  }

  /**
   * Decides. The command is its class name and body; `act` says who and when (default: `someone` at `NOON`).
   * A function that makes all three can be spread: `.when(...castBallot('zara', 'yes'))`.
   */
  when<K extends keyof D & string>(command: K, body: Parameters<D[K]>[0], act: Partial<Act> = {}): Outcome<E, S> {
    const state = recorded(this.past).reduce<S>(this.decider.evolve, this.decider.initial);
    const commandId = act.commandId ?? COMMAND;
    const who: Act = { actor: 'someone', now: NOON, newId: (label) => derivedId(commandId, label), ...act, commandId };
    const decide = this.decider.decide[command] as unknown as (command: unknown, state: S, context: object) => Decision<E>;
    return new Outcome(decide(body, state, { ...this.context, ...who }), state, this.past, this.decider);
  }
}

/** Rows of a view's tables as they stand after some events, in memory. */
class ViewRows<T extends Tables> {
  private readonly view: View<T>;
  private readonly tables: Map<string, Map<string, object>>;

  constructor(view: View<T>, events: readonly Recorded[]) {
    this.view = view;
    this.tables = new Map(Object.keys(view.tables).map((name) => [name, new Map<string, object>()]));
    const rows = Object.fromEntries([...this.tables].map(([name, held]) => [name, rowsIn(name, held)]));
    const handlers = view.project as unknown as Record<string, (event: Recorded, rows: object) => void>;
    for (const event of events) {
      handlers['*']?.(event, rows);
      handlers[event.type]?.(event, rows);
    }
  }

  /** The table holds exactly these rows: by key for a temporal table, in order for facts. */
  // oxlint-disable-next-line unicorn/no-thenable -- given, when, then
  then<K extends keyof T & string>(table: K, rows: Readonly<Record<string, Row<T[K]['columns']>>> | readonly Row<T[K]['columns']>[]): this {
    const held = this.rows(table);
    expect(this.view.tables[table]?.kind === 'facts' ? Object.values(held) : held).toEqual(rows);
    return this;
  }

  /** One row holds at least these values. */
  thenRow<K extends keyof T & string>(table: K, key: string, row: Partial<Row<T[K]['columns']>>): this {
    expect(this.rows(table)[key]).toMatchObject(row);
    return this;
  }

  rows<K extends keyof T & string>(table: K): Record<string, Row<T[K]['columns']>> {
    return Object.fromEntries(this.tables.get(table) ?? []) as Record<string, Row<T[K]['columns']>>;
  }
}

function rowsIn(table: string, held: Map<string, object>) {
  const open = (key: string): object => {
    const row = held.get(key);
    if (!row) throw new Error(`${table}: no row ${key} is open`);
    return row;
  };
  return {
    add: (row: object) => void held.set(String(held.size), row),
    open(key: string, row: object) {
      if (held.has(key)) throw new Error(`${table}: row ${key} is open already`);
      held.set(key, { ...row });
    },
    change: (key: string, patch: object) => void held.set(key, { ...open(key), ...patch }),
    close: (key: string) => void (open(key), held.delete(key)),
    current: (key: string) => held.get(key),
  };
}

/** What a process owes after some events, and the commands that it would run. */
class Obligations {
  readonly owed: ReadonlyMap<string, Obligation>;
  private readonly process: Process;

  constructor(process: Process, events: readonly Recorded[]) {
    this.process = process;
    const opens = process.opens as Readonly<Record<string, (event: Recorded) => Owed | readonly Owed[] | undefined>>;
    const discharges = process.discharges as Readonly<Record<string, (event: Recorded) => string | readonly string[]>>;
    const owed = new Map<string, Obligation>();
    for (const event of events) {
      for (const key of [discharges[event.type]?.(event) ?? []].flat()) owed.delete(key);
      for (const { key, due, data } of [opens[event.type]?.(event) ?? []].flat() as Owed[]) {
        owed.set(key, { key, openedAt: event.position, due: due ?? new Date(event.time).toISOString(), data });
      }
    }
    this.owed = owed;
  }

  /** Exactly these keys are owed. */
  thenOwed(...keys: readonly string[]): this {
    expect([...this.owed.keys()].toSorted()).toEqual(keys.toSorted());
    return this;
  }

  /** This key is owed from this instant on, and runs this command. */
  thenRuns(key: string, command: OwedCommand, due?: string): this {
    const owed = this.owed.get(key);
    if (!owed) throw new Error(`${this.process.name} does not owe ${key}`);
    expect(this.process.run(owed)).toEqual(command);
    if (due !== undefined) expect(owed.due).toBe(due);
    return this;
  }
}

type PastOf<E extends Event> = Past<E> | readonly Past<E>[];

/**
 * Tells a past. For a decider: events of its stream and, without a `type`, parts of its context, in any order; lists of
 * either are taken apart. For a view or a process: events of any stream.
 *
 *   given(ballot, { proposal: folded(proposal, ...inVoting()), membership: folded(membership, admitted('zara')) })
 *     .when('CastBallot', { proposal: 'p', choice: 'yes' }, { actor: 'zara' })
 *     .then(ballotCast('zara', 'yes'));
 *   given(custody, lotRegistered('lot-1')).then('lots', { 'lot-1': { … } });
 *   given(closing, votingOpened('p')).thenOwed('p').thenRuns('p', { command: 'ClosePolls', body: { proposal: 'p' } });
 */
export function given<T extends Tables>(view: View<T>, ...past: readonly PastOf<Event>[]): ViewRows<T>;
export function given(process: Process, ...past: readonly PastOf<Event>[]): Obligations;
export function given<E extends Event, S, D extends Decisions<E, S>>(
  decider: Decider<E, S, D>,
  ...past: readonly (PastOf<E> | Partial<ContextOf<D>>)[]
): GivenDecider<E, S, D>;
export function given(
  subject: View | Process | Decider<Event, unknown, Decisions<Event, unknown>>,
  ...past: readonly (PastOf<Event> | object)[]
): ViewRows<Tables> | Obligations | GivenDecider<Event, unknown, Decisions<Event, unknown>> {
  const items = past.flat() as readonly object[];
  const events = items.filter((item): item is Past => 'type' in item && typeof item.type === 'string');
  if ('project' in subject) return new ViewRows(subject, recorded(events) as Recorded[]);
  if ('opens' in subject) return new Obligations(subject, recorded(events) as Recorded[]);
  const context = Object.assign({}, ...items.filter((item) => !events.includes(item as Past))) as object;
  return new GivenDecider(subject, events, context);
}
