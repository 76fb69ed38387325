// The first event of every log, position 1: fixes format, namespace and the kind of clock.
import { v5 } from 'uuid';
import type { AppendRequest } from './event-log.ts';
import { SYSTEM_ACTOR } from '../kernel/index.ts';

export const LOG_OPENED_STREAM = 'log-opened';
export const LOG_OPENED_TYPE = 'log.opened.v1';
export const LOG_FORMAT = 1;

const LOGS = '5c1f1fc7-5b0d-5b0e-9a52-3f0f2a1f7b04';

export interface LogOpened {
  readonly format: number;
  readonly namespace: string;
  readonly clock: 'system' | 'simulated';
}

/** The same for every replica: whoever opens the log first wins, the others' appends are resends. */
export const logOpening = (namespace: string, clock: LogOpened['clock']): AppendRequest => ({
  stream: LOG_OPENED_STREAM,
  expected: 'none',
  events: [{ type: LOG_OPENED_TYPE, data: { format: LOG_FORMAT, namespace, clock } satisfies LogOpened }],
  guards: [],
  commandId: v5(namespace, LOGS),
  attempt: 0,
  metadata: { actor: SYSTEM_ACTOR },
});
