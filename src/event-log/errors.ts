// What can go wrong with a log, by name.
import type { Guard } from './event-log.ts';

export class LogError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The expected revision or a guard did not hold. Nothing is in effect; decide again. */
export class RevisionConflict extends LogError {
  readonly stream: string;
  readonly expected: number | 'none';
  readonly actual: number | 'none';
  readonly kind: 'stream' | 'guard';

  constructor(stream: string, expected: number | 'none', actual: number | 'none', kind: 'stream' | 'guard') {
    super(`${kind} ${stream}: expected revision ${expected}, found ${actual}`);
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
    this.kind = kind;
  }

  static ofGuard(guard: Guard, actual: number | 'none'): RevisionConflict {
    return new RevisionConflict(guard.stream, guard.revision, actual, 'guard');
  }
}

/** The command is in the log already, in effect; its answer can be read there. */
export class CommandAlreadyAppended extends LogError {
  readonly commandId: string;

  constructor(commandId: string) {
    super(`command ${commandId} is in the log already`);
    this.commandId = commandId;
  }
}

/** More than APPEND_LIMIT bytes in one append. Nothing was written. */
export class AppendTooLarge extends LogError {
  readonly bytes: number;
  readonly limit: number;

  constructor(bytes: number, limit: number) {
    super(`the append has ${bytes} bytes, at most ${limit} are possible`);
    this.bytes = bytes;
    this.limit = limit;
  }
}

/** A request no log could take: no events, an empty or overlong stream name, an id that is no UUID. A bug of the caller. */
export class InvalidAppend extends LogError {}

/** The log cannot be reached or written now. */
export class LogUnavailable extends LogError {
  /** 'none': nothing was written. 'unknown': it may have been; resend the very same request, or read. */
  readonly outcome: 'none' | 'unknown';

  constructor(message: string, outcome: 'none' | 'unknown', options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}

/** The file is no log of this program, or of a newer format, or damaged. Nothing was changed. */
export class LogFileRejected extends LogError {
  readonly file: string;
  readonly why: 'foreign' | 'newer' | 'truncated' | 'damaged' | 'other-namespace' | 'other-clock' | 'unreadable';

  constructor(file: string, why: LogFileRejected['why'], message: string) {
    super(`${file}: ${message}`);
    this.file = file;
    this.why = why;
  }
}

/** Another process writes this log. */
export class LogLocked extends LogError {}

/** The local copy holds another history than the log it follows, or a checkpoint does. */
export class LogDiverged extends LogError {}
