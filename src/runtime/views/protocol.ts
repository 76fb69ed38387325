// Protocol: what main thread and view workers tell each other, and the numbers they share.

/** An opened view file and its slot in the shared positions. */
export interface OpenedFile {
  readonly view: string;
  readonly path: string;
  readonly slot: number;
}

export interface ProjectionWorkerData {
  readonly logFile: string;
  readonly registryUrl: string;
  readonly shared: SharedArrayBuffer;
}

export type ToProjection =
  /** Keep this file up. Where the view has one already, take its place once it has got as far. */
  | ({ readonly kind: 'adopt' } & OpenedFile)
  /** Make an empty file and keep it up. */
  | ({ readonly kind: 'create' } & OpenedFile)
  /** There is more in the log. */
  | { readonly kind: 'wake' }
  | { readonly kind: 'stop' };

export type FromProjection =
  /** Reads may go to this file; whatever the view had before is closed. */
  | ({ readonly kind: 'serving' } & OpenedFile)
  /** The file cannot go on as this view: build it anew. */
  | ({ readonly kind: 'unusable'; readonly reason: string } & OpenedFile)
  /** Positions have moved. */
  | { readonly kind: 'applied' }
  /** The file stands still; `lasting`: until its view is changed and started again, else it is tried again and again. */
  | { readonly kind: 'failed'; readonly view: string; readonly path: string; readonly reason: string; readonly lasting: boolean }
  | { readonly kind: 'recovered'; readonly view: string }
  /** The log cannot be read now, and is tried again; or, without a reason, it can be read again. */
  | { readonly kind: 'log-trouble'; readonly reason: string | undefined };

export interface BuildWorkerData {
  readonly logFile: string;
  readonly registryUrl: string;
  readonly requests: readonly { readonly view: string; readonly path: string }[];
  readonly upTo?: number;
  /** As in `BuildOptions`. */
  readonly memory: number;
}

const HEAD = 0;
const IDLE = 1;
const FIRST_SLOT = 2;
const SLOTS = 1024;

/** Head of the log as main knows it, whether the worker sleeps, and how far each file has got. */
export class SharedPositions {
  readonly buffer: SharedArrayBuffer;
  private readonly words: Uint32Array;

  constructor(buffer = new SharedArrayBuffer((FIRST_SLOT + SLOTS) * 4)) {
    this.buffer = buffer;
    this.words = new Uint32Array(buffer);
  }

  head(): number {
    return Atomics.load(this.words, HEAD);
  }

  /** @returns whether the worker sleeps and must be woken */
  setHead(position: number): boolean {
    if (position <= this.head()) return false;
    Atomics.store(this.words, HEAD, position);
    return Atomics.exchange(this.words, IDLE, 0) === 1;
  }

  /** The worker is going to sleep: it looks at the head once more after this. */
  setIdle(idle: boolean): void {
    Atomics.store(this.words, IDLE, idle ? 1 : 0);
  }

  position(slot: number): number {
    return Atomics.load(this.words, FIRST_SLOT + slot);
  }

  /** What was applied once stays applied: a file that goes over events again, which say nothing to it, is not behind. */
  advance(slot: number, position: number): void {
    if (position > this.position(slot)) Atomics.store(this.words, FIRST_SLOT + slot, position);
  }

  clear(slot: number): void {
    Atomics.store(this.words, FIRST_SLOT + slot, 0);
  }
}

export const SLOT_COUNT = SLOTS;
