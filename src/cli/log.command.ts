// Commands on the log file: print or follow it, check it, back it up, put a backup in place.
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { backupLog, logFileIn, restoreLog, verifyLog } from '../event-log/index.ts';
import { Failure } from './failure.ts';
import { interruption } from './interruption.ts';
import { eventsOf, lineOf, openLogOf } from './log.ts';
import { configOf, LOG, position, takes } from './options.ts';
import { grouped, note, Progress, say } from './terminal.ts';

const VERIFIED = [...LOG, 'eventLog'] as const;
const BACKED_UP = [...LOG, 'secrets', 'evidence'] as const;

interface LogOptions {
  readonly follow?: true;
  readonly stream?: string;
  readonly type?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly last?: number;
}

/** `verify` gets what checks the log. */
export function addLogCommands(program: Command, verify: Command): void {
  const log = takes(program.command('log').description('Print the events of the log as JSON lines; also beside a running service'), LOG)
    .option('-f, --follow', 'go on with events as they come, until Ctrl-C')
    .option('--stream <name>', 'events of one stream only, as in lot-5d1c…')
    .option('--type <name...>', 'events of these types, or of all types that begin so: custody, custody.lot-registered')
    .option('--from <position>', 'first position to print', position)
    .option('--to <position>', 'last position to print', position)
    .option('--last <n>', 'begin so many positions before the end', position)
    .action(async (options: LogOptions) => printLog(log, options));

  const verifyLogCommand = takes(
    verify.command('log').description('Check every event of the log: chain of hashes, order, lookups; with --event-log esdb://…, also compare the copy with the cluster'),
    VERIFIED,
  ).action(async () => {
    const config = configOf(verifyLogCommand, VERIFIED);
    openLogOf(config).close();
    const progress = new Progress('Checking the log', 'events');
    const { position, chain } = await verifyLog(logFileIn(config.data), ({ position: done, of }) => progress.update(done, of));
    say(`The log is whole: ${progress.end(position)}. Head ${grouped(position)}, chain ${chain}`);
    if (config.eventLog !== 'sqlite') await compareCopy(config);
  });

  const backup = takes(program.command('backup').argument('<file>', 'file to make, or directory to make it in').description('Copy the log as it stands, also beside a running service, and check the copy'), BACKED_UP).action(
    async (target: string) => {
      const config = configOf(backup, BACKED_UP);
      openLogOf(config).close();
      const progress = new Progress('Checking the copy', 'events');
      const made = await backupLog(logFileIn(config.data), target, ({ position: done, of }) => progress.update(done, of));
      say(`${made.file}: ${progress.end(made.position)}, checked. Chain ${made.chain}`);
      note(`Not in it, on purpose: the keys in ${config.secrets} and the evidence in ${config.evidence}.`);
      note('Keep copies of both apart from the log: without its keys, personal text in the log cannot be read.');
    },
  );

  const restore = takes(program.command('restore').argument('<file>', 'backup to take the log from').description('Make a backup the log of a data directory that has none'), LOG).action(async (from: string) => {
    const config = configOf(restore, LOG);
    const progress = new Progress('Checking the log', 'events');
    const { position, chain } = await restoreLog(from, config.data, { namespace: config.namespace, onProgress: ({ position: done, of }) => progress.update(done, of) });
    say(`${config.data}: ${progress.end(position)}, checked. Chain ${chain}`);
    note('The views are built from it when the service starts.');
  });
}

/** @throws Failure CopyDiffers; LogUnavailable */
async function compareCopy(config: Config): Promise<void> {
  const { compareWithCluster } = await import('../event-log/eventstoredb/index.ts');
  const reader = openLogOf(config);
  const progress = new Progress('Comparing with the cluster', 'events');
  try {
    const { compared, difference } = await compareWithCluster(config.eventLog, reader, (done, of) => progress.update(done, of));
    if (difference) throw new Failure('CopyDiffers', `position ${difference.position}, stream ${difference.stream}: ${difference.what}. Stop the service, remove its data directory's log and views, and start it: they are taken again`);
    say(`The copy is what the cluster holds: ${progress.end(compared)}.`);
  } finally {
    reader.close();
  }
}

async function printLog(command: Command, { follow, stream, type, from, to, last }: LogOptions): Promise<void> {
  const reader = openLogOf(configOf(command, LOG));
  const signal = interruption();
  try {
    const first = last === undefined ? (from ?? 1) : Math.max(1, reader.head().position - last + 1);
    const filter = { stream, types: type ?? [], from: Math.max(1, first), to: to ?? Number.MAX_SAFE_INTEGER };
    for await (const event of eventsOf(reader, filter, follow ?? false, signal)) {
      if (!process.stdout.write(`${lineOf(event)}\n`)) await drained(signal);
    }
  } finally {
    reader.close();
  }
}

const drained = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
