// The runtime's ports as classes, so that Nest can inject them by type.
import type { LogReader as LogReaderPort } from '../event-log/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Asking, Blobs as BlobsPort, Inquiry, OpenObligation, ReadAt, Secrets as SecretsPort, Snapshot, Tables, View } from '../runtime/index.ts';

/** Reads views; see `Views` in the runtime. */
export abstract class Views {
  abstract read<T extends Tables>(view: View<T>, at?: ReadAt): Promise<Snapshot<T>>;
}

/** Answers from the log alone, off the threads that serve; see `Inquiries` in the runtime. */
export abstract class Inquiries {
  abstract answer<A, R>(inquiry: Inquiry<A, R>, asked: A, asking: Asking): Promise<R>;
}

/** What the service owes itself. */
export abstract class Obligations {
  /**
   * Waits until what a position gave rise to and is due has been carried out, chains included: before an answer that rests
   * on it. Gives what was not, refused or late.
   */
  abstract settled(position: number, within?: number): Promise<readonly OpenObligation[]>;
}

export abstract class Secrets implements SecretsPort {
  abstract seal(person: string, text: string): string;
  abstract mark(person: string, text: string): string;
  abstract open(sealed: string): string | undefined;
  abstract destroy(person: string): void;
  abstract key(purpose: string): Uint8Array;
}

export abstract class Blobs implements BlobsPort {
  abstract put(...of: Parameters<BlobsPort['put']>): ReturnType<BlobsPort['put']>;
  abstract get(hash: string): ReturnType<BlobsPort['get']>;
}

/** The log, for reading only. */
export abstract class LogReader implements Omit<LogReaderPort, 'close' | 'readOf'> {
  abstract head(): ReturnType<LogReaderPort['head']>;
  abstract streamHead(stream: string): ReturnType<LogReaderPort['streamHead']>;
  abstract readStream(...of: Parameters<LogReaderPort['readStream']>): ReturnType<LogReaderPort['readStream']>;
  abstract readAll(...of: Parameters<LogReaderPort['readAll']>): ReturnType<LogReaderPort['readAll']>;
  abstract findCommand(commandId: string): ReturnType<LogReaderPort['findCommand']>;
  abstract positionAt(time: number): number;
  abstract chainAt(position: number): string | undefined;
}

/** Log time of the event at a position, ms. */
export const timeOfPosition = (log: Pick<LogReaderPort, 'readAll'>) => (position: number): number => log.readAll(position - 1, 1)[0]?.time ?? 0;

export abstract class ServiceClock implements Clock {
  abstract now(): number;
  abstract monotonic(): number;
  abstract readonly kind: 'system' | 'simulated';
}

/** Largest evidence file, in bytes, as configured. */
export class EvidenceLimit {
  readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }
}
