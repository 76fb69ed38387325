// A process that keeps a yard and its views, does what its parent asks over IPC, and may be killed at any moment.
import { randomUUID } from 'node:crypto';
import { openSqliteLog } from '../../../src/event-log/index.ts';
import { SimulatedClock } from '../../../src/kernel/index.ts';
import { openViews, type ViewStatus } from '../../../src/runtime/index.ts';
import * as registry from '../../support/registry-views.ts';

export type Asked =
  | { readonly ask: number; readonly happens: readonly registry.YardEvent[] }
  | { readonly ask: number; readonly status: true }
  | { readonly ask: number; readonly rebuild: true }
  | { readonly ask: number; readonly close: true }
  /** Appends without end. */
  | { readonly ask: number; readonly flood: readonly registry.YardEvent[] };

export type Told =
  | { readonly open: true }
  | { readonly refused: { readonly name: string; readonly message: string } }
  | { readonly answer: number; readonly value?: unknown };

const [, , directory = '', logDirectory = directory] = process.argv;
const tell = (told: Told): void => void process.send?.(told);
// A child does not outlive its parent.
process.on('disconnect', () => process.exit());

const log = await openSqliteLog({ directory: logDirectory, namespace: 'yard', clock: new SimulatedClock('2026-03-01T00:00:00.000Z') });
const registryUrl = new URL('../../support/registry-views.ts', import.meta.url).href;

async function happens(events: readonly registry.YardEvent[]): Promise<number> {
  const commandId = randomUUID();
  const encoded = events.map((event) => registry.catalogue.encode(event));
  const request = { stream: `yard-${commandId}`, expected: 'none', events: encoded, guards: [], commandId, attempt: 0, metadata: { actor: 'child' } } as const;
  return (await log.append(request)).lastPosition;
}

try {
  const views = await openViews({ directory, log, registry, registryUrl });
  const answer = async (asked: Asked): Promise<number | ViewStatus[] | undefined> => {
    if ('happens' in asked) return happens(asked.happens);
    if ('status' in asked) return views.status();
    if ('rebuild' in asked) void views.rebuild().catch(() => undefined);
    else if ('flood' in asked) void (async () => { for (;;) await happens(asked.flood); })();
    else {
      await views.close();
      await log.shutdown();
    }
    return undefined;
  };
  process.on('message', (asked: Asked) => void answer(asked).then((value) => tell({ answer: asked.ask, value })));
  tell({ open: true });
} catch (error) {
  const { name, message } = error as Error;
  tell({ refused: { name, message } });
  await log.shutdown();
}
