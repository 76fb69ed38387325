// Rebuilding views from the log, all together and each alone, against the floor: reading and parsing the same log once, plus one plain
// INSERT per row that the views hold into one table without index; and what an event costs in a long log against a short one.
//
// What is timed is `buildViews`, which the service's build thread, `biolithic rebuild` and `verify views` all run, from the first event to
// the synced files. It runs in a thread of its own with the build thread's limits, fresh for every build as in the service, but timed
// inside: starting a thread and loading the rooms takes the same however long the log, and would flatter the growth. The floor runs in
// such a thread too.
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { logFileIn, openLogReader } from '../../src/event-log/index.ts';
import { processes, views } from '../../src/registry.ts';
import { viewsOf } from '../../src/runtime/index.ts';
import { compared, interleaved, type Bench } from './harness.ts';
import { filledStore, newDirectory } from './product.ts';
import type { FloorTook, NamedFile, Task, Took } from './rebuild-worker.ts';

const ALL = 'all';
const LIMITS = { maxOldGenerationSizeMb: 4096, maxYoungGenerationSizeMb: 192 };

function inThread<R>(task: Task): Promise<R> {
  const worker = new Worker(new URL('./rebuild-worker.ts', import.meta.url), { workerData: task, resourceLimits: LIMITS });
  return new Promise((done, failed) => {
    worker.once('message', (result: R) => done(result));
    worker.once('error', failed);
  });
}

type Contender = [name: string, play: () => Promise<number>];

/** A log, and what was measured on it: round by round, for all views together and for each. */
class Subject {
  readonly label: string;
  readonly events: number;
  readonly ours: Record<string, Took[]> = {};
  readonly floor: Record<string, Took[]> = {};
  private readonly logFile: string;
  private readonly built: readonly NamedFile[];

  /** Fills a store and builds its views once: the rows that the floor writes. */
  static async of(label: string, events: number, names: readonly string[]): Promise<Subject> {
    const logFile = logFileIn(await filledStore({ members: 2_000, open: 60, events }));
    const built = filesFor(names);
    await inThread<Took>({ kind: 'build', logFile, requests: built });
    const log = openLogReader(logFile);
    const { position } = log.head();
    log.close();
    return new Subject(label, position, logFile, built);
  }

  private constructor(label: string, events: number, logFile: string, built: readonly NamedFile[]) {
    this.label = label;
    this.events = events;
    this.logFile = logFile;
    this.built = built;
  }

  /** Each view alone, then the floor, which is that of every build, then all views together. */
  contenders(): Contender[] {
    const names = this.built.map(({ view }) => view);
    return [
      ...names.map((name): Contender => [`${name}-${this.label}`, () => this.build(name, [name])]),
      [`floor-${this.label}`, () => this.writeFloor()],
      [`${ALL}-${this.label}`, () => this.build(ALL, names)],
    ];
  }

  private async build(which: string, names: readonly string[]): Promise<number> {
    const requests = filesFor(names);
    const took = await inThread<Took>({ kind: 'build', logFile: this.logFile, requests });
    for (const { path } of requests) rmSync(path);
    (this.ours[which] ??= []).push(took);
    return took.clock;
  }

  private async writeFloor(): Promise<number> {
    const path = join(newDirectory(), 'floor.sqlite');
    const { reading, inserting } = await inThread<FloorTook>({ kind: 'floor', logFile: this.logFile, built: this.built, path });
    rmSync(path);
    let whole = reading;
    for (const [name, { clock, cpu }] of Object.entries(inserting)) {
      (this.floor[name] ??= []).push({ clock: reading.clock + clock, cpu: reading.cpu + cpu });
      whole = { clock: whole.clock + clock, cpu: whole.cpu + cpu };
    }
    (this.floor[ALL] ??= []).push(whole);
    return whole.clock;
  }
}

function filesFor(names: readonly string[]): NamedFile[] {
  const directory = newDirectory();
  return names.map((view) => ({ view, path: join(directory, `${view}.sqlite`) }));
}

export const bench: Bench = {
  name: 'rebuild',
  async run({ quick }, emit) {
    const names = viewsOf({ views, processes }).map(({ name }) => name);
    const [short, long] = quick
      ? [await Subject.of('20k', 20_000, names), await Subject.of('100k', 100_000, names)]
      : [await Subject.of('100k', 100_000, names), await Subject.of('1m', 1_000_000, names)];
    // What is compared runs one after the other: floor and all views of one log, and all views of the two logs.
    await interleaved(quick ? 3 : 5, Object.fromEntries([...short.contenders(), ...long.contenders().toReversed()]));

    const against = 'reading, parsing and one plain INSERT per row';
    const perEvent = (took: readonly Took[] = [], events: number, of: keyof Took) => took.map((one) => (one[of] * 1000) / events);
    for (const { label, events, ours, floor } of [short, long]) {
      const rates = (took?: readonly Took[]) => perEvent(took, events, 'clock').map((micros) => 1_000_000 / micros);
      const cpu = (took?: readonly Took[]) => perEvent(took, events, 'cpu');
      for (const which of [ALL, ...names]) {
        const rate = { name: `rebuild/${which}-${label}`, unit: 'events/s', ours: rates(ours[which]), theirs: rates(floor[which]) };
        emit(compared({ ...rate, against, bound: ['at least', 0.4] }));
      }
      emit(compared({ name: `rebuild/cpu-${label}`, unit: 'µs CPU/event', ours: cpu(ours[ALL]), theirs: cpu(floor[ALL]), against }));
    }
    const growth = (of: keyof Took) => ({
      ours: perEvent(long.ours[ALL], long.events, of),
      theirs: perEvent(short.ours[ALL], short.events, of),
      against: `the same at ${short.label}; here ${long.label}`,
    });
    emit(compared({ name: 'rebuild/cost-growth', unit: 'µs/event', ...growth('clock'), bound: ['at most', 1.3] }));
    emit(compared({ name: 'rebuild/cpu-growth', unit: 'µs CPU/event', ...growth('cpu') }));
  },
};
