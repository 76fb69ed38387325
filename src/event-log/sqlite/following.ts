// Numbers followed events. Whether an event is void depends on the log before it and on nothing else: every replica agrees.
import { eventIdOf } from '../../kernel/index.ts';
import { LOG_OPENED_STREAM } from '../log-opened.ts';
import type { FollowedRow, FollowOperation, Reply } from './protocol.ts';
import type { LogRows } from './rows.ts';

/** Order of two places in the followed log, given as decimal digits. */
export const isLater = (a: string, b: string): boolean => (a.length === b.length ? a > b : a.length > b.length);

/**
 * Numbers the rows that are later than the stored source position. What can be numbered is; the first row that cannot ends it
 * with 'diverged': its stream was cut or rewritten, or the log is another one. 'unavailable' when an operation handed over before
 * this one failed: then this one is not numbered either, or what it left out would be missing for ever.
 */
export function follow(log: LogRows, { after, rows }: FollowOperation): Reply {
  let source = log.setting('source-position') ?? '';
  if (isLater(after, source)) return { kind: 'unavailable', outcome: 'none', reason: 'what comes before was not written' };
  let broken: string | undefined;
  for (const row of rows) {
    if (!isLater(row.sourcePosition, source)) continue;
    broken = whyNot(log, row);
    if (broken !== undefined) break;
    number(log, row);
    source = row.sourcePosition;
  }
  if (source !== '') log.set('source-position', source);
  return broken === undefined ? { kind: 'followed', last: log.end.position, source } : { kind: 'diverged', reason: broken };
}

function whyNot(log: LogRows, row: FollowedRow): string | undefined {
  if (log.end.position === 0 && row.stream !== LOG_OPENED_STREAM) return `the followed log begins with ${row.stream}, not with its opening`;
  const next = (log.headOf(row.stream)?.revision ?? -1) + 1;
  if (row.revision === next) return undefined;
  return `${row.stream} goes on with revision ${row.revision} where ${next} was due: the followed log was cut or is another one`;
}

function number(log: LogRows, row: FollowedRow): void {
  const ongoing = row.index > 0 ? log.openAppend(row) : undefined;
  const isVoid = ongoing ? ongoing.void || !hasOwnId(row) : row.index > 0 || !isInEffect(log, row);
  log.add({ ...row, void: isVoid }, ongoing === undefined);
}

const hasOwnId = (row: FollowedRow): boolean => row.eventId === eventIdOf(row.commandId, row.attempt, row.index);

/** The first event of an append decides for all of them. */
function isInEffect(log: LogRows, row: FollowedRow): boolean {
  if (!hasOwnId(row)) return false;
  if (log.appendsOf(row.commandId).some((earlier) => !earlier.void || earlier.attempt === row.attempt)) return false;
  return row.guards.every((guard) => (log.headOf(guard.stream)?.inEffect ?? -1) === guard.revision);
}
