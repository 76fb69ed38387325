// View directory: which files of which views lie there, and the lock that makes one process their writer.
//
// A file is `<view>-v<version>.<build>.sqlite`. Every build has a number of its own, so that a new one is swapped in by opening it,
// while the old one stays readable under its own name, and no write-ahead log ever meets another file.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface ViewFileName {
  readonly path: string;
  readonly view: string;
  readonly version: number;
  readonly build: number;
}

/** Another process has these views open for writing. */
export class ViewsLocked extends Error {
  constructor(directory: string) {
    super(`${directory}: another process keeps these views`);
    this.name = 'ViewsLocked';
  }
}

const FILE = /^([a-z0-9-]+)-v(\d+)\.(\d+)\.sqlite$/;
const LEFT_OVER = /\.building(-\w+)?$/;

export class ViewDirectory {
  readonly path: string;
  private readonly lock: DatabaseSync;

  /** Makes `<directory>/views` when missing. @throws ViewsLocked */
  constructor(directory: string) {
    this.path = join(directory, 'views');
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    this.lock = new DatabaseSync(join(this.path, 'lock.sqlite'));
    try {
      this.lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.lock.close();
      if ((error as { errcode?: number }).errcode === 5) throw new ViewsLocked(this.path);
      throw error;
    }
    for (const name of readdirSync(this.path)) if (LEFT_OVER.test(name)) rmSync(join(this.path, name), { recursive: true, force: true });
  }

  /** A view's files, the newest build first. */
  filesOf(view: string): ViewFileName[] {
    return filesOf(this.path, view);
  }

  /** As `filesOf`, for who only looks: takes no lock and makes nothing. */
  static filesIn(directory: string, view: string): ViewFileName[] {
    const path = join(directory, 'views');
    return existsSync(path) ? filesOf(path, view) : [];
  }

  /** A name that no file of the view has had since the newest was made. */
  newFile(view: string, version: number): ViewFileName {
    const build = (this.filesOf(view)[0]?.build ?? 0) + 1;
    return { path: join(this.path, `${view}-v${version}.${build}.sqlite`), view, version, build };
  }

  /** Forgets a file that nobody has open. */
  remove(path: string): void {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
  }

  release(): void {
    if (this.lock.isOpen) this.lock.close();
  }
}

function filesOf(directory: string, view: string): ViewFileName[] {
  const files = readdirSync(directory).flatMap((name): ViewFileName[] => {
    const [, of, version, build] = FILE.exec(name) ?? [];
    return of === view ? [{ path: join(directory, name), view, version: Number(version), build: Number(build) }] : [];
  });
  return files.sort((a, b) => b.build - a.build);
}

/** Where a file is while it is being built. */
export const buildingPath = (path: string): string => `${path}.building`;

/** Puts a complete file, which no connection has open, under its name, durably. */
export function putInPlace(path: string): void {
  sync(buildingPath(path));
  renameSync(buildingPath(path), path);
  sync(join(path, '..'));
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
