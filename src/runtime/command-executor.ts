// The command executor: decides a command on the folded past of one stream, appends what was decided, and answers a resend
// from the log.
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
import {
  derivedId,
  instantOf,
  keyedHash,
  Rejection,
  type Act,
  type Clock,
  type Decision,
  type Event,
  type EventCatalogue,
  type Instant,
} from '../kernel/index.ts';
import { answerFrom, rememberedIn, type Acknowledgement, type Remembered } from './acknowledgement.ts';
import { appendSurely, pause, until } from './append-surely.ts';
import { ClockWatch } from './clock-watch.ts';
import type { ExecutionOutcome, ExecutorObserver } from './executor-observer.ts';
import type { Handling } from './handling.ts';
import { Moment, StreamMoved } from './moment.ts';
import { personalFieldsOf, withPersonalFields } from './personal.ts';
import { runtimeRejections } from './rejections.ts';
import type { Secrets } from './secrets.ts';
import { StreamCache } from './stream-cache.ts';
import { StreamQueues } from './stream-queues.ts';
import type { Views } from './view.ts';

export interface Submission {
  /** An instance of a bound command class, validated. */
  readonly command: object;
  /** PersonId, or `SYSTEM_ACTOR`. */
  readonly actor: string;
  readonly onBehalfOf?: string;
  /** `commandIdOfRequest` or `commandIdOfObligation`: the same for every resend. */
  readonly commandId: string;
  /** Refuse with `StreamChanged` when the command's stream has an event after this position. */
  readonly ifPosition?: number;
}

export interface CommandExecutorParts {
  readonly log: EventLog;
  readonly catalogue: EventCatalogue;
  readonly handlings: readonly Handling[];
  readonly views: Views;
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** Shared with the obligations' runner; default: one of its own. */
  readonly clockWatch?: ClockWatch;
  readonly observer?: ExecutorObserver;
  /** Bytes that cached streams may take; default 64 MiB. */
  readonly cacheBytes?: number;
}

interface Bound {
  readonly name: string;
  readonly make: () => object;
  readonly handling: Handling;
  readonly personal: readonly string[];
}

/** One command on its way, whatever number of times it is decided. */
interface Execution {
  readonly bound: Bound;
  readonly command: object;
  readonly submission: Submission;
  readonly stream: string;
  readonly metadata: EventMetadata;
}

/** How often a command is decided again when what it rests on has moved. */
const MAX_DECISIONS = 16;
/** Waiting commands of one stream beyond which new ones are turned away. */
const MAX_QUEUE = 1_024;

/** Many commands come in one millisecond: it is written down once. */
function instantsInRow(): (ms: number) => Instant {
  let last = NaN;
  let text = '';
  return (ms) => {
    if (ms !== last) {
      last = ms;
      text = instantOf(ms);
    }
    return text;
  };
}

export class CommandExecutor {
  private readonly log: EventLog;
  private readonly catalogue: EventCatalogue;
  private readonly views: Views;
  private readonly secrets: Secrets;
  private readonly clock: Clock;
  private readonly clockWatch: ClockWatch;
  private readonly observer: ExecutorObserver;
  private readonly cache: StreamCache;
  private readonly queues = new StreamQueues();
  private readonly byClass = new Map<unknown, Bound>();
  private readonly byName = new Map<string, Bound>();
  private bodyKey: Uint8Array | undefined;
  private closing = false;
  private readonly nowText = instantsInRow();
  private readonly timeText = instantsInRow();

  /** @throws Error when two command classes share a name, or a decider has no decision for a command bound to it. */
  constructor(parts: CommandExecutorParts) {
    this.log = parts.log;
    this.catalogue = parts.catalogue;
    this.views = parts.views;
    this.secrets = parts.secrets;
    this.clock = parts.clock;
    this.clockWatch = parts.clockWatch ?? new ClockWatch(parts.clock);
    this.observer = parts.observer ?? {};
    this.cache = new StreamCache(parts.log, parts.catalogue, parts.cacheBytes ?? 64 * 1024 * 1024);
    for (const handling of parts.handlings) for (const commandClass of handling.commands) this.bind(handling, commandClass);
  }

  /**
   * Decides and appends; settles when the events are durable, numbered and in effect. A resend is answered equal.
   * @throws Rejection the decider's, or one of `runtimeRejections`; 503 ones carry `details.retryAfter` in seconds
   */
  async execute(submission: Submission): Promise<Acknowledgement> {
    const began = performance.now();
    const bound = this.byClass.get(submission.command.constructor);
    if (!bound) throw new Error(`no decider is bound to ${submission.command.constructor.name}`);
    let outcome: ExecutionOutcome = 'failed';
    try {
      if (this.closing) throw runtimeRejections.ShuttingDown({ retryAfter: 1 });
      this.clockWatch.assertTrusted();
      const execution = this.begin(bound, submission);
      if (this.queues.depth(execution.stream) >= MAX_QUEUE) throw runtimeRejections.TooMuchContention({ retryAfter: 1 });
      const remember = (): void => void (outcome = 'answered-again');
      const answer = await this.queues.run(execution.stream, () => this.decideUntilAppended(execution, remember));
      if (outcome === 'failed') outcome = 'accepted';
      return answer;
    } catch (error) {
      if (error instanceof Rejection && outcome === 'failed') outcome = 'refused';
      throw error;
    } finally {
      this.observer.executed?.(bound.name, outcome, performance.now() - began);
    }
  }

  /** A command by class name and body, for processes, which know no classes. Not validated. @throws Error for an unknown name */
  commandNamed(name: string, body: object): object {
    const bound = this.byName.get(name);
    if (!bound) throw new Error(`no command is named ${name}`);
    return Object.assign(bound.make(), body);
  }

  /** Takes no more commands, and settles when those taken are answered. */
  async close(): Promise<void> {
    this.closing = true;
    await this.queues.whenIdle();
  }

  /** Estimated bytes of the cached streams. */
  get cachedBytes(): number {
    return this.cache.size;
  }

  private bind(handling: Handling, commandClass: new () => object): void {
    const { name } = commandClass;
    if (this.byName.has(name)) throw new Error(`two command classes are named ${name}`);
    if (!Object.hasOwn(handling.decider.decide, name)) throw new Error(`${handling.decider.name} has no decision for ${name}`);
    const bound = { name, make: () => new commandClass(), handling, personal: personalFieldsOf(commandClass) };
    this.byName.set(name, bound);
    this.byClass.set(commandClass, bound);
  }

  private begin(bound: Bound, submission: Submission): Execution {
    const { command: given, actor, onBehalfOf } = submission;
    const { secrets } = this;
    this.bodyKey ??= secrets.key('body-hash');
    const { name, personal } = bound;
    // Personal texts count under their person's own key: with it, what could be guessed from the hash is gone as well.
    const told = personal.length === 0 ? given : withPersonalFields(given, personal, (text) => secrets.mark(actor, text));
    const body = keyedHash(this.bodyKey, [name, told]);
    const metadata = onBehalfOf === undefined ? { actor, body } : { actor, onBehalfOf, body };
    const command = personal.length === 0 ? given : withPersonalFields(given, personal, (text) => secrets.seal(actor, text));
    const stream = bound.handling.stream(command as never, this.actOf(submission));
    return { bound, command, submission, stream, metadata };
  }

  private actOf({ actor, onBehalfOf, commandId }: Submission): Act {
    const now = this.nowText(this.clock.now());
    const newId = (label?: string): string => derivedId(commandId, label);
    return onBehalfOf === undefined ? { actor, commandId, now, newId } : { actor, onBehalfOf, commandId, now, newId };
  }

  private async decideUntilAppended(execution: Execution, remembered: () => void): Promise<Acknowledgement> {
    const { commandId } = execution.submission;
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
      const moment = new Moment(this.cache, this.views, this.secrets, execution.stream, fresh);
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
  private remember({ submission, metadata }: Execution): Remembered {
    const past = rememberedIn(this.log.findCommand(submission.commandId));
    if (past.inEffect) {
      const { body, onBehalfOf } = past.events[0].metadata;
      if (body !== metadata.body || onBehalfOf !== metadata.onBehalfOf) throw runtimeRejections.IdempotencyKeyReused();
    }
    return past;
  }

  private async decide({ bound, command, submission }: Execution, moment: Moment): Promise<Decision<Event>> {
    const { decider, context: contextOf } = bound.handling;
    const act = this.actOf(submission);
    try {
      const target = moment.target(decider);
      const { ifPosition } = submission;
      if (ifPosition !== undefined && target.position > ifPosition) {
        throw runtimeRejections.StreamChanged({ changedAt: target.position, ifPosition });
      }
      const loading = contextOf(command as never, moment.load, act, target.state as never);
      const context = loading instanceof Promise ? await loading : loading;
      const decide = decider.decide[bound.name] as (command: object, state: unknown, context: object) => Decision<Event>;
      return decide(command, target.state, { ...context, ...act });
    } catch (error) {
      if (error instanceof Rejection) return { accepted: false, rejection: error, record: [] };
      throw error;
    }
  }

  private async appendAccepted(
    { submission, stream, metadata }: Execution,
    moment: Moment,
    attempt: number,
    accepted: readonly Event[],
  ): Promise<Acknowledgement> {
    const { commandId } = submission;
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
    { submission, metadata }: Execution,
    moment: Moment,
    attempt: number,
    { rejection, record }: { readonly rejection: Rejection; readonly record: readonly Event[] },
  ): Promise<Rejection> {
    const { commandId } = submission;
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
