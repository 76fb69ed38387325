// How a command class meets its decider: which stream it is decided on, and what context it is decided with.
import type { Act, Decide, Decider, Event, Fold, Instant } from '../kernel/index.ts';
import type { Inquire } from './inquiries/index.ts';
import type { ReaderOf, Tables, View } from './view.ts';

/** Loads context while a command is decided. Everything loaded is guarded. */
export interface Load {
  /** Folds another stream as it stands in the log; the append is guarded on it. */
  <E extends Event, S>(fold: Fold<E, S>, stream: string): S;
  /** Reads a closed set from a view as of an exact position, after waiting for it. */
  closedSet<T extends Tables, R>(view: View<T>, position: number, read: (tables: ReaderOf<T>) => R): Promise<R>;
  /** Answers from the log as of an exact position, off the thread that serves. */
  inquire: Inquire;
  /** Last position whose log time is not later than an instant that an event of the command's stream or context has passed. */
  positionAt(instant: Instant): number;
  /** A service-wide key by purpose, for what only the service may derive: codes, salts. */
  key(purpose: string): Uint8Array;
}

// Command classes are Nest's edge: constructors without arguments, properties with class-validator decorators.
export type CommandClass<C extends object = object> = new () => C;

export interface Handling {
  readonly commands: readonly CommandClass[];
  readonly decider: Decider<Event, unknown, Record<string, Decide<never, Event, unknown, never>>>;
  readonly stream: (command: never, act: Act) => string;
  readonly context: (command: never, load: Load, act: Act, state: never) => object | Promise<object>;
}

/** Commands that a decider's decisions take. */
export type CommandOf<D> = { [K in keyof D]: D[K] extends Decide<infer C, infer _E, infer _S, infer _X> ? C : never }[keyof D];
type UnionToIntersection<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never;
/** What a decider's decisions ask for beyond the act itself. */
export type ContextOf<D> = UnionToIntersection<
  { [K in keyof D]: D[K] extends (command: never, state: never, context: infer X) => unknown ? Omit<X, keyof Act> : never }[keyof D]
>;

/**
 * Binds command classes to their decider: `handles(ballot, [CastBallot], { stream, context })`.
 * `context` gives what the decisions ask for beyond the act itself.
 */
export function handles<E extends Event, S, D extends Record<string, Decide<never, E, S, never>>>(
  decider: Decider<E, S, D>,
  commands: readonly CommandClass<CommandOf<D> & object>[],
  handling: {
    readonly stream: (command: CommandOf<D>, act: Act) => string;
    readonly context?: (command: CommandOf<D>, load: Load, act: Act, state: S) => ContextOf<D> | Promise<ContextOf<D>>;
  },
): Handling {
  return { commands, decider, stream: handling.stream, context: handling.context ?? (() => ({})) } as unknown as Handling;
}
