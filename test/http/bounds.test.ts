// What is bounded at the edge: requests per second, and patience with readers that do not read.
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Feed } from '../../src/http/feed.ts';
import { FeedReader } from '../../src/http/feed-reader.ts';
import { FeedReaders } from '../../src/http/feed-readers.ts';
import { RateLimit } from '../../src/http/rate-limit.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { catalogue } from './hamlet.ts';

describe('a rate limit', () => {
  test('lets through a burst of ten seconds, then as many as time brings back', () => {
    const limit = new RateLimit(2);
    const taken = (now: number): number => Array.from({ length: 100 }, () => limit.take('ada', now)).filter(Boolean).length;
    expect(taken(0)).toBe(20);
    expect(limit.has('ada', 0)).toBe(false);
    expect(taken(1_000)).toBe(2);
    expect(taken(1_400)).toBe(0);
    expect(taken(1_500)).toBe(1);
    expect(taken(1_000_000)).toBe(20);
  });

  test('counts each by itself, and 0 is none at all', () => {
    const limit = new RateLimit(1);
    for (let n = 0; n < 10; n += 1) limit.take('ada', 0);
    expect([limit.take('ada', 0), limit.take('kim', 0)]).toEqual([false, true]);
    const none = new RateLimit(0);
    expect(Array.from({ length: 1_000 }, () => none.take('ada', 0)).every(Boolean)).toBe(true);
  });
});

/** A client whose window is full from the first byte. */
class StuckResponse extends EventEmitter {
  destroyed = false;
  written = 0;
  write(text: string): boolean {
    this.written += text.length;
    return false;
  }
  end(): void {
    this.destroy();
  }
  destroy(): void {
    this.destroyed = true;
  }
}

describe('a reader that does not read', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('is sent nothing more, and let go after half a minute', async () => {
    const feed = new Feed(new MemoryLog(), catalogue, () => {});
    const stuck = new StuckResponse();
    let ended = false;
    const reader = new FeedReader(feed, stuck as unknown as ServerResponse, {
      after: 0,
      types: undefined,
      sight: () => ({ maySee: () => true, isOver: () => false }),
      isEntitled: () => true,
      onEnd: () => {
        ended = true;
      },
    });
    const sent = stuck.written;
    for (let beats = 0; beats < 10; beats += 1) reader.heartbeat();
    expect(stuck.written).toBe(sent);
    await jest.advanceTimersByTimeAsync(29_000);
    expect(stuck.destroyed).toBe(false);
    await jest.advanceTimersByTimeAsync(2_000);
    expect([stuck.destroyed, ended]).toEqual([true, true]);
    feed.close();
  });

  test('is given time anew when it takes something', async () => {
    const feed = new Feed(new MemoryLog(), catalogue, () => {});
    const stuck = new StuckResponse();
    const reader = new FeedReader(feed, stuck as unknown as ServerResponse, { after: 0, types: undefined, sight: () => ({ maySee: () => true, isOver: () => false }), isEntitled: () => true, onEnd: () => {} });
    await jest.advanceTimersByTimeAsync(29_000);
    stuck.emit('drain');
    await jest.advanceTimersByTimeAsync(29_000);
    expect(stuck.destroyed).toBe(false);
    reader.end();
    feed.close();
  });
});

describe('readers of the feed', () => {
  const open = (readers: FeedReaders, person: string | undefined, address: string): (() => void) => {
    let end = (): void => undefined;
    readers.assertRoom(person, address);
    readers.add(person, address, (onEnd) => {
      end = onEnd;
      return { heartbeat: () => undefined, end: onEnd } as object as FeedReader;
    });
    return () => end();
  };
  const refusal = expect.objectContaining({ name: 'TooManyListeners', status: 503 });

  test('are bounded for each person and each address, and those without a token leave room for the others', () => {
    const readers = new FeedReaders();
    const ends = Array.from({ length: 32 }, () => open(readers, 'ada', '192.0.2.1'));
    expect(() => open(readers, 'ada', '192.0.2.9')).toThrow(refusal);
    ends[0]?.();
    open(readers, 'ada', '192.0.2.9');
    let anonymous = 0;
    for (let address = 0; address < 20; address += 1) {
      for (let n = 0; n < 64; n += 1) {
        try {
          open(readers, undefined, `198.51.100.${address}`);
          anonymous += 1;
        } catch (error) {
          expect(error).toEqual(refusal);
        }
      }
      expect(() => open(readers, undefined, `198.51.100.${address}`)).toThrow(refusal);
    }
    expect(anonymous).toBe(512);
    open(readers, 'kim', '198.51.100.0');
    expect(readers.count).toBe(32 + 512 + 1);
    readers.close();
    expect(readers.count).toBe(0);
  });
});
