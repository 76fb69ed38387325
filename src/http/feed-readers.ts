// All readers of the feed: how many there may be, their heartbeat, and their end.
import type { FeedReader } from './feed-reader.ts';
import { edgeRejections } from './rejections.ts';

/** All readers; those without a token, of whom nobody knows whether they are many or one; and those of one person or address. */
const MOST_READERS = 1_024;
const MOST_ANONYMOUS = 512;
const MOST_OF_ONE_PERSON = 32;
const MOST_OF_ONE_ADDRESS = 64;
const HEARTBEAT = 15_000;

export class FeedReaders {
  private readonly readers = new Map<FeedReader, string>();
  private readonly counts = new Map<string, number>();
  private anonymous = 0;
  private readonly heartbeat = setInterval(() => this.beat(), HEARTBEAT).unref();
  private closed = false;

  get count(): number {
    return this.readers.size;
  }

  /**
   * @param person absent: without a token; then the address counts
   * @throws Rejection TooManyListeners (503)
   */
  assertRoom(person: string | undefined, address: string): void {
    const most = person === undefined ? MOST_OF_ONE_ADDRESS : MOST_OF_ONE_PERSON;
    if ((this.counts.get(person ?? address) ?? 0) >= most) throw edgeRejections.TooManyListeners({ most });
    if (person === undefined && this.anonymous >= MOST_ANONYMOUS) throw edgeRejections.TooManyListeners({ most: MOST_ANONYMOUS });
    if (this.closed || this.readers.size >= MOST_READERS) throw edgeRejections.TooManyListeners({ most: MOST_READERS });
  }

  add(person: string | undefined, address: string, start: (onEnd: () => void) => FeedReader): void {
    const who = person ?? address;
    const reader: FeedReader = start(() => {
      if (!this.readers.delete(reader)) return;
      const left = (this.counts.get(who) ?? 0) - 1;
      if (left > 0) this.counts.set(who, left);
      else this.counts.delete(who);
      if (person === undefined) this.anonymous -= 1;
    });
    this.readers.set(reader, who);
    this.counts.set(who, (this.counts.get(who) ?? 0) + 1);
    if (person === undefined) this.anonymous += 1;
  }

  close(): void {
    this.closed = true;
    clearInterval(this.heartbeat);
    for (const reader of this.readers.keys()) reader.end('closing');
  }

  private beat(): void {
    for (const reader of this.readers.keys()) reader.heartbeat();
  }
}
