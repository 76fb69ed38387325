// What every adapter of the event log keeps, told once. The list of tests is made from the harness's capabilities.
import { afterEach, beforeEach, describe } from '@jest/globals';
import type { EventLog } from '../../src/event-log/index.ts';
import { appending } from './appending.contract.ts';
import { faults } from './faults.contract.ts';
import type { LogHarness, LogUnderTest } from './harness.ts';
import { reading } from './reading.contract.ts';
import { replicas } from './replicas.contract.ts';
import { subscribing } from './subscribing.contract.ts';

export interface Subject {
  /** The log under test, open since before the test. */
  readonly log: EventLog;
  readonly under: LogUnderTest;
  /** Shuts the log down and opens it again. */
  reopen(): Promise<EventLog>;
}

export function describeEventLogContract(name: string, harness: LogHarness): void {
  describe(`the event log on ${name}`, () => {
    let under: LogUnderTest;
    let log: EventLog;

    beforeEach(async () => {
      under = await harness.make();
      log = await under.open();
    });
    afterEach(() => under.dispose());

    const subject: Subject = {
      get log() {
        return log;
      },
      get under() {
        return under;
      },
      async reopen() {
        await log.shutdown();
        log = await under.open();
        return log;
      },
    };
    appending(subject);
    reading(subject);
    subscribing(subject);
    faults(subject, harness.capabilities);
    replicas(subject, harness.capabilities);
  });
}
