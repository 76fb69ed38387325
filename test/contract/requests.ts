// Appends as the contract's tests write them.
import { randomUUID } from 'node:crypto';
import type { AppendRequest, EventLog, StoredEvent } from '../../src/event-log/index.ts';

export const ACTOR = 'ada';

/** One event on a new stream, unless said otherwise. */
export function request(over: Partial<AppendRequest> = {}): AppendRequest {
  const commandId = over.commandId ?? randomUUID();
  return {
    stream: `note-${commandId}`,
    expected: 'none',
    events: [{ type: 'test.noted.v1', data: { of: commandId } }],
    guards: [],
    commandId,
    attempt: 0,
    metadata: { actor: ACTOR },
    ...over,
  };
}

/** Numbered events of one append. */
export const notes = (count: number, text = ''): { type: string; data: unknown }[] =>
  Array.from({ length: count }, (_, n) => ({ type: 'test.noted.v1', data: { n, text } }));

/** Everything after a position, page by page. */
export function everything(log: Pick<EventLog, 'readAll'>, after = 0): StoredEvent[] {
  const events: StoredEvent[] = [];
  for (let position = after; ; ) {
    const page = log.readAll(position);
    if (page.length === 0) return events;
    events.push(...page);
    position = page.at(-1)?.position ?? position;
  }
}

export const streamOf = (log: Pick<EventLog, 'readStream'>, stream: string): StoredEvent[] => {
  const events: StoredEvent[] = [];
  for (;;) {
    const page = log.readStream(stream, { from: events.length });
    if (page.length === 0) return events;
    events.push(...page);
  }
};

/** What a test tells apart of an event. */
export const placeOf = (event: StoredEvent) => ({
  position: event.position, stream: event.stream, revision: event.revision, commandId: event.commandId, void: event.void,
});

export const settled = async <T>(promise: Promise<T>): Promise<T | Error> => promise.catch((error: Error) => error);

/** Waits for something that other threads or processes bring about. */
export async function until(holds: () => boolean, what: string, patience = 20_000): Promise<void> {
  for (const end = performance.now() + patience; !holds(); ) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
