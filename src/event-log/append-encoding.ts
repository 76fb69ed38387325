// An append as texts, checked: what both adapters send on. JSON text is made here, once.
import { AppendTooLarge, InvalidAppend } from './errors.ts';
import { APPEND_LIMIT, STREAM_NAME_LIMIT, type AppendRequest, type Guard } from './event-log.ts';
import { isUuid } from '../kernel/index.ts';

/** Bytes that every event costs besides its texts: ids, revision, framing. */
export const EVENT_OVERHEAD = 256;

export interface EncodedAppend {
  readonly stream: string;
  readonly expected: number | 'none';
  readonly commandId: string;
  readonly attempt: number;
  readonly guards: readonly Guard[];
  /** `JSON.stringify` of the metadata, the same for every event of the append. */
  readonly metadata: string;
  /** Type and `JSON.stringify` of the data, by index. */
  readonly types: readonly string[];
  readonly datas: readonly string[];
  /** What APPEND_LIMIT bounds. */
  readonly bytes: number;
}

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

const isRevision = (revision: number | 'none'): boolean => revision === 'none' || isCount(revision);

function assertStreamName(name: string): void {
  const fits = name.length <= STREAM_NAME_LIMIT && Buffer.byteLength(name) <= STREAM_NAME_LIMIT;
  if (name === '' || !fits) throw new InvalidAppend(`a stream name has 1 to ${STREAM_NAME_LIMIT} bytes`);
  assertText(name);
}

function assertText(text: string): void {
  if (!text.isWellFormed() || text.includes('\0')) throw new InvalidAppend('names hold neither NUL nor half characters');
}

function jsonOf(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new InvalidAppend('data and metadata are plain JSON', { cause });
  }
  if (text === undefined) throw new InvalidAppend('data and metadata are plain JSON');
  return text;
}

/**
 * Checks and encodes a request. Its size is the sum over the events of type, data, metadata (UTF-8 bytes of the JSON) and
 * EVENT_OVERHEAD, plus the guards' names.
 * @throws InvalidAppend, AppendTooLarge
 */
export function encodeAppend(request: AppendRequest): EncodedAppend {
  const { stream, expected, events, guards, commandId, attempt } = request;
  assertStreamName(stream);
  if (events.length === 0) throw new InvalidAppend('an append has at least one event');
  if (!isUuid(commandId)) throw new InvalidAppend(`the command id is no UUID: ${commandId}`);
  if (!isCount(attempt) || !isRevision(expected)) throw new InvalidAppend('attempts and revisions are counted from 0');
  const metadata = jsonOf(request.metadata);
  const perEvent = EVENT_OVERHEAD + Buffer.byteLength(metadata);
  const types: string[] = [];
  const datas: string[] = [];
  let bytes = 0;
  for (const { type, data } of events) {
    if (type === '') throw new InvalidAppend('an event has a type');
    assertText(type);
    const text = jsonOf(data);
    types.push(type);
    datas.push(text);
    bytes += perEvent + Buffer.byteLength(type) + Buffer.byteLength(text);
  }
  for (const guard of guards) {
    assertStreamName(guard.stream);
    if (!isRevision(guard.revision)) throw new InvalidAppend('attempts and revisions are counted from 0');
    bytes += EVENT_OVERHEAD + Buffer.byteLength(guard.stream);
  }
  if (bytes > APPEND_LIMIT) throw new AppendTooLarge(bytes, APPEND_LIMIT);
  return { stream, expected, commandId, attempt, guards, metadata, types, datas, bytes };
}
