// The to-do list in memory: what is owed, the earliest due first.
import { commandIdOfObligation, msOf } from '../kernel/index.ts';
import type { Obligation } from './process.ts';

/** An obligation of some process. */
export interface OpenObligation extends Obligation {
  readonly process: string;
}

/** An obligation with what its life is about. */
export interface ToDo extends OpenObligation {
  readonly dueMs: number;
  /** Under which it is carried out, whoever does it and how often. */
  readonly commandId: string;
  /** Command whose event opened it; '' when it was opened before this list was. */
  readonly causedBy: string;
  /** Not discharged. */
  open: boolean;
  /** In the heap of those to be run. */
  queued: boolean;
  /** Not to be run now: refused and waiting for another try, or acknowledged and waiting for its discharge. */
  aside: 'refused' | 'acknowledged' | undefined;
  /** How often it was refused in a row, and why last. */
  refusals: number;
  reason: string;
}

/** Discharged ones that the heap may hold whatever its size. */
const SLACK = 64;

const idOf = (process: string, key: string): string => `${process}\n${key}`;

const earlier = (a: ToDo, b: ToDo): boolean =>
  a.dueMs !== b.dueMs
    ? a.dueMs < b.dueMs
    : a.openedAt !== b.openedAt
      ? a.openedAt < b.openedAt
      : idOf(a.process, a.key) < idOf(b.process, b.key);

export class ToDoList {
  private readonly byId = new Map<string, ToDo>();
  /** A binary heap by due; discharged ones leave it when they come to its top, or when they are the most of it. */
  private heap: ToDo[] = [];

  get size(): number {
    return this.byId.size;
  }

  /**
   * An obligation of the same process and key that is still open is owed no more. `dueMs`: when to run it, where that is not
   * simply its due time.
   */
  open(obligation: OpenObligation, causedBy: string, dueMs = msOf(obligation.due)): ToDo {
    const { process, key, openedAt } = obligation;
    this.discharge(process, key);
    const commandId = commandIdOfObligation(process, key, openedAt);
    const todo: ToDo = {
      ...obligation, dueMs, commandId, causedBy, open: true, queued: false, aside: undefined, refusals: 0, reason: '',
    };
    this.byId.set(idOf(process, key), todo);
    this.push(todo);
    return todo;
  }

  discharge(process: string, key: string): ToDo | undefined {
    const id = idOf(process, key);
    const todo = this.byId.get(id);
    if (!todo) return undefined;
    this.byId.delete(id);
    todo.open = false;
    if (this.heap.length > 2 * this.byId.size + SLACK) this.tidy();
    return todo;
  }

  /** The earliest one that may be run when it is due. */
  next(): ToDo | undefined {
    for (let top = this.heap[0]; top; top = this.heap[0]) {
      if (top.open && !top.aside) return top;
      this.pop();
    }
    return undefined;
  }

  putAside(todo: ToDo, why: 'refused' | 'acknowledged'): void {
    todo.aside = why;
  }

  /** Lets one be run again that was put aside. */
  takeUp(todo: ToDo): void {
    if (!todo.open || !todo.aside) return;
    todo.aside = undefined;
    // It may still be in the heap, below the top.
    if (!todo.queued) this.push(todo);
  }

  all(): Iterable<ToDo> {
    return this.byId.values();
  }

  /** Those that may be run at a time, in no order. */
  *runnable(now: number, at = 0): Iterable<ToDo> {
    const todo = this.heap[at];
    if (!todo || todo.dueMs > now) return;
    if (todo.open && !todo.aside) yield todo;
    yield* this.runnable(now, 2 * at + 1);
    yield* this.runnable(now, 2 * at + 2);
  }

  private tidy(): void {
    const kept = this.heap.filter((todo) => todo.open);
    this.heap = [];
    for (const todo of kept) this.push(todo);
  }

  private push(todo: ToDo): void {
    const { heap } = this;
    todo.queued = true;
    let at = heap.push(todo) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || !earlier(todo, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = todo;
  }

  private pop(): void {
    const { heap } = this;
    const [top] = heap;
    if (top) top.queued = false;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const [a, b] = [heap[left], heap[right]];
      if (!a) break;
      const [child, below] = b && earlier(b, a) ? [b, right] : [a, left];
      if (!earlier(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}
