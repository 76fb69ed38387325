// The tail of a log: what was committed is read and parsed once and handed to every subscriber that keeps up; those that lag
// read pages by themselves. No statement is open while a handler runs, so a slow one pins nothing.
import { setImmediate as tick } from 'node:timers/promises';
import type { LogReader, StoredEvent, Subscription } from './event-log.ts';

export type EventHandler = (events: readonly StoredEvent[]) => void | Promise<void>;

/** Events per page: about a millisecond of reading. */
const PAGE = 512;

export class Tail {
  private readonly reader: Pick<LogReader, 'readAll'>;
  private readonly subscribers = new Set<Subscriber>();
  /** The newest page read, and the position before it: what several subscribers are about to ask for. */
  private page: { readonly after: number; readonly events: readonly StoredEvent[] } = { after: 0, events: [] };
  private announced = false;

  constructor(reader: Pick<LogReader, 'readAll'>) {
    this.reader = reader;
  }

  /** Tells that events were committed. Cheap; several calls of one tick wake the subscribers once. */
  announce(): void {
    if (this.announced || this.subscribers.size === 0) return;
    this.announced = true;
    setImmediate(() => {
      this.announced = false;
      for (const subscriber of this.subscribers) subscriber.wake();
    });
  }

  /** As EventLog.subscribe. */
  subscribe(after: number, handler: EventHandler): Subscription {
    const subscriber = new Subscriber(after, handler, (position) => this.pageAfter(position));
    this.subscribers.add(subscriber);
    void subscriber.run().finally(() => this.subscribers.delete(subscriber));
    return subscriber;
  }

  close(): void {
    for (const subscriber of this.subscribers) subscriber.close();
  }

  private pageAfter(position: number): readonly StoredEvent[] {
    const { after, events } = this.page;
    const end = after + events.length;
    if (position >= after && position < end) return position === after ? events : events.slice(position - after);
    const read = this.reader.readAll(position, PAGE, 'proven');
    // A subscriber far behind must not drive out the page that the others share.
    if (read.length > 0 && position >= end) this.page = { after: position, events: read };
    return read;
  }
}

class Subscriber implements Subscription {
  position: number;
  readonly failed: Promise<Error>;
  private readonly handler: EventHandler;
  private readonly pageAfter: (position: number) => readonly StoredEvent[];
  private fail!: (error: Error) => void;
  private closed = false;
  private woken = false;
  private wakeUp: (() => void) | undefined;

  constructor(after: number, handler: EventHandler, pageAfter: (position: number) => readonly StoredEvent[]) {
    this.position = after;
    this.handler = handler;
    this.pageAfter = pageAfter;
    this.failed = new Promise((resolve) => {
      this.fail = resolve;
    });
  }

  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  close(): void {
    this.closed = true;
    this.wakeUp?.();
  }

  async run(): Promise<void> {
    try {
      // The first events come after `subscribe` has returned.
      for (await tick(); !this.closed; ) await this.next();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async next(): Promise<void> {
    this.woken = false;
    const events = this.pageAfter(this.position);
    if (events.length === 0) return this.wait();
    const handled = this.handler(events);
    if (handled) await handled;
    this.position = events.at(-1)?.position ?? this.position;
    // A full page means there is more: requests get their turn in between. Else the next commit wakes it.
    if (events.length >= PAGE) await tick();
  }

  private async wait(): Promise<void> {
    if (this.woken || this.closed) return;
    await new Promise<void>((resolve) => {
      this.wakeUp = resolve;
    });
    this.wakeUp = undefined;
  }
}
