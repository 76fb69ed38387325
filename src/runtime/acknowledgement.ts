// The answer to an accepted command: made when it is appended, and made again, equal, from the log.
import type { CommandTrace, StoredEvent } from '../event-log/index.ts';
import { instantOf, Rejection, type EventCatalogue, type Instant, type RejectionJson } from '../kernel/index.ts';

export interface AcknowledgedEvent {
  /** Code name. */
  readonly type: string;
  /** As the event holds it: not yet filtered by who asks. */
  readonly data: unknown;
  readonly position: number;
}

export interface Acknowledgement {
  readonly commandId: string;
  readonly stream: string;
  /** Of the command's last event in its stream. */
  readonly revision: number;
  /** Of the command's last event in the log. */
  readonly position: number;
  /** Log time of the last event. */
  readonly time: Instant;
  /** At least one. */
  readonly events: readonly AcknowledgedEvent[];
}

/** What the log remembers of a command. */
export type Remembered =
  /** Never seen, or all its attempts are void: `attempt` is the next one's number. */
  | { readonly inEffect: false; readonly attempt: number }
  | { readonly inEffect: true; readonly events: readonly [StoredEvent, ...StoredEvent[]] };

export function rememberedIn(trace: CommandTrace | undefined): Remembered {
  if (trace === undefined) return { inEffect: false, attempt: 0 };
  const [first, ...rest] = trace.events.filter((event) => !event.void);
  if (first) return { inEffect: true, events: [first, ...rest] };
  return { inEffect: false, attempt: Math.max(-1, ...trace.events.map(({ attempt }) => attempt)) + 1 };
}

/** The answer that the command got when it was appended. @throws Rejection the refusal whose record the events are */
export function answerFrom(catalogue: EventCatalogue, events: readonly [StoredEvent, ...StoredEvent[]]): Acknowledgement {
  const { refusal } = events[0].metadata;
  const last = events.at(-1) ?? events[0];
  if (refusal !== undefined) throw Rejection.fromJSON(refusal as RejectionJson).recorded(last.position);
  return {
    commandId: last.commandId,
    stream: last.stream,
    revision: last.revision,
    position: last.position,
    time: instantOf(last.time),
    events: events.map(({ type, data, position }) => {
      const event = catalogue.decode(type, data);
      if (!event) throw new Error(`event type ${type} at position ${position} is not known to this version`);
      return { type: event.type, data: event.data, position };
    }),
  };
}
