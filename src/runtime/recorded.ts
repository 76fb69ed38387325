// From the log's form of an event to the one that folds, processes and views see.
import type { StoredEvent } from '../event-log/index.ts';
import type { EventCatalogue, Event, Recorded } from '../kernel/index.ts';

/** undefined for void events and for wire names that this version does not know. */
export function recordedOf(catalogue: EventCatalogue, stored: StoredEvent): Recorded<Event> | undefined {
  if (stored.void) return undefined;
  const event = catalogue.decode(stored.type, stored.data);
  if (!event) return undefined;
  const { position, stream, revision, time, commandId, metadata } = stored;
  const recorded = { type: event.type, data: event.data, position, stream, revision, time, commandId, actor: metadata.actor };
  return metadata.onBehalfOf === undefined ? recorded : { ...recorded, onBehalfOf: metadata.onBehalfOf };
}
