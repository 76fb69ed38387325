// Serving: what one view serves reads from, how far it is, and who waits for it.
import type { LogReader } from '../../event-log/index.ts';
import type { View } from '../view.ts';
import type { BuildProgress } from './build.ts';
import type { SharedPositions } from './protocol.ts';
import { ViewReader } from './view-reader.ts';

export interface ViewStatus {
  readonly name: string;
  readonly version: number;
  /** 'building': reads come from what was there before, or wait. 'failed': it stands still; what it had serves on. */
  readonly state: 'live' | 'building' | 'failed';
  /** Why it failed. */
  readonly reason?: string;
  /** Position that reads without `asOf` are as of now; 0 when nothing can be read. */
  readonly position: number;
  /** Events behind the log's head. */
  readonly lag: number;
  /** Of a build under way, also of one beside a live view. */
  readonly progress?: BuildProgress;
}

interface Waiting {
  readonly position: number;
  readonly settle: () => void;
}

interface Source {
  readonly reader: ViewReader;
  /** undefined: an older version's file, which nobody keeps up. */
  readonly slot: number | undefined;
  readonly position: number;
}

export class ServingView {
  readonly view: View;
  progress: BuildProgress | undefined;
  private readonly positions: SharedPositions;
  private source: Source | undefined;
  private failure: { readonly reason: string; readonly lasting: boolean } | undefined;
  private readonly waiting = new Set<Waiting>();

  constructor(view: View, positions: SharedPositions) {
    this.view = view;
    this.positions = positions;
  }

  /** undefined while there is nothing to read. */
  get position(): number | undefined {
    if (!this.source) return undefined;
    return this.source.slot === undefined ? this.source.position : this.positions.position(this.source.slot);
  }

  get path(): string | undefined {
    return this.source?.reader.path;
  }

  get slot(): number | undefined {
    return this.source?.slot;
  }

  /** Reads come from this version's own file. */
  get isOwn(): boolean {
    return this.source?.slot !== undefined;
  }

  get reader(): ViewReader {
    if (!this.source) throw new Error(`the view ${this.view.name} is closed`);
    return this.source.reader;
  }

  get reason(): string | undefined {
    return this.failure?.reason;
  }

  /** Will not move until it is changed and started again. */
  get standsStill(): boolean {
    return this.failure?.lasting === true;
  }

  /** Reads come from this file from now on. @throws ViewFileUnusable */
  serve(path: string, slot: number | undefined, log: Pick<LogReader, 'chainAt'>): void {
    const reader = new ViewReader(path, this.view, log);
    this.source?.reader.close();
    this.source = { reader, slot, position: reader.checkpoint().position };
    if (slot !== undefined) this.failure = undefined;
    this.advanced();
  }

  fail(reason: string, lasting: boolean): void {
    this.failure = { reason, lasting };
    // Who waits for what a stopped view will never reach need not wait.
    if (lasting) for (const { settle } of this.waiting) settle();
  }

  recover(): void {
    this.failure = undefined;
  }

  /** No longer reads from this file, which is about to go. */
  leave(path: string): void {
    if (this.path !== path) return;
    this.source?.reader.close();
    this.source = undefined;
  }

  /** Settles when the view has got there, will not get there, or `ms` have passed. */
  async reached(position: number, ms: number): Promise<boolean> {
    const there = (): boolean => (this.position ?? -1) >= position;
    if (there()) return true;
    if (this.standsStill) return false;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.waiting.delete(waiting);
        resolve();
      };
      const waiting = { position, settle };
      const timer = setTimeout(settle, ms);
      this.waiting.add(waiting);
    });
    return there();
  }

  /** Lets go whoever waited for what is there now. */
  advanced(): void {
    if (this.waiting.size === 0) return;
    const { position = -1 } = this;
    for (const waiting of this.waiting) if (waiting.position <= position) waiting.settle();
  }

  status(head: number): ViewStatus {
    const { name, version } = this.view;
    const position = this.position ?? 0;
    const base = { name, version, position, lag: Math.max(0, head - position), ...(this.progress ? { progress: this.progress } : {}) };
    if (this.failure) return { ...base, state: 'failed', reason: this.failure.reason };
    return { ...base, state: this.isOwn ? 'live' : 'building' };
  }

  close(): void {
    this.fail('the views are closed', true);
    this.source?.reader.close();
    this.source = undefined;
  }
}
