// The views of a data directory: through the service that keeps them where one runs, from their files where none does.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { logFileIn } from '../event-log/index.ts';
import { catalogue, processes, views as declared } from '../registry.ts';
import { rebuildViews, verifyViews, viewFilesStatus, viewsOf, type BuildProgress, type OfflineParts, type VerifiedView } from '../runtime/index.ts';
import { EXIT, Failure } from './failure.ts';
import { Operator } from './operator.ts';
import type { Reply, ServiceClient } from './service-client.ts';
import { refusalOf } from './service-client.ts';

export interface ViewStanding {
  readonly name: string;
  readonly version: number;
  readonly state: string;
  readonly reason?: string;
  readonly position: number;
  readonly lag: number;
  readonly progress?: BuildProgress;
}

export interface Standing {
  /** Last position of the log. */
  readonly position: number;
  readonly views: readonly ViewStanding[];
  readonly rebuild?: { readonly running: boolean; readonly failure?: string };
}

/** A service that runs on the very data that this command was pointed at: it takes the operator's token made from its keys. */
export interface RunningService {
  standing(): Promise<Standing>;
  rebuild(views: readonly string[] | undefined): Promise<void>;
}

const LOOK_AGAIN = 200;

/** undefined where no service answers, or another one than that of this data. */
export async function runningService(config: Config, service: ServiceClient): Promise<RunningService | undefined> {
  if (config.issuer !== undefined || !existsSync(config.secrets)) return undefined;
  const operator = new Operator(config, service);
  const ask = async (method: string, path: string, body?: object): Promise<Reply> => service.send({ method, path, body, token: await operator.operatorToken() });
  try {
    const reply = await ask('GET', '/views');
    if (reply.status === 401 || reply.status === 404) return undefined;
  } catch (error) {
    if (error instanceof Failure && error.name === 'ServiceNotReached') return undefined;
    throw error;
  }
  const taken = (reply: Reply, request: string): unknown => {
    if (reply.status >= 300) throw refusalOf(reply, request);
    return reply.body;
  };
  return {
    standing: async () => taken(await ask('GET', '/views'), 'GET /views') as Standing,
    rebuild: async (views) => void taken(await ask('POST', '/views/rebuild', views ? { views } : {}), 'POST /views/rebuild'),
  };
}

export const viewNames = (): string[] => viewsOf({ views: declared, processes }).map(({ name }) => name);

/** @throws Failure NoSuchView */
export function chosenViews(view: string | undefined): readonly string[] | undefined {
  if (view === undefined) return undefined;
  if (viewNames().includes(view)) return [view];
  throw new Failure('NoSuchView', `there is no view ${view}; there are ${viewNames().join(', ')}`, EXIT.usage);
}

/** How far the files are, as they lie there. */
export const filesStanding = (config: Config): readonly ViewStanding[] => viewFilesStatus(partsOf(config));

/** @throws Failure RebuildFailed, ViewsLocked */
export async function rebuildHere(config: Config, views: readonly string[] | undefined, onProgress: (progress: BuildProgress) => void): Promise<number> {
  const outcomes = await rebuildViews(partsOf(config), views, onProgress);
  const failed = outcomes.flatMap((one) => ('reason' in one ? [`${one.view}: ${one.reason}`] : []));
  if (failed.length > 0) throw new Failure('RebuildFailed', failed.join('\n  '));
  return Math.max(0, ...outcomes.map((one) => ('position' in one ? one.position : 0)));
}

/** Settles when the service has built and swapped in. @throws Failure RebuildFailed */
export async function rebuildThere(service: RunningService, views: readonly string[] | undefined, onProgress: (progress: BuildProgress) => void): Promise<number> {
  await service.rebuild(views);
  for (;;) {
    const { position, views: standing, rebuild } = await service.standing();
    if (!rebuild?.running) {
      if (rebuild?.failure !== undefined) throw new Failure('RebuildFailed', rebuild.failure);
      return position;
    }
    const progress = standing.find((one) => one.progress)?.progress;
    if (progress) onProgress(progress);
    await sleep(LOOK_AGAIN);
  }
}

export const verifyHere = (config: Config, views: readonly string[] | undefined, onProgress: (progress: BuildProgress) => void): Promise<readonly VerifiedView[]> =>
  verifyViews(partsOf(config), views, onProgress);

function partsOf(config: Config): OfflineParts {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return {
    logFile: logFileIn(config.data),
    directory: config.data,
    registry: { catalogue, views: declared, processes } as OfflineParts['registry'],
    registryUrl: new URL(`../registry.${extension}`, import.meta.url).href,
  };
}
