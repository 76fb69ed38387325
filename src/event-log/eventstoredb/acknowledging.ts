// From an append to its acknowledgement: the cluster has it, and this replica's copy has numbered it as in effect.
import type { Clock } from '../../kernel/index.ts';
import type { EncodedAppend } from '../append-encoding.ts';
import { CommandAlreadyAppended, LogUnavailable, RevisionConflict } from '../errors.ts';
import type { Appended, AppendRequest, StoredEvent } from '../event-log.ts';
import type { LocalCopy } from '../sqlite/local-copy.ts';
import type { Appender, Sent } from './appender.ts';
import type { Progress } from './progress.ts';

type Refusal = Exclude<Sent, { kind: 'written' }>;

/** Reason of the signal that an append's outcome got known; without one, each abort would make an exception of its own. */
const KNOWN = 'known';

export class Acknowledger {
  private readonly copy: LocalCopy;
  private readonly appender: Appender;
  private readonly progress: Progress;
  private readonly clock: Clock;
  private readonly onShorter: () => void;
  private readonly onAcknowledged: (at: number) => void;
  /** Of appends whose outcome is not known yet. */
  private readonly abandoning = new Set<(error: Error) => void>();

  /**
   * @param onShorter called when the cluster has less of a stream than the copy
   * @param onAcknowledged called with the clock's monotonic time at which an append was sent that is now in the copy
   */
  constructor(
    copy: LocalCopy,
    appender: Appender,
    progress: Progress,
    clock: Clock,
    onShorter: () => void,
    onAcknowledged: (at: number) => void,
  ) {
    this.copy = copy;
    this.appender = appender;
    this.progress = progress;
    this.clock = clock;
    this.onShorter = onShorter;
    this.onAcknowledged = onAcknowledged;
  }

  /**
   * @param until clock's monotonic time to give up at
   * @throws as EventLog.append
   */
  async append(request: AppendRequest, encoded: EncodedAppend, until: number): Promise<Appended> {
    const before = this.foundAs(request, encoded);
    if (before) return before;
    const at = this.clock.monotonic();
    const outcome = await this.outcomeOf(encoded, until);
    if (outcome !== 'numbered') return this.refused(request, encoded, outcome, until);
    const appended = this.foundAs(request, encoded);
    if (!appended) throw this.voidConflict(request);
    this.onAcknowledged(at);
    return appended;
  }

  /** The copy will number nothing more: appends under way are of unknown outcome. */
  abandon(reason: string): void {
    for (const reject of this.abandoning) reject(new LogUnavailable(reason, 'unknown'));
  }

  /** Whichever comes first: the cluster's refusal, or the append itself through the copy, be its reply lost or not. */
  private async outcomeOf(encoded: EncodedAppend, until: number): Promise<'numbered' | Refusal> {
    const { promise, resolve, reject } = Promise.withResolvers<'numbered' | Refusal>();
    const numbered = this.copy.whenNumbered(encoded.commandId, encoded.attempt, encoded.types.length);
    const known = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    this.abandoning.add(reject);
    numbered.verdict.then(() => resolve('numbered'), reject);
    this.appender.send(encoded, until, known.signal).then((sent) => {
      if (sent.kind !== 'written') return resolve(sent);
      if (known.signal.aborted) return;
      timer = setTimeout(() => {
        reject(new LogUnavailable('the append was written, but the local copy has not got it in time', 'unknown'));
      }, until - this.clock.monotonic());
    }, reject);
    try {
      return await promise;
    } finally {
      known.abort(KNOWN);
      clearTimeout(timer);
      numbered.cancel();
      this.abandoning.delete(reject);
    }
  }

  /**
   * Where the command is in the log: its first result, if it was this very request. The cluster compares event ids alone: another
   * replica, or an earlier sending, may have decided the same command to other data, which are then what is in effect.
   * @throws CommandAlreadyAppended, RevisionConflict
   */
  private foundAs(request: AppendRequest, encoded: EncodedAppend): Appended | undefined {
    const found = this.copy.reader.findCommand(request.commandId)?.events ?? [];
    const inEffect = found.filter((event) => !event.void);
    const [first] = inEffect;
    const last = inEffect.at(-1);
    if (first && last) {
      const same = first.stream === request.stream && first.attempt === request.attempt;
      if (!same || first.revision !== revisionOf(request.expected) + 1 || !saysTheSame(inEffect, encoded)) {
        throw new CommandAlreadyAppended(request.commandId);
      }
      return { firstPosition: first.position, lastPosition: last.position, revision: last.revision, time: last.time };
    }
    if (found.some((event) => event.attempt === request.attempt)) throw this.voidConflict(request);
    return undefined;
  }

  /** What to tell of a void append: the guard that is not at its revision now, which sends the executor to decide again. */
  private voidConflict(request: AppendRequest): RevisionConflict {
    const actual = (stream: string): number | 'none' => this.copy.reader.streamHead(stream)?.inEffect ?? 'none';
    const broken = request.guards.find((guard) => actual(guard.stream) !== guard.revision) ?? request.guards[0];
    if (broken) return RevisionConflict.ofGuard(broken, actual(broken.stream));
    return new RevisionConflict(request.stream, request.expected, this.headOf(request.stream), 'stream');
  }

  /** The cluster refused the append: once the copy knows why, so may the caller. */
  private async refused(request: AppendRequest, encoded: EncodedAppend, refusal: Refusal, until: number): Promise<Appended> {
    const { stream, expected } = request;
    const actual = refusal.kind === 'conflict' ? revisionOf(refusal.actual) : -1;
    const head = (): number => revisionOf(this.headOf(stream));
    if (refusal.kind === 'deleted' || (actual < revisionOf(expected) && actual < head())) {
      this.onShorter();
      throw new LogUnavailable(`stream ${stream} is deleted or shorter in the cluster than in the local copy`, 'none');
    }
    if (!(await this.progress.when(() => head() >= actual, until))) {
      throw new LogUnavailable('the stream has moved on, but the local copy has not got there in time', 'none');
    }
    const before = this.foundAs(request, encoded);
    if (before) return before;
    throw new RevisionConflict(stream, expected, this.headOf(stream), 'stream');
  }

  private headOf(stream: string): number | 'none' {
    return this.copy.reader.streamHead(stream)?.revision ?? 'none';
  }
}

const saysTheSame = (found: readonly StoredEvent[], { types, datas, metadata }: EncodedAppend): boolean =>
  found.length === types.length &&
  found.every(
    (event, i) => event.type === types[i] && JSON.stringify(event.data) === datas[i] && JSON.stringify(event.metadata) === metadata,
  );

/** -1 for 'none'. */
const revisionOf = (revision: number | 'none'): number => (revision === 'none' ? -1 : revision);
