// The command executor: takes a command, seals what is personal in it, and has it decided in the queue of its stream.
import type { EventLog } from '../event-log/index.ts';
import { derivedId, keyedHash, Rejection, type Act, type Clock, type EventCatalogue } from '../kernel/index.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import { ClockWatch } from './clock-watch.ts';
import { DecisionLoop, type Execution } from './decision-loop.ts';
import type { ExecutionOutcome, ExecutorObserver } from './executor-observer.ts';
import type { Handling } from './handling.ts';
import type { Inquire } from './inquiries/index.ts';
import { instantsInRow } from './instants-in-row.ts';
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
  /** What decisions ask the whole log. */
  readonly inquire: Inquire;
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

/** Waiting commands of one stream beyond which new ones are turned away. */
const MAX_QUEUE = 1_024;

export class CommandExecutor {
  private readonly secrets: Secrets;
  private readonly clock: Clock;
  private readonly clockWatch: ClockWatch;
  private readonly observer: ExecutorObserver;
  private readonly cache: StreamCache;
  private readonly loop: DecisionLoop;
  private readonly queues = new StreamQueues();
  private readonly byClass = new Map<unknown, Bound>();
  private readonly byName = new Map<string, Bound>();
  private bodyKey: Uint8Array | undefined;
  private closing = false;
  private readonly nowText = instantsInRow();

  /** @throws Error when two command classes share a name, or a decider has no decision for a command bound to it. */
  constructor(parts: CommandExecutorParts) {
    this.secrets = parts.secrets;
    this.clock = parts.clock;
    this.clockWatch = parts.clockWatch ?? new ClockWatch(parts.clock);
    this.observer = parts.observer ?? {};
    this.cache = new StreamCache(parts.log, parts.catalogue, parts.cacheBytes ?? 64 * 1024 * 1024);
    this.loop = new DecisionLoop({ ...parts, cache: this.cache, observer: this.observer });
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
      const answer = await this.queues.run(execution.stream, () => this.loop.run(execution, remember));
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
    const { command: given, actor, onBehalfOf, commandId, ifPosition } = submission;
    const { secrets } = this;
    this.bodyKey ??= secrets.key('body-hash');
    const { name, personal, handling } = bound;
    // Personal texts count under their person's own key: with it, what could be guessed from the hash is gone as well.
    const told = personal.length === 0 ? given : withPersonalFields(given, personal, (text) => secrets.mark(actor, text));
    const body = keyedHash(this.bodyKey, [name, told]);
    const metadata = onBehalfOf === undefined ? { actor, body } : { actor, onBehalfOf, body };
    const command = personal.length === 0 ? given : withPersonalFields(given, personal, (text) => secrets.seal(actor, text));
    const act = (): Act => this.actOf(submission);
    return { name, handling, command, act, commandId, ifPosition, stream: handling.stream(command as never, act()), metadata };
  }

  private actOf({ actor, onBehalfOf, commandId }: Submission): Act {
    const now = this.nowText(this.clock.now());
    const newId = (label?: string): string => derivedId(commandId, label);
    return onBehalfOf === undefined ? { actor, commandId, now, newId } : { actor, onBehalfOf, commandId, now, newId };
  }
}
