// A log of yard events in a directory of its own, and the views on it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLog, type SqliteEventLog } from '../../../src/event-log/index.ts';
import { derivedId, SimulatedClock } from '../../../src/kernel/index.ts';
import { openViews, type LiveViews, type ViewsParts } from '../../../src/runtime/index.ts';
import * as registry from '../../support/registry-views.ts';

export const REGISTRY = new URL('../../support/registry-views.ts', import.meta.url).href;
const SEED = '00000000-0000-5000-8000-0000000000aa';

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'biolithic-views-'));
export const removeDirectory = (directory: string): void => rmSync(directory, { recursive: true, force: true });

export class YardLog {
  readonly directory: string;
  readonly log: SqliteEventLog;
  readonly clock: SimulatedClock;
  private readonly revisions = new Map<string, number>();
  private commands = 0;

  private constructor(directory: string, log: SqliteEventLog, clock: SimulatedClock) {
    this.directory = directory;
    this.log = log;
    this.clock = clock;
  }

  static async open(directory = temporaryDirectory()): Promise<YardLog> {
    const clock = new SimulatedClock('2026-03-01T00:00:00.000Z');
    return new YardLog(directory, await openSqliteLog({ directory, namespace: 'yard', clock }), clock);
  }

  /** Appends events to one stream in one append. @returns the position of the last */
  async happens(...events: readonly registry.YardEvent[]): Promise<number> {
    const stream = `yard-${this.commands % 3}`;
    const before = this.revisions.get(stream) ?? this.log.streamHead(stream)?.revision;
    this.clock.advanceTo(this.clock.now() + 700);
    const appended = await this.log.append({
      stream,
      expected: before ?? 'none',
      events: events.map((event) => registry.catalogue.encode(event)),
      guards: [],
      commandId: derivedId(SEED, `${this.directory} ${this.clock.now()} ${this.commands++}`),
      attempt: 0,
      metadata: { actor: `actor-${this.commands % 4}` },
    });
    this.revisions.set(stream, appended.revision);
    return appended.lastPosition;
  }

  views(parts: Partial<ViewsParts> = {}): Promise<LiveViews> {
    return openViews({ directory: this.directory, log: this.log, registry, registryUrl: REGISTRY, ...parts });
  }

  async close(): Promise<void> {
    await this.log.shutdown();
    removeDirectory(this.directory);
  }
}

export const stored = (lot: string, owner: string, mass = 10): registry.YardEvent => ({ type: 'LotStored', data: { lot, owner, mass } });
export const passed = (lot: string, owner: string): registry.YardEvent => ({ type: 'LotPassed', data: { lot, owner } });
export const weighed = (lot: string, mass: number): registry.YardEvent => ({ type: 'LotWeighed', data: { lot, mass } });
export const gone = (lot: string): registry.YardEvent => ({ type: 'LotGone', data: { lot } });
export const split = (lot: string, ...into: string[]): registry.YardEvent => ({ type: 'LotSplit', data: { lot, into } });
export const broken = (): registry.YardEvent => ({ type: 'BeamBroken', data: {} });
export const owed = (chore: string, due?: string): registry.YardEvent => ({ type: 'ChoreOwed', data: { chore, ...(due ? { due } : {}) } });
export const done = (chore: string): registry.YardEvent => ({ type: 'ChoreDone', data: { chore } });
