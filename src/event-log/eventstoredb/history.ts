// Whether cluster and copy hold one history: checks of the last copied event, of retention, and of everything on demand.
import { FORWARDS, StreamDeletedError, StreamNotFoundError } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, EventStoreDBClient, RecordedEvent } from '@eventstore/db-client';
import { eventIdOf } from '../../kernel/index.ts';
import { LogDiverged } from '../errors.ts';
import type { LogReader, StoredEvent } from '../event-log.ts';
import type { LocalCopy } from '../sqlite/local-copy.ts';
import { collect } from './connection.ts';
import { followedOf, START, positionOf } from './wire.ts';
import type { Naming } from './wire.ts';

/** Longest time for one page of a read, ms. */
const READ_LIMIT = 10_000;
/** Events per page of the comparison. */
const PAGE = 1_000;

const STREAM_DELETED = '$streamDeleted';
const RETENTION = ['$maxCount', '$maxAge', '$tb'] as const;

export interface Difference {
  /** In the copy. */
  readonly position: number;
  readonly stream: string;
  readonly what: string;
}

export interface Comparison {
  /** Events found equal. */
  readonly compared: number;
  /** The first difference; absent where both are equal. */
  readonly difference?: Difference;
}

/**
 * Looks up the copy's last event in the cluster.
 * @throws LogDiverged when it is not there, or another one is; the client's errors
 */
export async function verifyLastCopied(client: EventStoreDBClient, naming: Naming, copy: LocalCopy): Promise<void> {
  const head = copy.reader.head().position;
  const last = head > 0 ? copy.reader.readAll(head - 1, 1)[0] : undefined;
  if (!last) return;
  const stream = naming.wireOf(last.stream);
  const gone = (what: string): LogDiverged =>
    new LogDiverged(`the cluster holds another history than the local copy: event ${last.revision} of stream ${stream} ${what}`);
  const found = await readOne(client, stream, last.revision, gone);
  if (!found) throw gone('is missing');
  if (!isNamed(found, last)) throw gone('is another one');
  const source = copy.sourcePosition();
  if (found.position !== undefined && found.position.commit.toString() !== source) throw gone('is at another position');
}

/** A void event may be void for its very id: somebody else made it up. */
const isNamed = ({ id }: RecordedEvent, copied: StoredEvent): boolean =>
  copied.void || id === eventIdOf(copied.commandId, copied.attempt, copied.index);

async function readOne(
  client: EventStoreDBClient,
  stream: string,
  revision: number,
  gone: (what: string) => LogDiverged,
): Promise<RecordedEvent | undefined> {
  try {
    const read = client.readStream(stream, { fromRevision: BigInt(revision), maxCount: 1, direction: FORWARDS });
    const [found] = await collect(read, READ_LIMIT);
    return found?.event && Number(found.event.revision) === revision ? found.event : undefined;
  } catch (error) {
    if (error instanceof StreamNotFoundError || error instanceof StreamDeletedError) throw gone('is deleted');
    throw error;
  }
}

/** @throws LogDiverged for the record that a tombstone leaves in a stream of the product's. */
export function refuseTombstone(event: RecordedEvent): void {
  if (event.type === STREAM_DELETED) throw new LogDiverged(`stream ${event.streamId} was tombstoned in the cluster`);
}

/**
 * Reads what retention a stream of the product's has now: what was set may have been taken back.
 * @throws LogDiverged when the cluster hides or will remove events of it; the client's errors
 */
export async function refuseRetention(client: EventStoreDBClient, stream: string): Promise<void> {
  const read = client.readStream(`$$${stream}`, { fromRevision: 'end', direction: 'backwards', maxCount: 1 });
  const [last] = await collect(read, READ_LIMIT);
  const metadata = (last?.event?.data ?? {}) as Readonly<Record<string, unknown>>;
  const set = RETENTION.filter((key) => metadata[key] !== undefined && metadata[key] !== null);
  if (set.length > 0) throw new LogDiverged(`stream ${stream} was deleted or may lose events in the cluster: ${set.join(', ')} is set`);
}

/**
 * Compares a copy with the cluster, event by event, up to the copy's head as of now. Needs as long as reading $all does.
 * @param onProgress told now and then how many events of how many were found equal
 * @throws the client's errors
 */
export async function compare(
  client: EventStoreDBClient,
  naming: Naming,
  copy: Pick<LogReader, 'head' | 'readAll'>,
  onProgress: (compared: number, total: number) => void,
): Promise<Comparison> {
  const total = copy.head().position;
  const mine = eventsOf(copy, total);
  let expected = mine.next().value;
  let compared = 0;
  for await (const [event, stream] of productEvents(client, naming)) {
    if (!expected) break;
    const what = differenceOf(expected, event, stream);
    if (what !== undefined) return { compared, difference: { position: expected.position, stream: expected.stream, what } };
    compared++;
    if (compared % PAGE === 0) onProgress(compared, total);
    expected = mine.next().value;
  }
  onProgress(compared, total);
  if (!expected) return { compared };
  return { compared, difference: { position: expected.position, stream: expected.stream, what: 'the cluster does not have it' } };
}

function* eventsOf(copy: Pick<LogReader, 'readAll'>, total: number): Generator<StoredEvent, undefined> {
  for (let after = 0; after < total; ) {
    const page = copy.readAll(after, PAGE);
    for (const event of page) if (event.position <= total) yield event;
    after = page.at(-1)?.position ?? total;
  }
  return undefined;
}

/** Every event of the product's in $all, in order. */
async function* productEvents(client: EventStoreDBClient, naming: Naming): AsyncGenerator<[RecordedEvent, string]> {
  let from: string | undefined;
  for (;;) {
    const fromPosition = from === undefined ? START : positionOf(from);
    const page: AllStreamResolvedEvent[] = await collect(client.readAll({ fromPosition, maxCount: PAGE }), READ_LIMIT);
    // The start of a page is inclusive: it repeats the end of the one before.
    const fresh = from === undefined ? page : page.slice(1);
    for (const { event } of fresh) {
      const stream = event && naming.streamOf(event.streamId);
      if (event && stream !== undefined) yield [event, stream];
    }
    const last = fresh.at(-1)?.event?.position?.commit;
    if (last === undefined) return;
    from = last.toString();
  }
}

function differenceOf(copied: StoredEvent, event: RecordedEvent, stream: string): string | undefined {
  if (event.type === STREAM_DELETED) return `stream ${stream} is tombstoned in the cluster`;
  const other = (name: string, theirs: unknown): string => `${name} is ${String(theirs)} in the cluster`;
  if (stream !== copied.stream) return other('stream', stream);
  if (Number(event.revision) !== copied.revision) return other('revision', event.revision);
  if (!isNamed(event, copied)) return other('event id', event.id);
  const followed = followedOf(event, stream, positionOf('0'));
  if (followed.type !== copied.type) return other('type', followed.type);
  if (followed.recordedAt !== copied.recordedAt) return other('recorded time', followed.recordedAt);
  if (JSON.stringify(followed.data) !== JSON.stringify(copied.data)) return 'its data are others in the cluster';
  if (JSON.stringify(followed.metadata) !== JSON.stringify(copied.metadata)) return 'its metadata are others in the cluster';
  return undefined;
}
