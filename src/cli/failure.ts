// What can go wrong for who uses the command line: a name, a sentence, and an exit code. Never a stack trace.
import { ConfigError } from '../config.ts';
import { LogError, LogFileRejected } from '../event-log/index.ts';
import { Rejection } from '../kernel/index.ts';
import { SecretsMissing, ViewsLocked } from '../runtime/index.ts';

/** Exit codes, as `biolithic --help` lists them. */
export const EXIT = {
  ok: 0,
  /** Refused by the service, not as expected, or found to be damaged or different. */
  failed: 1,
  /** The command line or the configuration says something that cannot be. */
  usage: 2,
  /** The service does not answer, or the data cannot be opened. */
  unreachable: 3,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

export class Failure extends Error {
  override readonly name: string;
  readonly exitCode: number;

  constructor(name: string, message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = name;
    this.exitCode = exitCode;
  }
}

/** A file that is what was looked for, and is not whole. */
const BROKEN: ReadonlySet<string> = new Set<LogFileRejected['why']>(['damaged', 'truncated']);

/** What to tell of an error; undefined for a bug, whose stack is worth seeing. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof ConfigError) return new Failure('ConfigError', error.problems.join('\n  '), EXIT.usage);
  if (error instanceof LogFileRejected && BROKEN.has(error.why)) return new Failure(error.name, error.message);
  if (error instanceof ViewsLocked || error instanceof SecretsMissing) return new Failure(error.name, error.message, EXIT.unreachable);
  if (error instanceof LogError) return new Failure(error.name, error.message, EXIT.unreachable);
  if (error instanceof Rejection) return new Failure(error.name, [error.message, ...factsOf(error)].join(': '));
  if (error instanceof Error && isSystemError(error)) return new Failure(error.code, error.message, EXIT.unreachable);
  return undefined;
}

/** What a refusal says of the case, where it says anything. */
const factsOf = ({ details }: Rejection): string[] => {
  const facts = Object.entries(details).map(([name, fact]) => (name === 'fault' ? String(fact) : `${name} ${typeof fact === 'string' ? fact : JSON.stringify(fact)}`));
  return facts.length === 0 ? [] : [facts.join(', ')];
};

const isSystemError = (error: Error): error is Error & { code: string } =>
  'syscall' in error && 'code' in error && typeof error.code === 'string';
