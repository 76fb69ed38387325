// Upkeep of view files: what the projection worker is given to keep up, what is built beside it, and which file reads go to.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { followSurely, type EventLog, type Following } from '../../event-log/index.ts';
import type { BuildProgress } from './build.ts';
import { startBuild, type FailedBuild, type RunningBuild } from './build-thread.ts';
import { SharedPositions, SLOT_COUNT, type FromProjection, type OpenedFile, type ProjectionWorkerData, type ToProjection } from './protocol.ts';
import { viewsOf, type Registry } from './registry.ts';
import { ServingView } from './serving.ts';
import type { ViewDirectory } from './view-directory.ts';
import { ViewFileUnusable } from './view-file.ts';

export interface UpkeepParts {
  readonly log: EventLog;
  readonly registry: Registry;
  /** Module that exports a Registry: workers load it. */
  readonly registryUrl: string;
  /** A view has failed; its status says so too. */
  readonly onFailed?: (view: string, reason: string) => void;
}

/** A rebuild of these views failed; what they had before serves on. */
export class RebuildFailed extends Error {
  readonly failures: readonly FailedBuild[];

  constructor(failures: readonly FailedBuild[]) {
    super(failures.map(({ view, reason }) => `${view}: ${reason}`).join('; '));
    this.name = 'RebuildFailed';
    this.failures = failures;
  }
}

/** What became of a file that the projection worker was given. */
type Given = 'serving' | { readonly unusable: string } | { readonly paused: string };

/** Logs up to this length are projected live from the start: a build thread would take longer to come up. */
const SHORT = 2_000;
/** A build that the service needs is tried again after this long, ms. */
const RETRY_BUILD = 5_000;
/** What a batch leaves is garbage at once: a larger nursery would only be larger. */
const LIMITS = { maxYoungGenerationSizeMb: 12 };
const CLOSING = 'the views are closing';

export class Upkeep {
  /** Settles when every file that was there has been looked at. */
  readonly opened: Promise<void>;
  /** By view: what its reads come from. */
  readonly serving: ReadonlyMap<string, ServingView>;
  /** Why nothing at all is projected, now or any more. */
  trouble: { readonly reason: string; readonly lasting: boolean } | undefined;
  private readonly parts: UpkeepParts;
  private readonly directory: ViewDirectory;
  private readonly positions = new SharedPositions();
  private readonly freeSlots = Array.from({ length: SLOT_COUNT }, (_, i) => SLOT_COUNT - 1 - i);
  private readonly worker: Worker;
  private readonly following: Following;
  /** By path: what the projection worker has been given and not yet answered for. */
  private readonly given = new Map<string, OpenedFile & { readonly settle: (given: Given) => void }>();
  /** By view: the file that was found to be damaged, or may be. */
  private readonly condemned = new Map<string, string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private builds: Promise<unknown> = Promise.resolve();
  private building: RunningBuild | undefined;
  private closing = false;

  constructor(parts: UpkeepParts, directory: ViewDirectory) {
    this.parts = parts;
    this.directory = directory;
    this.serving = new Map(viewsOf(parts.registry).map((view) => [view.name, new ServingView(view, this.positions)]));
    const head = parts.log.head().position;
    this.positions.setHead(head);
    this.worker = this.startWorker();
    this.following = followSurely(parts.log, head, (events) => {
      const last = events.at(-1);
      if (last && this.positions.setHead(last.position)) this.send({ kind: 'wake' });
    });
    this.opened = this.open(head);
  }

  named(name: string): ServingView {
    const serving = this.serving.get(name);
    if (!serving) throw new Error(`there is no view ${name}`);
    return serving;
  }

  /** Settles when nothing is being built any more. */
  async settled(): Promise<void> {
    for (let builds; builds !== this.builds; ) await (builds = this.builds);
  }

  /**
   * Builds views anew beside the live ones, in one pass, and swaps them in when they have got as far.
   * @throws RebuildFailed for those that could not be built; the others are swapped in
   */
  rebuild(names: readonly string[] = [...this.serving.keys()], onProgress?: (progress: BuildProgress) => void): Promise<void> {
    const chosen = names.map((name) => this.named(name));
    const built = this.builds.then(async () => {
      const failures = await this.build(chosen, onProgress);
      if (failures.length > 0) throw new RebuildFailed(failures);
    });
    this.builds = built.catch(() => undefined);
    return built;
  }

  /** Has a view built anew whose file turned out to be damaged while it was read. */
  condemn(serving: ServingView, reason: string): void {
    const { view, path } = serving;
    if (path === undefined || this.condemned.get(view.name) === path) return;
    this.condemned.set(view.name, path);
    this.fail(view.name, reason, false);
    this.keepBuilding([serving]);
  }

  /** Stops building, lets the worker note how far it got, and closes. */
  async close(): Promise<void> {
    this.closing = true;
    this.following.close();
    for (const timer of this.timers) clearTimeout(timer);
    // A file that the projection has not answered for is looked at again at the next start.
    for (const { settle } of this.given.values()) settle({ paused: CLOSING });
    await this.building?.stop();
    await this.builds;
    await this.opened.catch(() => undefined);
    // The worker's connections are the last to close: they put the write-ahead logs away.
    for (const serving of this.serving.values()) serving.close();
    if (this.worker.threadId !== -1) {
      const exited = once(this.worker, 'exit');
      this.send({ kind: 'stop' });
      await exited;
    }
    this.directory.release();
  }

  private startWorker(): Worker {
    const { log, registryUrl } = this.parts;
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const workerData: ProjectionWorkerData = { logFile: log.location.file, registryUrl, shared: this.positions.buffer };
    const worker = new Worker(new URL(`./projection-worker.${extension}`, import.meta.url), { workerData, resourceLimits: LIMITS });
    worker.on('message', (message: FromProjection) => this.hear(message));
    worker.on('error', (error) => {
      // A bug of the engine or an unloadable registry: nothing is projected any more, and every view says so.
      this.trouble = { reason: `the projection has ended: ${error.message}`, lasting: true };
      for (const { view } of this.serving.values()) this.fail(view.name, this.trouble.reason, true);
      for (const { settle } of this.given.values()) settle({ paused: this.trouble.reason });
    });
    return worker;
  }

  private send(message: ToProjection): void {
    this.worker.postMessage(message);
  }

  private async open(head: number): Promise<void> {
    const missing: ServingView[] = [];
    const names = new Set(this.serving.keys());
    await Promise.all(
      [...names].map(async (name) => {
        const serving = this.named(name);
        const own = this.directory.filesOf(name).filter(({ version }) => version === serving.view.version);
        for (const { path } of own) {
          if (serving.isOwn || serving.reason !== undefined) break;
          const given = await this.give(name, path, 'adopt');
          if (given !== 'serving' && 'unusable' in given) this.directory.remove(path);
        }
        if (serving.isOwn || serving.reason !== undefined) this.forgetOthers(serving);
        else missing.push(serving);
      }),
    );
    if (missing.length === 0) return;
    if (head <= SHORT) {
      await Promise.all(missing.map((serving) => this.give(serving.view.name, this.newPath(serving), 'create')));
      for (const serving of missing) this.forgetOthers(serving);
      return;
    }
    for (const serving of missing) this.serveOlder(serving);
    this.keepBuilding(missing);
  }

  /** Until its successor is built, an older version's file answers reads that it can answer. */
  private serveOlder(serving: ServingView): void {
    for (const { path } of this.directory.filesOf(serving.view.name)) {
      try {
        serving.serve(path, undefined, this.parts.log);
        return;
      } catch (error) {
        if (!(error instanceof ViewFileUnusable)) throw error;
      }
    }
  }

  /** Builds what the service cannot do without, again and again until it is there or shown to be a bug. */
  private keepBuilding(missing: readonly ServingView[]): void {
    this.builds = this.builds.then(async () => {
      if (this.closing) return;
      const failures = await this.build(missing);
      if (failures.length === 0 || this.closing) return;
      for (const { view, reason, lasting = false } of failures) this.fail(view, reason, lasting);
      const again = missing.filter(({ view }) => failures.some((failed) => failed.view === view.name && !failed.lasting));
      if (again.length === 0) return;
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        this.keepBuilding(again);
      }, RETRY_BUILD);
      this.timers.add(timer);
    });
  }

  private async build(chosen: readonly ServingView[], onProgress?: (progress: BuildProgress) => void): Promise<FailedBuild[]> {
    if (this.closing) return chosen.map(({ view }) => ({ view: view.name, reason: CLOSING }));
    const requests = chosen.map((serving) => ({ view: serving.view.name, path: this.newPath(serving) }));
    const { log, registry, registryUrl } = this.parts;
    this.building = startBuild({ log, logFile: log.location.file, registry, registryUrl, coresLeft: 1, requests }, (progress) => {
      for (const serving of chosen) serving.progress = progress;
      onProgress?.(progress);
    });
    const failures: FailedBuild[] = [];
    for (const outcome of await this.building.outcomes) {
      const { view } = outcome;
      if ('reason' in outcome) {
        failures.push(outcome);
        continue;
      }
      const given = await this.give(view, outcome.path, 'adopt');
      if (given === 'serving') this.forgetOthers(this.named(view));
      else failures.push({ view, reason: 'paused' in given ? given.paused : given.unusable });
    }
    this.building = undefined;
    for (const serving of chosen) serving.progress = undefined;
    return failures;
  }

  /** Gives the worker a file to keep up. Settles when reads go to it, or with why they do not yet, or never will. */
  private give(view: string, path: string, kind: 'adopt' | 'create'): Promise<Given> {
    if (this.closing) return Promise.resolve({ paused: CLOSING });
    if (this.trouble?.lasting) return Promise.resolve({ paused: this.trouble.reason });
    const slot = this.freeSlots.pop();
    if (slot === undefined) return Promise.resolve({ paused: 'too many view files are open' });
    this.positions.clear(slot);
    return new Promise((resolve) => {
      const settle = (given: Given): void => {
        if (!this.given.delete(path)) return;
        if (given !== 'serving' && 'unusable' in given) this.freeSlots.push(slot);
        resolve(given);
      };
      this.given.set(path, { view, path, slot, settle });
      this.send({ kind, view, path, slot });
    });
  }

  private hear(message: FromProjection): void {
    switch (message.kind) {
      case 'applied':
        for (const serving of this.serving.values()) serving.advanced();
        return;
      case 'serving':
        this.swapIn(message);
        return;
      case 'unusable':
        this.discard(message, message.reason);
        return;
      case 'failed':
        // Trouble with a file that is being built beside the live one is the build's.
        if (this.isAllThereIs(message)) this.stopped(message);
        this.given.get(message.path)?.settle({ paused: message.reason });
        return;
      case 'recovered':
        this.named(message.view).recover();
        return;
      case 'log-trouble':
        this.trouble = message.reason === undefined ? undefined : { reason: `the log cannot be read: ${message.reason}`, lasting: false };
    }
  }

  /** What a view cannot take may be its file's fault, or a bug: one build tells. */
  private stopped({ view, path, reason, lasting }: Extract<FromProjection, { kind: 'failed' }>): void {
    this.fail(view, reason, lasting);
    if (!lasting || this.condemned.get(view) === path) return;
    this.condemned.set(view, path);
    this.builds = this.builds.then(() => this.build([this.named(view)]));
  }

  /** A file that cannot go on. When nobody waits for it, it broke down later: the view is built anew. */
  private discard({ view, path, slot }: OpenedFile, reason: string): void {
    const given = this.given.get(path);
    if (given) {
      given.settle({ unusable: reason });
      return;
    }
    this.freeSlots.push(slot);
    const serving = this.named(view);
    const broken = this.isAllThereIs({ view, path });
    serving.leave(path);
    this.directory.remove(path);
    if (!broken) return;
    this.fail(view, reason, false);
    this.keepBuilding([serving]);
  }

  /** The view is read from this file, or from none of its own. */
  private isAllThereIs({ view, path }: Pick<OpenedFile, 'view' | 'path'>): boolean {
    const serving = this.named(view);
    return serving.path === path || !serving.isOwn;
  }

  private swapIn({ view, path, slot }: OpenedFile): void {
    const serving = this.named(view);
    const before = serving.slot;
    try {
      serving.serve(path, slot, this.parts.log);
      if (before !== undefined && before !== slot) this.freeSlots.push(before);
      this.given.get(path)?.settle('serving');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.fail(view, reason, false);
      this.given.get(path)?.settle({ paused: reason });
    }
  }

  private fail(view: string, reason: string, lasting: boolean): void {
    const serving = this.named(view);
    serving.fail(reason, lasting);
    this.parts.onFailed?.(view, reason);
  }

  private newPath({ view }: ServingView): string {
    return this.directory.newFile(view.name, view.version).path;
  }

  private forgetOthers(serving: ServingView): void {
    if (!serving.isOwn) return;
    for (const { path } of this.directory.filesOf(serving.view.name)) if (path !== serving.path) this.directory.remove(path);
  }
}
