// The contract, kept by the log on EventStoreDB: on the wire-level test server, and on a real one where its address is given.
import { afterAll } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEventStoreDbLog } from '../../src/event-log/eventstoredb/index.ts';
import type { EventLog } from '../../src/event-log/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { SpawnedServer } from '../support/eventstoredb-server/index.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { describeEventLogContract } from './event-log.contract.ts';
import type { LogUnderTest } from './harness.ts';

/** How long an append may be of unknown outcome before the caller is told, ms: short, so that an outage shows. */
const PATIENCE = 2_500;

/** One log in a namespace of its own, whose replicas keep their copies below one directory. */
function logsOn(connectionString: string) {
  const place = temporaryDirectory();
  const namespace = `contract-${randomUUID()}`;
  const opened: EventLog[] = [];
  const open = async (copy: string): Promise<EventLog> => {
    const directory = join(place.path, copy);
    const log = await openEventStoreDbLog({ connectionString, directory, namespace, clock: systemClock, patience: PATIENCE });
    opened.push(log);
    return log;
  };
  let replicas = 0;
  return {
    open: () => open('copy'),
    openReplica: () => open(`replica-${++replicas}`),
    async deleteCopy() {
      rmSync(join(place.path, 'copy'), { recursive: true });
    },
    async dispose() {
      await Promise.all(opened.map((log) => log.shutdown()));
      place.remove();
    },
  };
}

/** One server, in a process of its own, for all tests: each finds the logs of those before it. */
const serverPlace = temporaryDirectory();
let started: Promise<SpawnedServer> | undefined;

async function makeOnTestServer(): Promise<LogUnderTest> {
  started ??= SpawnedServer.start({ version: '23.10', file: join(serverPlace.path, 'records') });
  const server = await started;
  return {
    ...logsOn(server.connectionString),
    goAway: () => server.kill(),
    comeBack: () => server.start(),
    loseReplies: (count) => server.fault({ loseReplies: count }),
    dropSubscriptions: () => server.dropSubscriptions(),
  };
}

afterAll(async () => {
  await (await started)?.stop();
  serverPlace.remove();
});

describeEventLogContract('EventStoreDB (test server)', {
  capabilities: ['openReplica', 'goAway', 'loseReplies', 'dropSubscriptions', 'deleteCopy'],
  make: makeOnTestServer,
});

const real = process.env['BIOLITHIC_TEST_EVENTSTOREDB'];
if (real) {
  describeEventLogContract('EventStoreDB (real server)', {
    capabilities: ['openReplica', 'deleteCopy'],
    make: async () => logsOn(real),
  });
}
