// One command on its way: decided on the folded past of its stream, appended, and decided again as often as what it rests on moves.
import {
  AppendTooLarge,
  CommandAlreadyAppended,
  LogDiverged,
  LogUnavailable,
  RevisionConflict,
  type Appended,
  type AppendRequest,
  type EventLog,
  type EventMetadata,
} from '../event-log/index.ts';
import { Rejection, type Act, type Decision, type Event, type EventCatalogue } from '../kernel/index.ts';
import { answerFrom, rememberedIn, type Acknowledgement, type Remembered } from './acknowledgement.ts';
import { appendSurely, pause, until } from './append-surely.ts';
import type { ExecutorObserver } from './executor-observer.ts';
import type { Handling } from './handling.ts';
import type { Inquire } from './inquiries/index.ts';
import { instantsInRow } from './instants-in-row.ts';
import { Moment, StreamMoved } from './moment.ts';
import { runtimeRejections } from './rejections.ts';
import type { Secrets } from './secrets.ts';
import type { StreamCache } from './stream-cache.ts';
import type { Views } from './view.ts';

/** One command as it is to be executed, whatever number of times it is decided. */
export interface Execution {
  /** Name of the command's class. */
  readonly name: string;
  readonly handling: Handling;
  /** Personal texts in it are sealed. */
  readonly command: object;
  /** The act at the present moment: each decision is made with the time of its own. */
  readonly act: () => Act;
  readonly commandId: string;
  /** Refuse with `StreamChanged` when the command's stream has an event after this position. */
  readonly ifPosition: number | undefined;
  readonly stream: string;
  readonly metadata: EventMetadata;
}

/** What executions share. */
export interface ExecutionMeans {
  readonly log: EventLog;
  readonly catalogue: EventCatalogue;
  readonly views: Views;
  readonly secrets: Pick<Secrets, 'key'>;
  readonly inquire: Inquire;
  readonly cache: StreamCache;
  readonly observer: ExecutorObserver;
}

/** How often a command is decided again when what it rests on has moved. */
const MAX_DECISIONS = 16;

export class DecisionLoop {
  private readonly log: EventLog;
  private readonly catalogue: EventCatalogue;
  private readonly means: ExecutionMeans;
  private readonly cache: StreamCache;
  private readonly observer: ExecutorObserver;
  private readonly timeText = instantsInRow();

  constructor(means: ExecutionMeans) {
    this.means = means;
    this.log = means.log;
    this.catalogue = means.catalogue;
    this.cache = means.cache;
    this.observer = means.observer;
  }

  /**
   * Settles when the events are durable, numbered and in effect. `remembered` is called when a resend is answered from the log.
   * @throws Rejection the decider's, or one of `runtimeRejections`
   */
  async run(execution: Execution, remembered: () => void): Promise<Acknowledgement> {
    const { commandId } = execution;
    let fresh = false;
    let attempt = 0;
    for (let decisions = 0; decisions < MAX_DECISIONS; decisions += 1) {
      const past = this.remember(execution);
      if (past.inEffect) {
        remembered();
        return answerFrom(this.catalogue, past.events);
      }
      if (past.attempt > attempt) this.observer.voided?.();
      attempt = past.attempt;
      const moment = new Moment(this.means, execution.stream, fresh);
      try {
        const decision = await this.decide(execution, moment);
        if (decision.accepted && decision.events.length > 0) return await this.appendAccepted(execution, moment, attempt, decision.events);
        // A refusal is given only while all that it was decided on stands, and when no resend came before. One that is put on
        // record is guarded on that; for one that is not, the copy must have what other replicas acknowledged.
        if (decision.accepted || decision.record.length === 0) await this.upToDate();
        if (moment.stands(this.log) && !this.remember(execution).inEffect) {
          if (decision.accepted) throw runtimeRejections.NothingToDo();
          throw decision.record.length > 0 ? await this.appendRecord(execution, moment, attempt, decision) : decision.rejection;
        }
      } catch (error) {
        if (error instanceof CommandAlreadyAppended) await until(() => rememberedIn(this.log.findCommand(commandId)).inEffect);
        else if (error instanceof RevisionConflict) await this.untilMoved(error, decisions);
        else if (!(error instanceof StreamMoved)) throw error;
      }
      fresh = true;
    }
    throw runtimeRejections.TooMuchContention({ retryAfter: 1 });
  }

  /** @throws Rejection IdempotencyKeyReused when the log has another command or body under this command's id */
  private remember({ commandId, metadata }: Execution): Remembered {
    const past = rememberedIn(this.log.findCommand(commandId));
    if (past.inEffect) {
      const { body, onBehalfOf } = past.events[0].metadata;
      if (body !== metadata.body || onBehalfOf !== metadata.onBehalfOf) throw runtimeRejections.IdempotencyKeyReused();
    }
    return past;
  }

  private async decide({ name, handling, command, act: actNow, ifPosition }: Execution, moment: Moment): Promise<Decision<Event>> {
    const { decider, context: contextOf } = handling;
    const act = actNow();
    try {
      const target = moment.target(decider);
      if (ifPosition !== undefined && target.position > ifPosition) {
        throw runtimeRejections.StreamChanged({ changedAt: target.position, ifPosition });
      }
      const loading = contextOf(command as never, moment.load, act, target.state as never);
      const context = loading instanceof Promise ? await loading : loading;
      const decide = decider.decide[name] as (command: object, state: unknown, context: object) => Decision<Event>;
      return decide(command, target.state, { ...context, ...act });
    } catch (error) {
      if (error instanceof Rejection) return { accepted: false, rejection: error, record: [] };
      throw error;
    }
  }

  private async appendAccepted(
    { commandId, stream, metadata }: Execution,
    moment: Moment,
    attempt: number,
    accepted: readonly Event[],
  ): Promise<Acknowledgement> {
    const { expected, guards } = moment;
    const events = accepted.map((event) => this.catalogue.encode(event));
    const { firstPosition, lastPosition, revision, time } = await this.append({ stream, expected, events, guards, commandId, attempt, metadata });
    return {
      commandId,
      stream,
      revision,
      position: lastPosition,
      time: this.timeText(time),
      events: accepted.map(({ type, data }, index) => ({ type, data, position: firstPosition + index })),
    };
  }

  /**
   * The record of a refusal goes to a stream of its own: no hot stream, none lost. It is guarded like an acceptance: nobody is put
   * on record under rules that are not in force at the record's place.
   */
  private async appendRecord(
    { commandId, metadata }: Execution,
    moment: Moment,
    attempt: number,
    { rejection, record }: { readonly rejection: Rejection; readonly record: readonly Event[] },
  ): Promise<Rejection> {
    const stream = `attempt-${commandId}`;
    const { lastPosition } = await this.append({
      stream,
      // Void attempts of this command are all that can be there.
      expected: this.log.streamHead(stream)?.revision ?? 'none',
      events: record.map((event) => this.catalogue.encode(event)),
      guards: moment.guardsOfRecord,
      commandId,
      attempt,
      metadata: { ...metadata, refusal: rejection.toJSON() },
    });
    return rejection.recorded(lastPosition);
  }

  private async append(request: AppendRequest): Promise<Appended> {
    const began = performance.now();
    try {
      const appended = await appendSurely(this.log, request);
      this.observer.appended?.(performance.now() - began);
      return appended;
    } catch (error) {
      if (error instanceof AppendTooLarge) throw runtimeRejections.CommandTooLarge({ bytes: error.bytes, limit: error.limit });
      if (error instanceof LogDiverged) throw runtimeRejections.LogUnavailable({ retryAfter: 60 });
      throw error;
    } finally {
      this.cache.changed(request.stream);
    }
  }

  /** @throws Rejection LogUnavailable */
  private async upToDate(): Promise<void> {
    try {
      await this.log.catchUp();
    } catch (error) {
      if (error instanceof LogUnavailable) throw runtimeRejections.LogUnavailable({ retryAfter: 5 });
      throw error;
    }
  }

  /** Waits until the local copy shows what an append ran into: it may be behind the log. */
  private async untilMoved(conflict: RevisionConflict, decisions: number): Promise<void> {
    this.observer.conflicted?.(conflict.kind);
    const { stream, expected, kind } = conflict;
    await until(() => {
      const head = this.log.streamHead(stream);
      return (kind === 'guard' ? (head?.inEffect ?? 'none') : (head?.revision ?? 'none')) !== expected;
    });
    if (decisions > 0) await pause(Math.random() * Math.min(2 ** decisions, 100));
  }
}
