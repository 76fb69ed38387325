// An inquiry: a question that is answered from the log alone, however many events that takes.
import type { LogReader } from '../../event-log/index.ts';
import type { Event, EventCatalogue, Fold, Recorded } from '../../kernel/index.ts';
import { recordedOf } from '../recorded.ts';

export interface Inquiry<A = never, R = unknown> {
  /** Unique in the service. */
  readonly name: string;
  /** Pure: same log, same answer. What is asked and what is answered are plain data. @throws Rejection */
  readonly answer: (log: WholeLog, asked: A) => R;
}

/** Answers an inquiry as of a position that the log has. @throws Rejection */
export type Inquire = <A, R>(inquiry: Inquiry<A, R>, asked: A, asOf: number) => Promise<R>;

/** The log up to a position, as inquiries read it: events in effect, of types that this version knows. */
export interface WholeLog {
  fold<E extends Event, S>(fold: Fold<E, S>, stream: string): S;
  /** Events of some types, by code name, with after < position ≤ upTo, in order. */
  events<E extends Event>(types: readonly E['type'][], after: number, upTo: number): Iterable<Recorded<E>>;
}

/** Positions looked at between two statements: none stays open while events are taken in. */
const SPAN = 4_096;
const PAGE = 4_096;

export function wholeLog(log: Pick<LogReader, 'readStream' | 'readOf'>, catalogue: EventCatalogue, asOf: number): WholeLog {
  return {
    fold<E extends Event, S>({ initial, evolve }: Fold<E, S>, stream: string): S {
      let state = initial;
      for (let from = 0; ; from += PAGE) {
        const events = log.readStream(stream, { from, limit: PAGE, upTo: asOf });
        for (const stored of events) {
          const event = recordedOf(catalogue, stored);
          if (event) state = evolve(state, event as unknown as Recorded<E>);
        }
        if (events.length < PAGE) return state;
      }
    },
    *events<E extends Event>(types: readonly E['type'][], after: number, upTo: number): Iterable<Recorded<E>> {
      const wires = types.flatMap((type) => catalogue.wireNamesOf(type));
      const end = Math.min(upTo, asOf);
      for (let begin = after; begin < end; begin += SPAN) {
        for (const stored of log.readOf(wires, begin, Math.min(begin + SPAN, end))) {
          const event = recordedOf(catalogue, stored);
          if (event) yield event as unknown as Recorded<E>;
        }
      }
    },
  };
}
