// Waiting for obligations: whether all that a position gave rise to and that is due has been carried out, chains included.
import type { ToDo } from './to-do-list.ts';

/** One wait: for obligations opened at or before a position, and for those that carrying them out opens. */
export class Settlement {
  readonly done: Promise<void>;
  private readonly resolve: () => void;
  private readonly position: number;
  /** Commands whose obligations are waited for. */
  private readonly commands = new Set<string>();
  /** The log has to be followed as far as this before anything can be said. */
  private followTo: number;

  constructor(position: number) {
    this.position = position;
    this.followTo = position;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.resolve = resolve;
  }

  concerns(todo: ToDo): boolean {
    return todo.openedAt <= this.position || this.commands.has(todo.causedBy);
  }

  opened(todo: ToDo): void {
    if (this.concerns(todo)) this.commands.add(todo.commandId);
  }

  /** `lastPosition`: of the command that discharged it, whose later events may open more. */
  discharged(todo: ToDo, by: string, lastPosition: () => number): void {
    if (!this.concerns(todo)) return;
    this.commands.add(by);
    this.followTo = Math.max(this.followTo, lastPosition());
  }

  /** Ends the wait when the log was followed far enough and nothing that concerns it can be run. */
  check(followed: number, runnable: Iterable<ToDo>): void {
    if (followed < this.followTo) return;
    for (const todo of runnable) if (this.concerns(todo)) return;
    this.resolve();
  }
}
