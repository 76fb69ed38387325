// What the to-do list view holds, worked out anew from the log: for tests of the runner alone.
import type { EventLog, StoredEvent } from '../../src/event-log/index.ts';
import { instantOf } from '../../src/kernel/index.ts';
import { owedChanges, recordedOf, type OpenObligation, type ReadOwed } from '../../src/runtime/index.ts';
import { catalogue, processes } from './village.ts';

/** All events of a log, page by page. */
export function* allOf(log: Pick<EventLog, 'readAll'>): Iterable<StoredEvent> {
  for (let page = log.readAll(0); page.length > 0; page = log.readAll(page.at(-1)?.position ?? 0)) yield* page;
}

export const owedIn =
  (log: Pick<EventLog, 'readAll' | 'head'>): ReadOwed =>
  async () => {
    const owed = new Map<string, OpenObligation>();
    const { position } = log.head();
    for (const stored of allOf(log)) {
      const event = recordedOf(catalogue, stored);
      for (const process of event ? processes : []) {
        const { discharged, opened } = owedChanges(process, event as NonNullable<typeof event>);
        for (const key of discharged) owed.delete(`${process.name} ${key}`);
        for (const { key, due = instantOf(stored.time), data } of opened) {
          owed.set(`${process.name} ${key}`, { process: process.name, key, openedAt: stored.position, due, data });
        }
      }
    }
    return { position, owed: owed.values() };
  };
