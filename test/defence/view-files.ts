// A view as it is on disk: built into a file from a log, and read as of any position. What tests of lists and cursors read.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LogReader } from '../../src/event-log/index.ts';
import type { EventCatalogue } from '../../src/kernel/index.ts';
import type { ReaderOf, Tables, View } from '../../src/runtime/index.ts';
import { buildViews } from '../../src/runtime/views/build.ts';
import { tablesAt, ViewReader } from '../../src/runtime/views/view-reader.ts';
import { temporaryDirectory } from '../support/temporary.ts';

export interface ViewOnDisk<T extends Tables> {
  /** Default: as of the log's head when it was built. */
  tables(asOf?: number): ReaderOf<T>;
  remove(): void;
}

/** Builds the view from all that the log holds. @throws what made the build fail */
export function onDisk<T extends Tables>(view: View<T>, log: Omit<LogReader, 'close'>, catalogue: EventCatalogue): ViewOnDisk<T> {
  // A log ends by itself; builds are made for readers of their own.
  const read = Object.assign(Object.create(log) as typeof log, { close: () => undefined });
  const directory = temporaryDirectory();
  const path = join(directory.path, `${view.name}.sqlite`);
  const [built] = buildViews(read, catalogue, [{ view: view as View, path }]);
  if (!built || 'error' in built) throw built?.error ?? new Error('nothing was built');
  const reader = new ViewReader(path, view as View, log);
  return {
    tables: (asOf = built.position) => tablesAt(view, asOf, () => reader),
    remove() {
      reader.close();
      rmSync(path, { force: true });
      directory.remove();
    },
  };
}
