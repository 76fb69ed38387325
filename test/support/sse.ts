// A reader of Server-Sent Events, for tests.
import { setTimeout as sleep } from 'node:timers/promises';

export interface SentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly position: number; readonly type: string; readonly data: Record<string, unknown> };
}

export interface Listening {
  readonly status: number;
  readonly events: SentEvent[];
  readonly comments: string[];
  /** Settles when the service ends the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Settles when the answer's head has arrived. */
export async function listen(url: string, headers: Record<string, string> = {}): Promise<Listening> {
  const leaving = new AbortController();
  const response = await fetch(url, { headers, signal: leaving.signal });
  const events: SentEvent[] = [];
  const comments: string[] = [];
  const take = (block: string): void => {
    const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
    const comment = fields.get('');
    if (comment !== undefined) comments.push(comment);
    const data = fields.get('data');
    if (data !== undefined) events.push({ id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) as SentEvent['data'] });
  };
  const read = async (): Promise<void> => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      blocks.forEach(take);
    }
  };
  const ended = read().catch(() => {});
  return { status: response.status, events, comments, ended, close: () => leaving.abort() };
}

/** Waits for something to become true; the suite's time limit bounds it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}
