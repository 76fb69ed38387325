// A log in memory that has what a test tells, at noon.
import type { Event } from '../../src/kernel/index.ts';
import { derivedId, SimulatedClock } from '../../src/kernel/index.ts';
import { catalogue } from '../../src/registry.ts';
import { NOON } from './given.ts';
import { MemoryLog } from './memory-log.ts';

const ROOT = '00000000-0000-5000-8000-0000000000aa';
let commands = 0;

/** Adds events of one command to a stream. Gives the last one's position. */
export async function append(log: MemoryLog, stream: string, ...events: readonly Event[]): Promise<number> {
  const { lastPosition } = await log.append({
    stream, expected: log.streamHead(stream)?.revision ?? 'none', events: events.map((event) => catalogue.encode(event)), guards: [],
    commandId: derivedId(ROOT, String((commands += 1))), attempt: 0, metadata: { actor: 'system' },
  });
  return lastPosition;
}

export async function logOf(...events: readonly (readonly [stream: string, event: Event])[]): Promise<MemoryLog> {
  const log = new MemoryLog({ clock: new SimulatedClock(NOON) });
  for (const [stream, event] of events) await append(log, stream, event);
  return log;
}
