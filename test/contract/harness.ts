// What the contract suite needs of an adapter under test. Faults are capabilities: tests exist for those that a harness has.
import type { EventLog } from '../../src/event-log/index.ts';

/** One log, newly made for one test. Everything an adapter's tests opened is closed by `dispose`. */
export interface LogUnderTest {
  /** Opens a log of this namespace on this place: the first call makes it, later ones after `log.shutdown()` reopen it. */
  open(): Promise<EventLog>;
  /** Another replica of the same log, with a copy of its own, while the first one runs. */
  openReplica?(): Promise<EventLog>;
  /** The server stops answering (connections cut) until `comeBack`. */
  goAway?(): Promise<void>;
  comeBack?(): Promise<void>;
  /** The next `count` appends are committed, but their replies are lost. */
  loseReplies?(count: number): Promise<void>;
  /** Every subscription that replicas hold on the server is dropped now, as for a consumer too slow. */
  dropSubscriptions?(): Promise<void>;
  /** Deletes the copy of a replica that was shut down; the next `open` takes it again. */
  deleteCopy?(): Promise<void>;
  /** Backs the log up while it runs; gives what `restore` takes. */
  backup?(log: EventLog): Promise<string>;
  /** Puts an older backup in the place of the log, which was shut down. */
  restore?(backup: string): Promise<void>;
  /** Closes whatever is open and removes what was made. */
  dispose(): Promise<void>;
}

export type Capability = Exclude<keyof LogUnderTest, 'open' | 'dispose' | 'comeBack' | 'restore'>;

export interface LogHarness {
  /** Which optional members `make()`'s result has: the list of tests is built from it. */
  readonly capabilities: readonly Capability[];
  make(): Promise<LogUnderTest>;
}
