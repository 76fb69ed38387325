// One reader of the feed: what goes wrong with it is its own end, never the service's.
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Feed } from '../../src/http/feed.ts';
import { FeedReader, type Sight } from '../../src/http/feed-reader.ts';
import { commandIdOfRequest } from '../../src/kernel/index.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { catalogue } from '../runtime/village.ts';

class Socket extends EventEmitter {
  text = '';
  ended = false;
  readonly destroyed = false;
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  end(text = ''): void {
    this.text += text;
    this.ended = true;
  }
}

let commands = 0;
async function happens(log: MemoryLog, stream: string, text: string): Promise<void> {
  const event = catalogue.encode({ type: 'NotePinned', data: { board: 'b', text, number: 1 } });
  const commandId = commandIdOfRequest('zara', `pin-${commands++}`);
  await log.append({ stream, expected: log.streamHead(stream)?.revision ?? 'none', events: [event], guards: [], commandId, attempt: 0, metadata: { actor: 'zara' } });
  await sleep(20);
}

interface Reading {
  readonly log: MemoryLog;
  readonly feed: Feed;
  readonly socket: Socket;
  readonly reader: FeedReader;
}

const SEES: Sight = { maySee: () => true, isOver: () => false };

function reading(sight: () => Sight): Reading {
  const log = new MemoryLog();
  const feed = new Feed(log, catalogue, () => undefined);
  const socket = new Socket();
  const reader = new FeedReader(feed, socket as object as ServerResponse, {
    after: log.head().position, types: undefined, sight, isEntitled: () => true, onEnd: () => undefined,
  });
  return { log, feed, socket, reader };
}

test('when its standing cannot be read, it ends and says so', async () => {
  let unreadable = false;
  const { log, feed, socket } = reading(() => {
    if (unreadable) throw new Error('disk I/O error');
    return SEES;
  });
  await happens(log, 'board-b', 'one');
  expect(socket.text).toContain('"text":"one"');
  unreadable = true;
  await happens(log, 'member-zara', 'two');
  expect(socket).toMatchObject({ ended: true });
  expect(socket.text).toMatch(/: log unavailable\n\n$/);
  feed.close();
});

test('whose term ends, which is no event, sees nothing more from that moment on', async () => {
  let appointed = true;
  const { log, feed, socket } = reading(() => {
    const stillThen = appointed;
    return { maySee: () => stillThen, isOver: () => stillThen && !appointed };
  });
  await happens(log, 'board-b', 'one');
  appointed = false;
  await happens(log, 'board-b', 'two');
  expect(socket.text).toContain('"text":"one"');
  expect(socket.text).not.toContain('"text":"two"');
  feed.close();
});

test('large events are not kept in memory beyond a few megabytes: who falls behind reads the log', async () => {
  const { log, feed, socket } = reading(() => SEES);
  const large = 'x'.repeat(300_000);
  for (let n = 0; n < 40; n += 1) await happens(log, 'board-b', `${n} ${large}`);
  expect(socket.text.match(/^id: /gm)).toHaveLength(40);
  // From the beginning, and from the middle of what is remembered: the same events.
  for (const after of [1, 20, 35]) {
    const seen: number[] = [];
    for (let cursor = after; ; ) {
      const { entries, upTo } = feed.after(cursor);
      if (upTo === cursor) break;
      seen.push(...entries.map(({ position }) => position));
      cursor = upTo;
    }
    expect(seen).toEqual(Array.from({ length: 41 - after }, (_, n) => after + 1 + n));
  }
  feed.close();
});
