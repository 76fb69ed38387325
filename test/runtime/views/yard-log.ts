// A log of yard events in a directory of its own, the views on it, and what they should say.
import { randomUUID } from 'node:crypto';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { logFileIn, openSqliteLog, type SqliteEventLog, type StoredEvent } from '../../../src/event-log/index.ts';
import { SimulatedClock, type Event, type Recorded } from '../../../src/kernel/index.ts';
import { openViews, recordedOf, verifyViews, viewsOf, type LiveViews, type OfflineParts, type Tables, type View, type ViewsParts } from '../../../src/runtime/index.ts';
import { RememberedView } from '../../support/memory-tables.ts';
import * as registry from '../../support/registry-views.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { agree } from './agreement.ts';

const REGISTRY = new URL('../../support/registry-views.ts', import.meta.url).href;

const open = (directory: string, clock: SimulatedClock) => openSqliteLog({ directory, namespace: 'yard', clock });

export class Yard {
  readonly directory: string;
  log: SqliteEventLog;
  private readonly remove: () => void;
  private readonly clock: SimulatedClock;
  private readonly live = new Set<LiveViews>();
  private commands = 0;

  private constructor(directory: string, remove: () => void, log: SqliteEventLog, clock: SimulatedClock) {
    this.directory = directory;
    this.remove = remove;
    this.log = log;
    this.clock = clock;
  }

  /** A new yard, or a copy of one that is shut. */
  static async open(copied?: string): Promise<Yard> {
    const { path, remove } = temporaryDirectory();
    if (copied !== undefined) cpSync(copied, path, { recursive: true });
    const clock = new SimulatedClock('2026-03-01T00:00:00.000Z');
    return new Yard(path, remove, await open(path, clock), clock);
  }

  get head(): number {
    return this.log.head().position;
  }

  /** Appends events in one append. @returns the position of the last */
  async happens(...events: readonly registry.YardEvent[]): Promise<number> {
    const commandId = randomUUID();
    this.clock.advanceTo(this.clock.now() + 700);
    const appended = await this.log.append({
      stream: `yard-${commandId}`,
      expected: 'none',
      events: events.map((event) => registry.catalogue.encode(event)),
      guards: [],
      commandId,
      attempt: 0,
      metadata: { actor: `actor-${this.commands++ % 4}` },
    });
    return appended.lastPosition;
  }

  /** Many lots are stored. */
  async fills(lots: number, owner = 'ada'): Promise<number> {
    for (let n = 0; n < lots; n += 500) {
      await this.happens(...Array.from({ length: Math.min(500, lots - n) }, (_, i) => stored(`${owner} ${n + i}`, owner, (n + i) % 100)));
    }
    return this.head;
  }

  async views(parts: Partial<ViewsParts> = {}): Promise<LiveViews> {
    const views = await openViews({ directory: this.directory, log: this.log, registry, registryUrl: REGISTRY, ...parts });
    this.live.add(views);
    return views;
  }

  /** What reads views that no service keeps. */
  get offline(): OfflineParts {
    return { directory: this.directory, logFile: logFileIn(this.directory), registry, registryUrl: REGISTRY };
  }

  /** Everything is closed; what is in the directory stays. */
  async shut(): Promise<void> {
    for (const views of this.live) await views.close();
    this.live.clear();
    await this.log.shutdown();
  }

  async reopen(): Promise<void> {
    this.log = await open(this.directory, this.clock);
  }

  async close(): Promise<void> {
    await this.shut();
    this.remove();
  }

  events(): Recorded<Event>[] {
    const all: StoredEvent[] = [];
    for (let page = this.log.readAll(0); page.length > 0; page = this.log.readAll(all.length)) all.push(...page);
    return all.flatMap((event) => recordedOf(registry.catalogue, event) ?? []);
  }

  remembered<T extends Tables>(view: View<T>): RememberedView<T> {
    return new RememberedView(view, this.events());
  }

  /** What lies in the directory of the views, but for the lock and what SQLite keeps beside its files. */
  files(view = ''): string[] {
    return readdirSync(join(this.directory, 'views')).filter((name) => name.startsWith(view) && !/^lock|-(wal|shm|journal)$/.test(name)).toSorted();
  }

  fileOf(view: string): string {
    const [name, ...others] = this.files(`${view}-v`);
    if (name === undefined || others.length > 0) throw new Error(`${view} has not one file, but ${this.files(view).join(', ') || 'none'}`);
    return join(this.directory, 'views', name);
  }
}

/** Every view has come to the log's head and says what happened: as of so many positions, evenly spread, the first and the last among them. */
export async function expectAgreement(yard: Yard, live: LiveViews, positions = 40, views: readonly View[] = viewsOf(registry)): Promise<void> {
  const { head } = yard;
  const chosen = new Set(Array.from({ length: positions + 1 }, (_, i) => Math.round((i * head) / positions)));
  for (const view of views) {
    const now = await live.read(view, { waitFor: head });
    expect(now.position).toBe(head);
    const snapshots = new Map<number, Readonly<Record<string, unknown>>>();
    for (const asOf of chosen) snapshots.set(asOf, (await live.read(view, { asOf })).tables);
    snapshots.set(head, now.tables);
    agree(view, yard.remembered(view), (position) => snapshots.get(position) ?? {}, snapshots.keys());
  }
}

/** A comparison with a build from the log finds no difference, in any view. */
export async function expectVerified(yard: Yard): Promise<void> {
  const verified = await verifyViews(yard.offline);
  expect(verified).toEqual(viewsOf(registry).map(({ name, version }) => ({ view: name, version, position: expect.any(Number), rows: expect.any(Number) })));
}

export const stored = (lot: string, owner: string, mass = 10): registry.YardEvent => ({ type: 'LotStored', data: { lot, owner, mass } });
export const passed = (lot: string, owner: string): registry.YardEvent => ({ type: 'LotPassed', data: { lot, owner } });
export const weighed = (lot: string, mass: number): registry.YardEvent => ({ type: 'LotWeighed', data: { lot, mass } });
export const gone = (lot: string): registry.YardEvent => ({ type: 'LotGone', data: { lot } });
export const split = (lot: string, ...into: string[]): registry.YardEvent => ({ type: 'LotSplit', data: { lot, into } });
export const broken = (): registry.YardEvent => ({ type: 'BeamBroken', data: {} });
/** A build that comes by while the gate's file is there waits until it is gone. */
export const gateMet = (gate: string): registry.YardEvent => ({ type: 'GateMet', data: { gate } });
export const owed = (chore: string, due?: string): registry.YardEvent => ({ type: 'ChoreOwed', data: { chore, ...(due ? { due } : {}) } });
