// All readers of the feed: how many there may be, their heartbeat, and their end.
import type { FeedReader } from './feed-reader.ts';
import { edgeRejections } from './rejections.ts';

const MOST_READERS = 1_024;
const HEARTBEAT = 15_000;

export class FeedReaders {
  private readonly readers = new Set<FeedReader>();
  private readonly heartbeat = setInterval(() => this.beat(), HEARTBEAT).unref();
  private closed = false;

  get count(): number {
    return this.readers.size;
  }

  /** @throws Rejection TooManyListeners (503) */
  assertRoom(): void {
    if (this.closed || this.readers.size >= MOST_READERS) throw edgeRejections.TooManyListeners({ most: MOST_READERS });
  }

  add(start: (onEnd: () => void) => FeedReader): void {
    const reader: FeedReader = start(() => this.readers.delete(reader));
    this.readers.add(reader);
  }

  close(): void {
    this.closed = true;
    clearInterval(this.heartbeat);
    for (const reader of this.readers) reader.end('closing');
  }

  private beat(): void {
    for (const reader of this.readers) reader.heartbeat();
  }
}
