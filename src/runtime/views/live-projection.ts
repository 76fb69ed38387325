// Live projection: keeps any number of view files up with the log. Front-runners first: a file that is behind, or broken,
// does not hold up the others.
import { LogError, type LogReader } from '../../event-log/index.ts';
import type { Event, EventCatalogue, Recorded } from '../../kernel/index.ts';
import { recordedOf } from '../recorded.ts';
import type { View } from '../view.ts';
import { layoutOf } from './layout.ts';
import { createViewFile, isDamage, LiveViewFile, ViewFileUnusable } from './view-file.ts';
import { isSqliteError, ProjectionFailed } from './view-writer.ts';
import type { FromProjection, OpenedFile } from './protocol.ts';

const PAGE = 1024;
/** Every so many steps the turn is that of the file furthest behind, for a page that those at the front can wait for. */
const HINDMOST_EVERY = 4;
const HINDMOST_PAGE = 128;
/** A file that nothing is written to still notes how far it got after so many events. */
const NOTED_EVERY = 8192;
/** After a full disk or the like, a file is tried again after this long, ms. */
const RETRY_AFTER = 1000;
/** Caches begin a new generation beyond this, kilobytes per view. */
const MEMORY = 2048;

interface Projected extends OpenedFile {
  readonly definition: View;
  file: LiveViewFile | undefined;
  position: number;
  /** Checkpoint in the file. */
  noted: number;
  /** Takes its view's place when it has got as far as what serves now. */
  candidate: boolean;
  /** 'paused' until `retryAt`. */
  state: 'running' | 'paused' | 'stopped';
  retryAt: number;
}

export interface LiveProjectionParts {
  readonly log: Pick<LogReader, 'readAll' | 'chainAt'>;
  readonly catalogue: EventCatalogue;
  readonly views: readonly View[];
  readonly tell: (message: FromProjection) => void;
  readonly advance: (slot: number, position: number) => void;
  readonly monotonic: () => number;
}

export class LiveProjection {
  private readonly parts: LiveProjectionParts;
  private files: Projected[] = [];
  private steps = 0;

  constructor(parts: LiveProjectionParts) {
    this.parts = parts;
  }

  /** Opens a file that was built, or makes an empty one. What goes wrong is told, not thrown. */
  take(opened: OpenedFile, how: 'adopt' | 'create'): void {
    const { log, views, tell } = this.parts;
    const definition = views.find(({ name }) => name === opened.view);
    if (!definition) throw new Error(`there is no view ${opened.view}`);
    const layout = layoutOf(definition);
    const candidate = this.files.some(({ view }) => view === opened.view);
    const projected: Projected = { ...opened, definition, file: undefined, position: 0, noted: 0, candidate, state: 'running', retryAt: 0 };
    try {
      if (how === 'create') createViewFile(opened.path, definition, layout, { position: 0, chain: log.chainAt(0) as string });
      this.open(projected);
      this.files.push(projected);
      this.parts.advance(opened.slot, projected.position);
      this.promote(projected);
    } catch (error) {
      if (error instanceof ViewFileUnusable) tell({ ...opened, kind: 'unusable', reason: error.message });
      else if (isSqliteError(error) || error instanceof LogError) {
        // Nothing can be said of the file now: it is tried again like one that broke down later.
        this.files.push(projected);
        this.pause(projected, error);
      } else throw error;
    }
  }

  /**
   * Applies one page to the files that are furthest on, and now and then to the one that is furthest behind: commits without end
   * must not keep a new build from catching up. 'unseen': the log's reader does not yet see what is said to be there.
   */
  step(head: number): 'applied' | 'nothing' | 'unseen' {
    this.retryPaused();
    const running = this.files.filter(({ state, position }) => state === 'running' && position < head).map(({ position }) => position);
    if (running.length === 0) return 'nothing';
    this.steps += 1;
    const [hindmost, foremost] = [Math.min(...running), Math.max(...running)];
    const front = this.steps % HINDMOST_EVERY === 0 ? hindmost : foremost;
    const { log, catalogue } = this.parts;
    const page = log.readAll(front, front < foremost ? HINDMOST_PAGE : PAGE);
    const end = page.at(-1)?.position;
    if (end === undefined) return 'unseen';
    const events = page.flatMap((stored) => recordedOf(catalogue, stored) ?? []);
    for (const projected of this.files) if (projected.state === 'running' && projected.position === front) this.apply(projected, events, end);
    this.parts.tell({ kind: 'applied' });
    return 'applied';
  }

  /** When the next paused file is to be tried, on the monotonic clock; undefined when none is. */
  nextRetry(): number | undefined {
    const paused = this.files.filter(({ state }) => state === 'paused');
    return paused.length === 0 ? undefined : Math.min(...paused.map(({ retryAt }) => retryAt));
  }

  /** Notes how far every file got, and closes. */
  close(): void {
    for (const projected of this.files) {
      if (projected.state === 'running') this.guarded(projected, () => this.note(projected));
      this.shut(projected);
    }
    this.files = [];
  }

  private apply(projected: Projected, events: readonly Recorded<Event>[], end: number): void {
    this.guarded(projected, () => {
      const file = projected.file as LiveViewFile;
      const { writer } = file;
      let wrote = false;
      for (const event of events) {
        if (!writer.handles(event.type)) continue;
        if (!wrote) file.begin();
        wrote = true;
        writer.apply(event);
      }
      projected.position = end;
      if (wrote || end - projected.noted >= NOTED_EVERY) this.note(projected);
      if (writer.weight > MEMORY) writer.retire();
      this.parts.advance(projected.slot, end);
      if (projected.candidate) this.promote(projected);
    }, events);
  }

  /** Runs what may break: a bug of the view stops it at the event before, trouble with the file lets it pause. */
  private guarded(projected: Projected, work: () => void, events: readonly Recorded<Event>[] = []): void {
    try {
      work();
    } catch (error) {
      if (error instanceof ProjectionFailed) this.stop(projected, error, events);
      else if (isDamage(error)) this.giveUp(projected, `${projected.path} is damaged: ${error.message}`);
      else this.pause(projected, error);
    }
  }

  private note(projected: Projected): void {
    const { position } = projected;
    if (position === projected.noted) return;
    projected.file?.commit({ position, chain: this.parts.log.chainAt(position) as string });
    projected.noted = position;
  }

  /** The rows stay as they were before the event that the view could not take. */
  private stop(projected: Projected, failed: ProjectionFailed, events: readonly Recorded<Event>[]): void {
    const before = failed.position - 1;
    this.guarded(projected, () => {
      const file = projected.file as LiveViewFile;
      file.rollback();
      for (const event of events) {
        if (event.position >= failed.position || !file.writer.handles(event.type)) continue;
        file.begin();
        file.writer.apply(event);
      }
      projected.position = Math.max(before, projected.noted);
      this.note(projected);
      this.parts.advance(projected.slot, projected.position);
      projected.state = 'stopped';
    });
    if (projected.state === 'stopped') this.parts.tell({ kind: 'failed', view: projected.view, path: projected.path, reason: failed.message, lasting: true });
  }

  private pause(projected: Projected, error: unknown): void {
    this.shut(projected);
    projected.state = 'paused';
    projected.retryAt = this.parts.monotonic() + RETRY_AFTER;
    this.parts.tell({ kind: 'failed', view: projected.view, path: projected.path, reason: inWords(error), lasting: false });
  }

  private retryPaused(): void {
    const now = this.parts.monotonic();
    for (const projected of this.files.filter(({ state, retryAt }) => state === 'paused' && retryAt <= now)) {
      const { view, slot } = projected;
      try {
        this.open(projected);
        // Writing shows whether it can be written again.
        projected.file?.commit({ position: projected.noted, chain: this.parts.log.chainAt(projected.noted) as string });
        projected.state = 'running';
        this.parts.tell({ kind: 'recovered', view });
        this.parts.advance(slot, projected.position);
        this.promote(projected);
      } catch (error) {
        if (error instanceof ViewFileUnusable) this.giveUp(projected, error.message);
        else this.pause(projected, error);
      }
    }
  }

  private open(projected: Projected): void {
    const { definition, path } = projected;
    const { file, checkpoint } = LiveViewFile.open(path, definition, layoutOf(definition), this.parts.log);
    projected.file = file;
    projected.position = checkpoint.position;
    projected.noted = checkpoint.position;
  }

  /** Trying again would not help: the file goes. */
  private giveUp(projected: Projected, reason: string): void {
    const { view, path, slot } = projected;
    this.shut(projected);
    this.files = this.files.filter((one) => one !== projected);
    this.parts.tell({ kind: 'unusable', reason, view, path, slot });
  }

  /** Has reads go to a file, unless it is a candidate that has not got as far as what serves. */
  private promote(candidate: Projected): void {
    const before = candidate.candidate ? this.files.find((one) => one.view === candidate.view && one !== candidate) : undefined;
    if (before && before.position > candidate.position) return;
    candidate.candidate = false;
    if (before) {
      this.shut(before);
      this.files = this.files.filter((one) => one !== before);
    }
    this.serve(candidate);
  }

  private serve({ view, path, slot }: Projected): void {
    this.parts.tell({ kind: 'serving', view, path, slot });
  }

  private shut(projected: Projected): void {
    try {
      projected.file?.close();
    } catch (error) {
      if (!isSqliteError(error)) throw error;
    }
    projected.file = undefined;
  }
}

const inWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));
