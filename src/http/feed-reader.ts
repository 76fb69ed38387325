// One reader of the live feed, over Server-Sent Events: bounded by its own socket, never by our memory.
import type { ServerResponse } from 'node:http';
import type { Audience } from '../kernel/index.ts';
import type { Feed, FeedBatch } from './feed.ts';

export interface Sight {
  readonly maySee: (audience: readonly Audience[]) => boolean;
  /** A term that it rests on has ended. */
  readonly isOver: () => boolean;
}

export interface FeedReaderOptions {
  readonly after: number;
  /** Wire names; undefined = all. */
  readonly types: ReadonlySet<string> | undefined;
  /** What the reader may see, as things stand now. Asked anew whenever somebody's standing changed, and when it is over. */
  readonly sight: () => Sight;
  /** Whether the token is still good. */
  readonly isEntitled: () => boolean;
  readonly onEnd: () => void;
}

/** A reader that does not take what was sent for this long is let go, ms. */
const PATIENCE = 30_000;
/** Bytes put to the socket at a time. */
const CHUNK = 64 * 1024;

export class FeedReader {
  private readonly feed: Feed;
  private readonly response: ServerResponse;
  private readonly options: FeedReaderOptions;
  private readonly unlisten: () => void;
  private sight: Sight;
  private standingSeen: number;
  private cursor: number;
  /** Position that the client knows, by the id of an event or of a heartbeat. */
  private told: number;
  private state: 'idle' | 'scheduled' | 'blocked' | 'ended' = 'idle';
  private impatience: NodeJS.Timeout | undefined;

  constructor(feed: Feed, response: ServerResponse, options: FeedReaderOptions) {
    this.feed = feed;
    this.response = response;
    this.options = options;
    this.cursor = options.after;
    this.told = options.after;
    this.sight = options.sight();
    this.standingSeen = feed.standingChanges;
    this.unlisten = feed.listen(() => this.schedule());
    response.on('close', () => this.end());
    response.on('error', () => this.end());
    response.on('drain', () => this.drained());
    // Opens the stream at the client at once, and has it come back quickly when it is lost.
    this.write('retry: 1000\n\n');
    this.schedule();
  }

  /** Keeps the connection alive, and tells how far the reader is although it saw nothing. */
  heartbeat(): void {
    if (this.state === 'ended') return;
    if (!this.options.isEntitled()) return this.end('token expired');
    if (this.state === 'blocked') return;
    this.write(this.told === this.cursor ? ': \n\n' : `: \nid: ${this.cursor}\n\n`);
    this.told = this.cursor;
  }

  /** Ends the stream, saying why in a comment. */
  end(why?: string): void {
    if (this.state === 'ended') return;
    const blocked = this.state === 'blocked';
    this.state = 'ended';
    clearTimeout(this.impatience);
    this.unlisten();
    if (blocked || this.response.destroyed) this.response.destroy();
    else this.response.end(why === undefined ? undefined : `: ${why}\n\n`);
    this.options.onEnd();
  }

  private look(): void {
    this.standingSeen = this.feed.standingChanges;
    this.sight = this.options.sight();
  }

  private schedule(): void {
    if (this.state !== 'idle') return;
    this.state = 'scheduled';
    setImmediate(() => this.pump());
  }

  private pump(): void {
    if (this.state !== 'scheduled') return;
    this.state = 'idle';
    if (!this.options.isEntitled()) return this.end('token expired');
    let batch: FeedBatch;
    try {
      if (this.standingSeen !== this.feed.standingChanges || this.sight.isOver()) this.look();
      batch = this.feed.after(this.cursor);
    } catch {
      // The log cannot be read now; the client comes back with its last id.
      return this.end('log unavailable');
    }
    if (batch.upTo === this.cursor) return;
    this.send(batch);
    if (this.cursor < this.feed.position) this.schedule();
  }

  private send({ entries, upTo }: FeedBatch): void {
    const { types } = this.options;
    let text = '';
    for (const { position, type, audience, json } of entries) {
      if ((types === undefined || types.has(type)) && this.sight.maySee(audience)) {
        text += `id: ${position}\nevent: ${type}\ndata: ${json}\n\n`;
        this.told = position;
      }
      this.cursor = position;
      // The rest is read again when the socket has room.
      if (text.length >= CHUNK) return this.write(text);
    }
    this.cursor = upTo;
    if (text !== '') this.write(text);
  }

  private write(text: string): void {
    if (this.response.write(text)) return;
    this.state = 'blocked';
    this.impatience = setTimeout(() => this.end(), PATIENCE);
    this.impatience.unref();
  }

  private drained(): void {
    if (this.state !== 'blocked') return;
    clearTimeout(this.impatience);
    this.state = 'idle';
    this.schedule();
  }
}
