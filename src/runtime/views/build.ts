// Build: fills new files of any number of views in one pass over the log.
import { rmSync } from 'node:fs';
import type { LogReader } from '../../event-log/index.ts';
import type { EventCatalogue } from '../../kernel/index.ts';
import { recordedOf } from '../recorded.ts';
import type { View } from '../view.ts';
import { layoutOf } from './layout.ts';
import { typesOf } from './shares.ts';
import { buildingPath, putInPlace } from './view-directory.ts';
import { ViewFileBuild } from './view-file.ts';

export interface BuildRequest {
  readonly view: View;
  /** The finished file's name; nothing is there yet. */
  readonly path: string;
}

export interface BuildProgress {
  readonly views: readonly string[];
  readonly position: number;
  readonly head: number;
  readonly eventsPerSecond: number;
  /** undefined until a rate is known. */
  readonly secondsLeft: number | undefined;
}

export type BuildOutcome =
  | { readonly view: string; readonly path: string; readonly position: number }
  | { readonly view: string; readonly error: Error };

export interface BuildOptions {
  /** Last position to project; default: the log's head when it is reached. */
  readonly upTo?: number;
  /** What this one's views hold for rows in use, kilobytes; default: all that there is for builds. */
  readonly memory?: number;
  readonly onProgress?: (progress: BuildProgress) => void;
}

type LogOfBuild = Pick<LogReader, 'head' | 'readOf' | 'chainAt'>;

/** Positions per page, whether or not their events are of any concern. */
const PAGE = 4096;
const PROGRESS_EVERY = 250;
/** What builds that run at one time hold for rows in use, kilobytes; about twice that with the generation before. */
export const MEMORY = 256 * 1024;

interface Build extends BuildRequest {
  file: ViewFileBuild | undefined;
  error: Error | undefined;
}

/** Builds what can be built: a view that fails leaves no file and does not stop the others. */
export function buildViews(log: LogOfBuild, catalogue: EventCatalogue, requests: readonly BuildRequest[], options: BuildOptions = {}): BuildOutcome[] {
  const builds = requests.map((request): Build => ({ ...request, file: undefined, error: undefined }));
  const attempt = (build: Build, work: () => void): void => {
    if (build.error) return;
    try {
      work();
    } catch (error) {
      build.error = error instanceof Error ? error : new Error(String(error));
      abandon(build);
    }
  };
  try {
    for (const build of builds) {
      attempt(build, () => {
        rmSync(buildingPath(build.path), { force: true });
        build.file = new ViewFileBuild(buildingPath(build.path), build.view, layoutOf(build.view));
      });
    }
    const position = project(log, catalogue, builds, attempt, options);
    const checkpoint = { position, chain: log.chainAt(position) as string };
    return builds.map((build): BuildOutcome => {
      attempt(build, () => {
        build.file?.finish(checkpoint);
        putInPlace(build.path);
      });
      return build.error ? { view: build.view.name, error: build.error } : { view: build.view.name, path: build.path, position };
    });
  } catch (error) {
    for (const build of builds) abandon(build);
    throw error;
  }
}

function abandon(build: Build): void {
  build.file?.abandon();
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(buildingPath(build.path) + suffix, { force: true });
}

/** @returns the position of the last event projected */
function project(
  log: LogOfBuild,
  catalogue: EventCatalogue,
  builds: readonly Build[],
  attempt: (build: Build, work: () => void) => void,
  { upTo = Infinity, memory = MEMORY, onProgress }: BuildOptions,
): number {
  const views = builds.map(({ view }) => view.name);
  const types = [...new Set(builds.flatMap(({ view }) => typesOf(view, catalogue)))];
  const start = performance.now();
  let told = start;
  let position = 0;
  while (position < upTo && builds.some(({ error }) => !error)) {
    const end = Math.min(position + PAGE, upTo, log.head().position);
    if (end <= position) break;
    const events = log.readOf(types, position, end).flatMap((stored) => recordedOf(catalogue, stored) ?? []);
    for (const build of builds) {
      attempt(build, () => {
        const writer = (build.file as ViewFileBuild).writer;
        for (const event of events) writer.apply(event);
      });
    }
    position = end;
    if (builds.reduce((sum, { file, error }) => sum + (error ? 0 : (file?.writer.weight ?? 0)), 0) > memory) {
      for (const build of builds) attempt(build, () => build.file?.writer.retire());
    }
    const now = performance.now();
    if (onProgress && now - told >= PROGRESS_EVERY) {
      told = now;
      const head = Math.min(upTo, log.head().position);
      const eventsPerSecond = Math.round((position * 1000) / (now - start));
      onProgress({ views, position, head, eventsPerSecond, secondsLeft: eventsPerSecond > 0 ? (head - position) / eventsPerSecond : undefined });
    }
  }
  return position;
}
