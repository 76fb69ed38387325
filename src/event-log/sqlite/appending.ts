// One append, checked and written within the transaction of its group. A request that does not hold writes nothing.
import type { LogRows } from './rows.ts';
import type { AppendOperation, Reply } from './protocol.ts';

/** What the log says to a command it has already: the first result to a resend, else that it is there. */
export function answerFromLog(log: LogRows, request: AppendOperation): Reply | undefined {
  const found = log.appendsOf(request.commandId);
  if (found.length === 0) return undefined;
  const same = found.find(({ attempt }) => attempt === request.attempt);
  if (!same || same.void || same.stream !== request.stream || same.firstRevision !== request.expected + 1) return { kind: 'already' };
  return { kind: 'appended', first: same.firstPosition, last: same.lastPosition, revision: same.revision, time: same.time };
}

/** Resends are answered first: a resend must not meet a conflict with its own events. */
export function append(log: LogRows, request: AppendOperation): Reply {
  const answered = answerFromLog(log, request);
  if (answered) return answered;
  const { stream, expected } = request;
  const actual = log.headOf(stream)?.revision ?? -1;
  if (actual !== expected) return { kind: 'conflict', of: 'stream', stream, expected, actual };
  for (const guard of request.guards) {
    const inEffect = log.headOf(guard.stream)?.inEffect ?? -1;
    if (inEffect !== guard.revision) {
      return { kind: 'conflict', of: 'guard', stream: guard.stream, expected: guard.revision, actual: inEffect };
    }
  }
  const first = log.end.position + 1;
  const { commandId, attempt, recordedAt, metadata } = request;
  request.types.forEach((type, index) => {
    const data = request.datas[index] as string;
    log.add({ stream, revision: expected + 1 + index, type, commandId, attempt, index, recordedAt, void: false, data, metadata }, index === 0);
  });
  return { kind: 'appended', first, last: log.end.position, revision: expected + request.types.length, time: log.end.time };
}
