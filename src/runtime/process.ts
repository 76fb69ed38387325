// Process managers: what is owed, to whom, by when, and what settles it. The to-do list is a view like any other.
import type { Event, Instant, Recorded } from '../kernel/index.ts';

export interface Owed {
  /** Unique within the process while open. */
  readonly key: string;
  /** Absent = at once. */
  readonly due?: Instant;
  /** What `run` needs besides the key: plain JSON. */
  readonly data?: unknown;
}

export interface Obligation {
  readonly key: string;
  /** Position of the event that opened it. */
  readonly openedAt: number;
  readonly due: Instant;
  readonly data: unknown;
}

/** A command by class name and body: processes run in files without decorators. */
export interface OwedCommand {
  readonly command: string;
  readonly body: object;
}

export interface Process {
  /** Unique in the service; part of the ids of the commands it runs. */
  readonly name: string;
  /** Raise it with every change of what opens or discharges: the to-do list is then built anew. */
  readonly version: number;
  readonly opens: Readonly<Record<string, (event: never) => Owed | readonly Owed[] | undefined>>;
  /** Keys settled by an event; keys that are not open are ignored. */
  readonly discharges: Readonly<Record<string, (event: never) => string | readonly string[]>>;
  readonly run: (owed: Obligation) => OwedCommand;
}

type OnEvents<E extends Event, R> = { readonly [Type in E['type']]?: (event: Recorded<Extract<E, { type: Type }>>) => R };

/** `process<ProposalEvent>()({ name, version, opens, discharges, run })`. */
export function process<E extends Event>() {
  return (definition: {
    readonly name: string;
    readonly version: number;
    readonly opens: OnEvents<E, Owed | readonly Owed[] | undefined>;
    readonly discharges: OnEvents<E, string | readonly string[]>;
    readonly run: (owed: Obligation) => OwedCommand;
  }): Process => definition as Process;
}

/** A command for `run`, checked against its class: `owes<ClosePolls>('ClosePolls', { proposal })`. */
export const owes = <C extends object>(command: string, body: C): OwedCommand => ({ command, body });

export interface OwedChanges {
  /** Keys that are owed no more; those that are not open are ignored. */
  readonly discharged: readonly string[];
  /** What is owed from now on; a key that is open already is owed anew, in place of the old one. */
  readonly opened: readonly Owed[];
}

const NOTHING: readonly never[] = [];

/** What one event changes about what a process owes: first it discharges, then it opens. */
export function owedChanges(of: Process, event: Recorded): OwedChanges {
  const discharges = of.discharges[event.type]?.(event as never);
  const opens = of.opens[event.type]?.(event as never);
  return {
    discharged: discharges === undefined ? NOTHING : typeof discharges === 'string' ? [discharges] : discharges,
    opened: opens === undefined ? NOTHING : Array.isArray(opens) ? (opens as readonly Owed[]) : [opens as Owed],
  };
}
