// The contract, kept by the local log file.
import { join } from 'node:path';
import { renameSync, mkdirSync } from 'node:fs';
import { backupLog, openSqliteLog, restoreLog, type EventLog } from '../../src/event-log/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { describeEventLogContract } from './event-log.contract.ts';
import type { LogUnderTest } from './harness.ts';

async function make(): Promise<LogUnderTest> {
  const place = temporaryDirectory();
  const directory = join(place.path, 'data');
  const open: EventLog[] = [];
  return {
    async open() {
      const log = await openSqliteLog({ directory, namespace: 'grove', clock: systemClock });
      open.push(log);
      return log;
    },
    backup: async (log) => (await backupLog(log.location.file, join(place.path, 'backup.sqlite'))).file,
    async restore(backup) {
      renameSync(directory, join(place.path, 'old'));
      mkdirSync(directory);
      await restoreLog(backup, directory, { namespace: 'grove' });
    },
    async dispose() {
      await Promise.all(open.map((log) => log.shutdown()));
      place.remove();
    },
  };
}

describeEventLogContract('a local file', { capabilities: ['backup'], make });
