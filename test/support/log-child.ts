// A process that holds a log, does what its parent asks over IPC, and may be killed at any moment.
import { randomUUID } from 'node:crypto';
import { openSqliteLog, type AppendRequest } from '../../src/event-log/index.ts';
import { systemClock } from '../../src/kernel/index.ts';

export type Asked =
  | { readonly ask: number; readonly append: AppendRequest }
  | { readonly ask: number; readonly status: true }
  | { readonly ask: number; readonly shutdown: true }
  /** Appends without end, telling every acknowledgement. */
  | { readonly flood: number };

export type Told =
  | { readonly ready: true }
  | { readonly answer: number; readonly value?: unknown; readonly error?: { readonly name: string; readonly message: string; readonly outcome?: string } }
  | { readonly acknowledged: { readonly commandId: string; readonly firstPosition: number; readonly count: number } };

const tell = (told: Told): void => void process.send?.(told);
const log = await openSqliteLog({ directory: process.argv[2] as string, namespace: 'grove', clock: systemClock });

async function flood(writer: number): Promise<void> {
  // Every third append goes to the writer's own stream, so that streams have pasts across lives.
  const own = `writer-${writer}`;
  for (let n = 0; ; n++) {
    const commandId = randomUUID();
    const count = 1 + (n % 4);
    const stream = n % 3 === 0 ? own : `note-${commandId}`;
    const expected = (n % 3 === 0 ? log.streamHead(own)?.revision : undefined) ?? 'none';
    const events = Array.from({ length: count }, (_, index) => ({ type: 'test.noted.v1', data: { index, count } }));
    const { firstPosition } = await log.append({ stream, expected, events, guards: [], commandId, attempt: 0, metadata: { actor: own } });
    tell({ acknowledged: { commandId, firstPosition, count } });
  }
}

async function answer(asked: Exclude<Asked, { flood: number }>): Promise<unknown> {
  if ('append' in asked) return log.append(asked.append);
  if ('status' in asked) return log.status();
  return log.shutdown();
}

process.on('message', (asked: Asked) => {
  if ('flood' in asked) {
    for (let writer = 0; writer < asked.flood; writer++) void flood(writer);
    return;
  }
  answer(asked).then(
    (value) => tell({ answer: asked.ask, value }),
    (error: Error & { outcome?: string }) =>
      tell({ answer: asked.ask, error: { name: error.name, message: error.message, ...(error.outcome && { outcome: error.outcome }) } }),
  );
});
tell({ ready: true });
// A child does not outlive its parent.
process.on('disconnect', () => process.exit());
