// What routes answer with: views as of a position, and acknowledgements of commands.
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsISO8601, IsObject, IsString, IsUUID, Min, ValidateNested } from 'class-validator';
import type { Event } from '../kernel/index.ts';
import { derivedId } from '../kernel/index.ts';
import type { Acknowledgement as Executed } from '../runtime/index.ts';
import { edgeRejections } from './rejections.ts';
import { Optional } from '../validation/index.ts';

/** A body with the position that it is as of: sets ETag and Biolithic-Position. */
export class Answer {
  readonly position: number;
  readonly body: unknown;
  readonly mediaType: string | undefined;

  constructor(position: number, body: unknown, mediaType?: string) {
    this.position = position;
    this.body = body;
    this.mediaType = mediaType;
  }
}

/** With a media type, the body is a text of it; without one, it becomes JSON. */
export const answer = (position: number, body: unknown, mediaType?: string): Answer => new Answer(position, body, mediaType);

/** @throws NotFound always: for `row ?? notFound('lot', id)`. */
export function notFound(what: string, id: string): never {
  throw edgeRejections.NotFound({ what, id });
}

export class AcknowledgedEvent {
  /** Code name. */
  @IsString()
  readonly type!: string;

  @IsInt()
  @Min(1)
  readonly position!: number;

  /** What happened, as the log holds it: who did it may know it. Personal texts are sealed. */
  @IsObject()
  readonly data!: unknown;
}

/** What an accepted command did, as told to whoever sent it. A resent command is answered equal. */
export class Acknowledgement {
  @IsUUID()
  readonly commandId: string;

  /** Id of what the command made, where it made something. */
  @Optional()
  @IsUUID()
  readonly id?: string;

  /** Position of the last event: to read what the command did, `waitFor` it. */
  @IsInt()
  @Min(1)
  readonly position: number;

  @IsString()
  readonly stream: string;

  /** Revision of the command's last event in its stream. */
  @IsInt()
  @Min(0)
  readonly revision: number;

  /** Log time of the last event. */
  @IsISO8601()
  readonly time: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => AcknowledgedEvent)
  readonly events: readonly AcknowledgedEvent[];

  constructor(executed: Executed) {
    const { commandId, position, stream, revision, time, events } = executed;
    this.commandId = commandId;
    const made = derivedId(commandId);
    if (events.some(({ data }) => Object.values(data as object).includes(made))) this.id = made;
    this.position = position;
    this.stream = stream;
    this.revision = revision;
    this.time = time;
    this.events = events;
  }

  /** Data of the command's event of a type, for answers that say more than where it stands. @throws Error when there is none: a bug */
  dataOf<E extends Event>(type: E['type']): E['data'] {
    const event = this.events.find((one) => one.type === type);
    if (!event) throw new Error(`the command left no ${type}`);
    return event.data as E['data'];
  }
}
