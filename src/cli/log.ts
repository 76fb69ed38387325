// `log`: the log's events as JSON lines, read from the file itself, beside a service that writes it.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFileIn, openLogReader, type LogReader, type StoredEvent } from '../event-log/index.ts';
import { instantOf } from '../kernel/index.ts';
import type { Config } from '../config.ts';
import { EXIT, Failure } from './failure.ts';

/** How soon a followed log is looked at again, ms. */
const LOOK_AGAIN = 200;
const PAGE = 1_000;

export interface LogFilter {
  /** Exact name, without the namespace. */
  readonly stream?: string | undefined;
  /** Wire names, or beginnings of them up to a dot: `custody`, `custody.lot-registered`. */
  readonly types: readonly string[];
  /** First and last position. */
  readonly from: number;
  readonly to: number;
}

/** Opens the log of a data directory for reading. @throws Failure NoLog, LogFileRejected */
export function openLogOf(config: Config): LogReader & { readonly namespace: string } {
  const file = logFileIn(config.data);
  if (!existsSync(file)) throw new Failure('NoLog', `${config.data} holds no log; say where it is with --data`, EXIT.unreachable);
  return openLogReader(file, { namespace: config.namespace });
}

/** Hands over the matching events, page by page; with `follow`, goes on until the signal. */
export async function* eventsOf(reader: LogReader, filter: LogFilter, follow: boolean, signal: AbortSignal): AsyncGenerator<StoredEvent> {
  let after = filter.from - 1;
  while (!signal.aborted) {
    const { page, last } = pageOf(reader, filter, after);
    for (const event of page) {
      if (event.position > filter.to) return;
      if (matches(event, filter)) yield event;
    }
    if (last !== undefined && last < filter.to) after = last;
    else if (last !== undefined || !follow) return;
    else await sleep(LOOK_AGAIN, undefined, { signal }).catch(() => {});
  }
}

/** `last`: position up to which the page goes; undefined at the end. */
function pageOf(reader: LogReader, { stream }: LogFilter, after: number): { page: readonly StoredEvent[]; last: number | undefined } {
  if (stream === undefined) {
    const page = reader.readAll(after, PAGE);
    return { page, last: page.at(-1)?.position };
  }
  const head = reader.streamHead(stream);
  if (!head || head.position <= after) return { page: [], last: undefined };
  const page = reader.readStream(stream, { from: revisionAfter(reader, stream, after, head.revision), limit: PAGE });
  return { page, last: page.at(-1)?.position };
}

/** First revision of a stream whose event stands after a position. */
function revisionAfter(reader: LogReader, stream: string, after: number, last: number): number {
  let [low, high] = [0, last];
  while (low < high) {
    const middle = (low + high) >> 1;
    const position = reader.readStream(stream, { from: middle, limit: 1 })[0]?.position ?? Number.MAX_SAFE_INTEGER;
    if (position > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

const matches = ({ type }: StoredEvent, { types }: LogFilter): boolean =>
  types.length === 0 || types.some((wanted) => type === wanted || type.startsWith(`${wanted}.`));

/** One event as a line. Personal texts stay sealed. */
export function lineOf(event: StoredEvent): string {
  const { position, time, stream, revision, type, commandId, metadata, data } = event;
  const { actor, onBehalfOf, refusal } = metadata;
  return JSON.stringify({
    position,
    time: instantOf(time),
    stream,
    revision,
    type,
    ...(event.void ? { void: true } : {}),
    actor,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    commandId,
    data,
    ...(refusal === undefined ? {} : { refusal }),
  });
}
