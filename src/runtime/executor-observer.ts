// What the command executor tells whoever measures it.

export type ExecutionOutcome =
  | 'accepted'
  /** Answered from the log: a resend. */
  | 'answered-again'
  | 'refused'
  /** A bug, or a log that failed in a way without a name. */
  | 'failed';

export interface ExecutorObserver {
  /** A command was answered after `ms`, queueing included. */
  executed?(command: string, outcome: ExecutionOutcome, ms: number): void;
  /** An append was durable after `ms`. */
  appended?(ms: number): void;
  /** The stream or a guard had moved: the command is decided again. */
  conflicted?(kind: 'stream' | 'guard'): void;
  /** An append got its number but was void: the command is decided again. */
  voided?(): void;
}
