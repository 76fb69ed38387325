// Reading: which past a read is of, how long it waits, and how lists are paged.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, isISO8601, IsString, Max, MaxLength, Min } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { INSTANT, msOf } from '../kernel/index.ts';
import type { ReadAt } from '../runtime/index.ts';
import { isForbiddenName } from './body.ts';
import { describeRoute, routeMetadata } from './metadata.ts';
import { edgeRejections } from './rejections.ts';
import { checked } from './validation.ts';
import { Optional } from '../validation/index.ts';

export interface Reading extends ReadAt {
  /** Position that the read is as of; absent = now. */
  readonly asOf?: number;
  /** Position that the view must have reached. */
  readonly waitFor?: number;
}

/** Query properties of every list; filters extend it. */
export class Paging {
  /** Where the last page ended: its `next`. */
  @Optional()
  @IsString()
  @MaxLength(1024)
  readonly cursor?: string;

  /** Rows per page. */
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  readonly limit?: number;
}

const POSITION = /^(0|[1-9][0-9]{0,14})$/;

/** What resolves an instant to a position, and says what time it is. Set on every request by the service. */
export interface Timeline {
  positionAt(time: number): number;
  now(): number;
}

const timelines = new WeakMap<object, Timeline>();

/** Gives the routes of a Fastify server their log and clock. */
export const setTimeline = (server: object, timeline: Timeline): void => void timelines.set(server, timeline);

export function parsePosition(text: unknown): number | undefined {
  return typeof text === 'string' && POSITION.test(text) ? Number(text) : undefined;
}

function asOfFrom(text: unknown, timeline: Timeline): number {
  const position = parsePosition(text);
  if (position !== undefined) return position;
  const time = typeof text === 'string' && INSTANT.test(text) && isISO8601(text, { strict: true }) ? msOf(text) : Number.NaN;
  if (Number.isNaN(time)) throw edgeRejections.InvalidAsOf();
  if (time > timeline.now()) throw edgeRejections.InstantInFuture({ asOf: text });
  return timeline.positionAt(time);
}

const unknownProperty = (name: string): Error =>
  edgeRejections.MalformedRequest({ problems: [{ property: name, problem: `property ${name} should not exist` }] });

const read = createParamDecorator((_: unknown, context: ExecutionContext): Reading => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const query = request.query as Record<string, unknown>;
  if (!routeMetadata(context.getHandler() as never).listing) {
    for (const name in query) if (name !== 'asOf' && name !== 'waitFor') throw unknownProperty(name);
  }
  const reading: { asOf?: number; waitFor?: number } = {};
  if (query['asOf'] !== undefined) reading.asOf = asOfFrom(query['asOf'], timelines.get(request.server) as Timeline);
  if (query['waitFor'] !== undefined) {
    const position = parsePosition(query['waitFor']);
    if (position === undefined) throw edgeRejections.InvalidWaitFor();
    reading.waitFor = position;
  }
  return reading;
});

export const Reading = (): ParameterDecorator => (target, name, index) => {
  describeRoute(target, name as string, { reading: true });
  read()(target, name, index);
};

const listed = createParamDecorator((_: unknown, context: ExecutionContext): object => {
  const query = context.switchToHttp().getRequest<FastifyRequest>().query as Record<string, unknown>;
  // Nest's pipe would drop some of them in silence, and take others for known.
  const forbidden = Object.keys(query).find(isForbiddenName);
  if (forbidden !== undefined) throw unknownProperty(forbidden);
  if (!routeMetadata(context.getHandler() as never).reading) return query;
  const { asOf: _asOf, waitFor: _waitFor, ...rest } = query;
  return rest;
});

/** The query string but for asOf and waitFor, as a checked instance of the class. */
export const Listing =
  (of: new () => object = Paging): ParameterDecorator =>
  (target, name, index) => {
    describeRoute(target, name as string, { listing: of });
    listed(checked(of))(target, name, index);
  };

const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

const pathId = createParamDecorator((name: string, context: ExecutionContext): string => {
  const id = (context.switchToHttp().getRequest<FastifyRequest>().params as Record<string, string>)[name];
  if (id === undefined || !ID.test(id)) {
    throw edgeRejections.MalformedRequest({ problems: [{ property: name, problem: `${name} is not an id` }] });
  }
  return id;
});

/** A path parameter of a read: 1 to 128 letters, digits, `.`, `_`, `:`, `-`. */
export const PathId =
  (parameter: string): ParameterDecorator =>
  (target, name, index) => {
    describeRoute(target, name as string, { pathIds: [parameter] });
    pathId(parameter)(target, name, index);
  };
