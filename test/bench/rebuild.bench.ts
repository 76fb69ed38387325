// Rebuilding views from the log, all together and each alone, against the floor: reading and parsing the same log once, plus one plain
// INSERT per row that the views hold into one table without index; and what an event costs in a long log against a short one.
//
// What is timed is `buildViews`, which the service's build threads, `biolithic rebuild` and `verify views` all run, from the first event to
// the synced files. It runs in threads with the build threads' limits, as many as `biolithic rebuild` takes and with the same views in each, fresh
// for every build as in the service, but timed from when they are ready: starting a thread and loading the rooms takes the same however
// long the log, and would flatter the growth. The floor runs in such a thread too; it is one thread's work.
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { logFileIn, openLogReader } from '../../src/event-log/index.ts';
import * as registry from '../../src/registry.ts';
import { viewsOf } from '../../src/runtime/index.ts';
import { MEMORY } from '../../src/runtime/views/build.ts';
import { dealtOut, LIMITS } from '../../src/runtime/views/build-thread.ts';
import { viewNamed } from '../../src/runtime/views/registry.ts';
import { compared, interleaved, type Bench } from './harness.ts';
import { filledStore, newDirectory } from './product.ts';
import type { FloorTook, NamedFile, Task, Took } from './rebuild-worker.ts';

const ALL = 'all';

/** Has a task wait in a thread until it is let go. */
async function inThread<R>(task: Task): Promise<() => Promise<R>> {
  const worker = new Worker(new URL('./rebuild-worker.ts', import.meta.url), { workerData: task, resourceLimits: LIMITS });
  const told = <M>() =>
    new Promise<M>((done, failed) => {
      worker.once('message', done);
      worker.once('error', failed);
    });
  await told();
  return () => {
    const result = told<R>();
    worker.postMessage('go');
    return result;
  };
}

/** Builds views as the product does where no service needs a core. */
async function built(logFile: string, requests: readonly NamedFile[]): Promise<Took> {
  const log = openLogReader(logFile);
  const shares = dealtOut(requests.map(({ view }) => viewNamed(viewsOf(registry), view)), log, registry, 0);
  log.close();
  const memory = MEMORY / shares.length;
  const threads = await Promise.all(
    shares.map((share) => {
      const own = requests.filter(({ view }) => share.some(({ name }) => name === view));
      return inThread<void>({ kind: 'build', logFile, requests: own, memory });
    }),
  );
  const [began, before] = [performance.now(), process.cpuUsage()];
  await Promise.all(threads.map((go) => go()));
  const { user, system } = process.cpuUsage(before);
  return { clock: performance.now() - began, cpu: (user + system) / 1000 };
}

type Contender = [name: string, play: () => Promise<number>];

/** A log, and what was measured on it: round by round, for all views together and for each. */
class Subject {
  readonly label: string;
  readonly events: number;
  readonly ours: Record<string, Took[]> = {};
  readonly floor: Record<string, Took[]> = {};
  private readonly logFile: string;
  private readonly files: readonly NamedFile[];

  /** Fills a store and builds its views once: the rows that the floor writes. */
  static async of(label: string, events: number, names: readonly string[]): Promise<Subject> {
    const logFile = logFileIn(await filledStore({ members: 2_000, open: 60, events }));
    const files = filesFor(names);
    await built(logFile, files);
    const log = openLogReader(logFile);
    const { position } = log.head();
    log.close();
    return new Subject(label, position, logFile, files);
  }

  private constructor(label: string, events: number, logFile: string, files: readonly NamedFile[]) {
    this.label = label;
    this.events = events;
    this.logFile = logFile;
    this.files = files;
  }

  /** Each view alone, then the floor, which is that of every build, then all views together. */
  contenders(): Contender[] {
    const names = this.files.map(({ view }) => view);
    return [
      ...names.map((name): Contender => [`${name}-${this.label}`, () => this.build(name, [name])]),
      [`floor-${this.label}`, () => this.writeFloor()],
      [`${ALL}-${this.label}`, () => this.build(ALL, names)],
    ];
  }

  private async build(which: string, names: readonly string[]): Promise<number> {
    const requests = filesFor(names);
    const took = await built(this.logFile, requests);
    for (const { path } of requests) rmSync(path);
    (this.ours[which] ??= []).push(took);
    return took.clock;
  }

  private async writeFloor(): Promise<number> {
    const path = join(newDirectory(), 'floor.sqlite');
    const go = await inThread<FloorTook>({ kind: 'floor', logFile: this.logFile, built: this.files, path });
    const { reading, inserting } = await go();
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
    const names = viewsOf(registry).map(({ name }) => name);
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
