// Commands on views: where they stand, building them anew, and comparing them with the log.
import type { Command } from 'commander';
import { instantOf } from '../kernel/index.ts';
import type { BuildProgress, VerifiedView } from '../runtime/index.ts';
import { Failure } from './failure.ts';
import { openLogOf } from './log.ts';
import { configOf, LOG, takes } from './options.ts';
import { serviceOf, takesService } from './service.command.ts';
import { grouped, Progress, say, table } from './terminal.ts';
import { chosenViews, filesStanding, rebuildHere, rebuildThere, runningService, verifyHere, viewNames } from './views.ts';

const NAMES = `one of ${viewNames().join(', ')}; default: all`;

/** `verify` gets what compares views. */
export function addViewCommands(program: Command, verify: Command): void {
  const rebuild = takesService(
    program.command('rebuild').argument('[view]', NAMES).description('Build views anew from the log: by the running service, beside the live ones, or here where none runs'),
  ).action(async (view: string | undefined) => {
    const { config, service } = serviceOf(rebuild);
    const views = chosenViews(view);
    openLogOf(config).close();
    const running = await runningService(config, service);
    const progress = new Progress(`Building ${view ?? 'all views'}`, 'events');
    const position = running ? await rebuildThere(running, views, shown(progress)) : await rebuildHere(config, views, shown(progress));
    say(`Built ${(views ?? viewNames()).join(', ')}: ${progress.end(position)}${running ? ', swapped in by the running service' : ''}.`);
  });

  const status = takesService(program.command('status').description('Where the log and each view stand, whether a service runs or not')).action(async () => {
    const { config, service } = serviceOf(status);
    const reader = openLogOf(config);
    const { position, time, chain } = reader.head();
    reader.close();
    const running = await runningService(config, service);
    const views = running ? (await running.standing()).views : filesStanding(config);
    say(`Service  ${running ? `runs at ${service.url}` : 'none runs on this data'}`);
    say(`Log      ${grouped(position)} events${position > 0 ? `, the last of ${instantOf(time)}` : ''}; chain ${chain.slice(0, 16)}…`);
    say();
    say(table(['view', 'version', 'position', 'lag', 'state'], views.map(({ name, version, position: at, lag, state, reason, progress }) => [name, version, at, lag, told(state, reason, progress)])));
    const failed = views.filter(({ state }) => state === 'failed');
    if (failed.length > 0) throw new Failure('ViewFailed', `${failed.map(({ name }) => name).join(', ')} cannot go on; biolithic rebuild builds views anew`);
  });

  const verifyViews = takes(verify.command('views').argument('[view]', NAMES).description('Compare views, row by row, with what the log makes of them; also beside a running service'), LOG).action(
    async (view: string | undefined) => {
      const config = configOf(verifyViews, LOG);
      const views = chosenViews(view);
      openLogOf(config).close();
      const progress = new Progress('Building for comparison', 'events');
      const verified = await verifyHere(config, views, shown(progress));
      sayVerified(verified);
    },
  );
}

/** Says how each view compares. @throws Failure ViewsDiffer */
export function sayVerified(verified: readonly VerifiedView[]): void {
  say(table(['view', 'version', 'position', 'rows', 'compared'], verified.map(({ view, version, position, rows, problem }) => [view, version, position, rows, problem === undefined ? 'equal' : 'DIFFERS'])));
  const differing = verified.flatMap(({ view, problem }) => (problem === undefined ? [] : [`${view}: ${problem}`]));
  if (differing.length > 0) throw new Failure('ViewsDiffer', differing.join('\n  '));
}

export const shown = (progress: Progress) => ({ position, head }: BuildProgress): void => progress.update(position, head);

const told = (state: string, reason: string | undefined, progress: BuildProgress | undefined): string => {
  const building = progress ? `, building: ${grouped(progress.position)} of ${grouped(progress.head)}` : '';
  return `${state}${reason === undefined ? '' : ` (${reason})`}${building}`;
};
