// How events look in the cluster: stream names under the namespace, event ids, and what travels in their metadata.
import { BACKWARDS, END, jsonEvent, START } from '@eventstore/db-client';
import type { EventData, JSONType, Position, RecordedEvent } from '@eventstore/db-client';
import { eventIdOf, isUuid } from '../../kernel/index.ts';
import { LogDiverged, LogError } from '../errors.ts';
import type { EncodedAppend } from '../append-encoding.ts';
import type { EventMetadata, Guard } from '../event-log.ts';
import type { FollowedEvent } from '../sqlite/local-copy.ts';

export { BACKWARDS, END, START };

/** Metadata of an event in the cluster: its cause, its place in its append, and on index 0 what the append rests on. */
interface WireMetadata extends EventMetadata {
  readonly command: string;
  readonly attempt: number;
  readonly index: number;
  readonly guards?: readonly Guard[];
}

const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Names of one log's streams in the cluster. No namespace is the prefix of another: it holds no dot, its streams do. */
export class Naming {
  readonly namespace: string;
  /** Of the product's streams. */
  readonly prefix: string;
  /** Of the streams that hold the metadata of the product's streams. */
  readonly metadataPrefix: string;

  constructor(namespace: string) {
    if (!NAMESPACE.test(namespace)) throw new LogError(`a namespace has 1 to 64 letters, digits, _ and -: ${namespace}`);
    this.namespace = namespace;
    this.prefix = `${namespace}.`;
    this.metadataPrefix = `$$${this.prefix}`;
  }

  wireOf(stream: string): string {
    return this.prefix + stream;
  }

  /** undefined for a stream of another application, or of the server's own. */
  streamOf(wire: string): string | undefined {
    return wire.startsWith(this.prefix) ? wire.slice(this.prefix.length) : undefined;
  }

  /** The product's stream (as the cluster names it) whose metadata a stream holds; undefined for any other. */
  describedBy(wire: string): string | undefined {
    return wire.startsWith(this.metadataPrefix) ? wire.slice('$$'.length) : undefined;
  }
}

/** An event as it goes to the cluster: texts of its JSON. */
export interface WireEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** The events of an append. Resending gives the same ids. */
export function wireEvents({ commandId, attempt, guards, metadata, types, datas }: EncodedAppend): WireEvent[] {
  const common = `${metadata.slice(0, -1)}${metadata === '{}' ? '' : ','}"command":"${commandId}","attempt":${attempt}`;
  const guarded = guards.length > 0 ? `,"guards":${JSON.stringify(guards)}` : '';
  return datas.map((data, index) => ({
    id: eventIdOf(commandId, attempt, index),
    type: types[index]!,
    data,
    metadata: `${common},"index":${index}${index === 0 ? guarded : ''}}`,
  }));
}

/** The same as the client's own append takes it, which makes the texts again. */
export const clientEvent = ({ id, type, data, metadata }: WireEvent): EventData =>
  jsonEvent({ id, type, data: JSON.parse(data) as JSONType, metadata: JSON.parse(metadata) as Record<string, unknown> });

/**
 * An event of the product's as the local copy takes it.
 * @throws LogDiverged for an event under the namespace that no append of this product wrote
 */
export function followedOf(event: RecordedEvent, stream: string, position: Position): FollowedEvent {
  const { command, attempt, index, guards = [], ...metadata } = metadataOf(event);
  return {
    stream,
    revision: Number(event.revision),
    type: event.type,
    data: event.data,
    metadata,
    commandId: command,
    attempt,
    index,
    // Numbering finds out whether it is the one that derives from the command.
    eventId: event.id,
    recordedAt: event.created.getTime(),
    guards,
    sourcePosition: position.commit.toString(),
  };
}

/** The one place where foreign metadata become typed. */
function metadataOf(event: RecordedEvent): WireMetadata {
  const metadata = event.metadata as Partial<WireMetadata> | undefined;
  if (!event.isJson || metadata === undefined || metadata instanceof Uint8Array) throw foreign(event, 'it is not JSON');
  const { actor, command, attempt, index, guards } = metadata;
  const counted = Number.isSafeInteger(attempt) && Number.isSafeInteger(index);
  const whole = typeof actor === 'string' && isUuid(command) && counted && (guards === undefined || guards.every(isGuard));
  if (!whole) throw foreign(event, 'its metadata are not those of an append');
  return metadata as WireMetadata;
}

const isGuard = ({ stream, revision }: Guard): boolean =>
  typeof stream === 'string' && (revision === 'none' || Number.isSafeInteger(revision));

const foreign = (event: RecordedEvent, why: string): LogDiverged =>
  new LogDiverged(`event ${event.revision} of stream ${event.streamId} was not written by this log: ${why}`);

export const positionOf = (digits: string): Position => ({ commit: BigInt(digits), prepare: BigInt(digits) });
