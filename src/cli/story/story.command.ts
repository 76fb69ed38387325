// `story`: a year of a community on a service of its own, told, asked about, and built again from its log.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { openLogReader, logFileIn } from '../../event-log/index.ts';
import { systemClock } from '../../kernel/index.ts';
import type { VerifiedView } from '../../runtime/index.ts';
import { Failure } from '../failure.ts';
import { interruption } from '../interruption.ts';
import { Operator } from '../operator.ts';
import { parsePlay, type PlacedLine } from '../play/line.ts';
import { Player } from '../play/player.ts';
import { ServiceClient } from '../service-client.ts';
import { grouped, Progress, say, seconds } from '../terminal.ts';
import { sayVerified, shown } from '../views.command.ts';
import { rebuildHere, verifyHere } from '../views.ts';
import { ChildService } from './child-service.ts';
import { askOfThePast } from './questions.ts';

const FILE = 'year.jsonl';

export function addStoryCommand(program: Command): void {
  program
    .command('story')
    .description('Play a year of a community on a service of its own, ask of its past, and build its views again')
    .action(async () => {
      const started = systemClock.monotonic();
      const lines = parsePlay(readFileSync(new URL(`../../../story/${FILE}`, import.meta.url), 'utf8'), FILE);
      const service = await ChildService.start();
      try {
        await tell(service, lines);
        await service.stop();
        await rebuildAndCompare(service);
      } finally {
        service.discard();
      }
      say(`\nThat was 2147, in ${seconds(systemClock.monotonic() - started)}.`);
    });
}

/** Plays the lines and asks the questions. */
async function tell({ url, data }: ChildService, lines: readonly PlacedLine[]): Promise<void> {
  say(`A service with a simulated clock listens on ${url}; its data is in ${data}.`);
  say(`${fileURLToPath(new URL(`../../../story/${FILE}`, import.meta.url))} has ${grouped(lines.length)} lines.\n`);
  const client = new ServiceClient(url, interruption());
  const progress = new Progress('2147', 'lines');
  let day = '';
  const player = new Player({
    service: client,
    operator: new Operator(readConfig(['--data', data], {}), client),
    file: FILE,
    onPlayed: (line, index, names) => {
      day = line.at?.slice(0, 10) ?? day;
      if (line.tell !== undefined) say(`  ${names.text(line.tell)}`);
      progress.update(index + 1, lines.length, day);
    },
  });
  const { sent, refused } = await player.play(lines);
  const reader = openLogReader(logFileIn(data));
  const { position } = reader.head();
  reader.close();
  say(`\nPlayed ${progress.end(lines.length)}: ${grouped(sent)} requests over HTTP, ${grouped(refused)} refused as expected, ${grouped(position)} events.`);
  await askOfThePast(player);
}

/** Compares what the service left with the log, throws it away, builds it anew, and compares again. */
async function rebuildAndCompare({ data }: ChildService): Promise<void> {
  const config = readConfig(['--data', data], {});
  say('\nEvery view as the service kept it over the year, compared row by row with what the log alone makes of it:\n');
  sayVerified(await verifyHere(config, undefined, () => {}));
  rmSync(join(data, 'views'), { recursive: true });
  const progress = new Progress('Building', 'events');
  const position = await rebuildHere(config, undefined, shown(progress));
  const rebuilt = await verifyHere(config, undefined, () => {});
  sayAgain(rebuilt, progress.end(position));
}

function sayAgain(rebuilt: readonly VerifiedView[], built: string): void {
  const differing = rebuilt.find(({ problem }) => problem !== undefined);
  if (differing) throw new Failure('ViewsDiffer', `${differing.view}: ${differing.problem}`);
  const rows = rebuilt.reduce((sum, one) => sum + one.rows, 0);
  say(`\nAll views thrown away and built from the log: ${built}. Again all ${grouped(rows)} rows are equal.`);
}
