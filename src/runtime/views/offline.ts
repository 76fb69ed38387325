// Offline: views rebuilt from a log that no service has open for writing, or whose service keeps its views elsewhere.
import { openLogReader, type LogReader } from '../../event-log/index.ts';
import type { BuildProgress } from './build.ts';
import { startBuild, type BuiltView, type FailedBuild } from './build-thread.ts';
import { viewNamed, viewsOf, type Registry } from './registry.ts';
import { ViewDirectory } from './view-directory.ts';
import { openViewFile, ViewFileUnusable } from './view-file.ts';

export interface OfflineParts {
  readonly logFile: string;
  /** Files are in `<directory>/views`. */
  readonly directory: string;
  readonly registry: Registry;
  readonly registryUrl: string;
}

/**
 * Rebuilds views (default: all) while no service runs on the directory; older files go when their successors are in place.
 * @throws ViewsLocked a service keeps these views; Error for a view that there is not
 */
export async function rebuildViews(parts: OfflineParts, names?: readonly string[], onProgress?: (progress: BuildProgress) => void): Promise<readonly (BuiltView | FailedBuild)[]> {
  const all = viewsOf(parts.registry);
  const chosen = names ? names.map((name) => viewNamed(all, name)) : all;
  const directory = new ViewDirectory(parts.directory);
  let log: LogReader | undefined;
  try {
    log = openLogReader(parts.logFile);
    const requests = chosen.map(({ name, version }) => ({ view: name, path: directory.newFile(name, version).path }));
    const settled = await startBuild({ ...parts, log, coresLeft: 0, requests }, onProgress).outcomes;
    for (const outcome of settled) {
      if ('reason' in outcome) continue;
      for (const { path } of directory.filesOf(outcome.view)) if (path !== outcome.path) directory.remove(path);
    }
    return settled;
  } finally {
    log?.close();
    directory.release();
  }
}

export interface OfflineStatus {
  readonly name: string;
  readonly version: number;
  /** 'missing' is built, 'unusable' built anew when the service starts. */
  readonly state: 'there' | 'missing' | 'unusable';
  readonly reason?: string;
  readonly position: number;
  readonly lag: number;
}

/** How far the files of a directory are, whether or not a service runs on it. */
export function viewFilesStatus(parts: Omit<OfflineParts, 'registryUrl'>): OfflineStatus[] {
  const log = openLogReader(parts.logFile);
  try {
    const head = log.head().position;
    return viewsOf(parts.registry).map((view): OfflineStatus => {
      const { name, version } = view;
      const nothing = { name, version, position: 0, lag: head };
      const file = ViewDirectory.filesIn(parts.directory, name).find((one) => one.version === version);
      if (!file) return { ...nothing, state: 'missing' };
      try {
        const { db, checkpoint } = openViewFile(file.path, view, log, 'read');
        db.close();
        return { ...nothing, state: 'there', position: checkpoint.position, lag: head - checkpoint.position };
      } catch (error) {
        if (!(error instanceof ViewFileUnusable)) throw error;
        return { ...nothing, state: 'unusable', reason: error.message };
      }
    });
  } finally {
    log.close();
  }
}
