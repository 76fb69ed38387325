// Decider: decisions and fold of one stream, as pure functions.
import type { Event, Recorded } from './event.ts';
import type { Rejection } from './rejection.ts';

/** Outcome of a decision: events to append, or a refusal, which may leave a record of its own. */
export type Decision<E extends Event> =
  | { readonly accepted: true; readonly events: readonly E[] }
  | { readonly accepted: false; readonly rejection: Rejection; readonly record: readonly Event[] };

export function accept<E extends Event>(...events: readonly E[]): Decision<E> {
  return { accepted: true, events };
}

/** Refuses; `record` (say a siphon attempt) goes to a stream of its own before the reply. */
export function refuse(rejection: Rejection, ...record: readonly Event[]): Decision<never> {
  return { accepted: false, rejection, record };
}

/** Who acts, when, and under which command: the part of the context that every decision gets. */
export interface Act {
  /** PersonId of who acts, or `SYSTEM_ACTOR`. */
  readonly actor: string;
  readonly onBehalfOf?: string;
  readonly commandId: string;
  /** The injected clock's reading, as a canonical RFC 3339 instant in UTC. */
  readonly now: string;
  /** A new entity id, derived from the command id: the same for every attempt of the same command. */
  readonly newId: (label?: string) => string;
}

/**
 * One decision. `command` is a validated command, `state` the fold of the command's stream,
 * `context` what was folded from other streams (all guarded) or read as a closed set, with the act.
 */
export type Decide<C, E extends Event, S, X> = (command: C, state: S, context: X & Act) => Decision<E>;

export interface Decider<E extends Event, S, D extends Record<string, Decide<never, E, S, never>>> {
  /** Names the fold in caches and metrics: unique in the service. */
  readonly name: string;
  readonly initial: S;
  /** Decisions by the name of the command class. */
  readonly decide: D;
  /** Pure and total for the stream's events; events of other types leave the state as it is. */
  readonly evolve: Evolve<E, S>;
}

export type Evolve<E extends Event, S> = (state: S, event: Recorded<E>) => S;

/** The fold alone: what a decider of another stream may load as context. */
export interface Fold<E extends Event, S> {
  readonly name: string;
  readonly initial: S;
  readonly evolve: Evolve<E, S>;
}

/** Gives a decider its types: `decider<BallotEvent, Ballot>()({ name, initial, decide: { CastBallot(…) {…} }, evolve })`. */
export function decider<E extends Event, S>() {
  return <const D extends Record<string, Decide<never, E, S, never>>>(definition: Decider<E, S, D>): Decider<E, S, D> =>
    definition;
}
