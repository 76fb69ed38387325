// Appends to the cluster until the outcome is known: every error but a clean refusal may have been an append.
import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  NO_STREAM,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../kernel/index.ts';
import { AppendTooLarge, LogUnavailable } from '../errors.ts';
import { APPEND_LIMIT } from '../event-log.ts';
import type { EncodedAppend } from '../append-encoding.ts';
import type { AppendStream, Answer } from './append-stream.ts';
import { clientEvent, wireEvents } from './wire.ts';
import type { WireEvent } from './wire.ts';
import type { Naming } from './wire.ts';

/** How long an append may take on the call that all share, and in a call of its own, ms. Then it is sent again, with the same ids. */
const SHARED_LIMIT = 2_000;
const OWN_LIMIT = 3_000;
/** Pause before an append of unknown outcome is sent again, ms: doubled from the first to the longest. */
const FIRST_PAUSE = 10;
const LONGEST_PAUSE = 500;

export type Sent =
  | { readonly kind: 'written' }
  /** The stream is at another revision. Nothing of this request was or will be written. */
  | { readonly kind: 'conflict'; readonly actual: number | 'none' }
  /** The cluster has tombstoned the stream. */
  | { readonly kind: 'deleted' };

export class Appender {
  private readonly client: EventStoreDBClient;
  private readonly stream: AppendStream;
  private readonly naming: Naming;
  private readonly clock: Clock;

  constructor(client: EventStoreDBClient, stream: AppendStream, naming: Naming, clock: Clock) {
    this.client = client;
    this.stream = stream;
    this.naming = naming;
    this.clock = clock;
  }

  /**
   * Sends the very same request, with the same ids and the same expected revision, until the cluster says what became of it:
   * first over the shared call, then each time in a call of its own, which no other append can hold up.
   * @param until clock's monotonic time to give up at
   * @param cancelled aborted when the outcome got known another way: what this settles with no longer matters
   * @throws LogUnavailable 'unknown' when time ran out, 'none' when the cluster refuses the caller; AppendTooLarge
   */
  async send(request: EncodedAppend, until: number, cancelled: AbortSignal): Promise<Sent> {
    const events = wireEvents(request);
    const stream = this.naming.wireOf(request.stream);
    let wait = FIRST_PAUSE;
    let ambiguous = false;
    for (let first = true; ; first = false) {
      const left = Math.max(until - this.clock.monotonic(), 1);
      try {
        const { expected } = request;
        const sent = first
          ? await this.stream.append({ stream, expected, events }, Math.min(left, SHARED_LIMIT))
          : await this.call(stream, expected, events, Math.min(left, OWN_LIMIT));
        if (sent.kind === 'too-large') throw new AppendTooLarge(request.bytes, APPEND_LIMIT);
        return sent;
      } catch (cause) {
        if (cause instanceof AppendTooLarge) throw cause;
        if (!first && cause instanceof AccessDeniedError) {
          throw new LogUnavailable('the cluster refuses the credentials', ambiguous ? 'unknown' : 'none', { cause });
        }
        ambiguous ||= !isRefusal(cause);
        if (cancelled.aborted || this.clock.monotonic() + wait >= until) {
          throw new LogUnavailable(`the cluster did not say what became of the append: ${reasonOf(cause)}`, 'unknown', { cause });
        }
      }
      await pause(wait, undefined, { signal: cancelled }).catch(() => {
        throw new LogUnavailable('the outcome got known another way', 'unknown');
      });
      wait = Math.min(wait * 2, LONGEST_PAUSE);
    }
  }

  private async call(stream: string, expected: number | 'none', events: readonly WireEvent[], deadline: number): Promise<Answer> {
    const expectedRevision = expected === 'none' ? NO_STREAM : BigInt(expected);
    try {
      await this.client.appendToStream(stream, events.map(clientEvent), { expectedRevision, requiresLeader: true, deadline });
      return { kind: 'written' };
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) return { kind: 'conflict', actual: revisionOf(error) };
      if (error instanceof StreamDeletedError) return { kind: 'deleted' };
      if (error instanceof MaxAppendSizeExceededError) return { kind: 'too-large' };
      throw error;
    }
  }
}

/** gRPC's PERMISSION_DENIED and UNAUTHENTICATED: the shared call was not let in, so nothing of it was written. */
const REFUSALS: readonly unknown[] = [7, 16];

const isRefusal = (error: unknown): boolean => error instanceof Error && 'code' in error && REFUSALS.includes(error.code);

const revisionOf = ({ actualVersion }: WrongExpectedVersionError): number | 'none' =>
  typeof actualVersion === 'bigint' ? Number(actualVersion) : 'none';

/** The client's errors are all named 'Error', some without a message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
  return [type, error.message].filter((part) => part !== '').join(': ') || error.name;
}
