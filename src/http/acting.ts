// Acting: who does a command, for whom, under which id and on what precondition.
import { createParamDecorator, HttpCode, HttpStatus, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { commandIdOfRequest } from '../kernel/index.ts';
import { callerOf } from './caller.ts';
import { describeRoute } from './metadata.ts';
import { edgeRejections } from './rejections.ts';

/** Actor of a command that reached a public route without a token and was not given to a person. */
export const NOBODY = 'nobody';

export interface Acting {
  /** PersonId. */
  readonly actor: string;
  /** PartyId in whose name the actor acts. */
  readonly onBehalfOf?: string;
  /** v5 over actor and Idempotency-Key. */
  readonly commandId: string;
  /** Position of If-Match: the stream must not have changed since. */
  readonly ifPosition?: number;
  /** The same act by another person, for public routes where the command itself proves who acts. */
  as(person: string): Acting;
}

const acting = (actor: string, key: string, rest: { onBehalfOf?: string; ifPosition?: number }): Acting => ({
  actor,
  commandId: commandIdOfRequest(actor, key),
  ...rest,
  as: (person) => acting(person, key, rest),
});

const KEY = /^[\x21-\x7e]{1,255}$/;
const STRUCTURED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/** Takes a structured-field string or the bare text. @throws IdempotencyKeyRequired, InvalidIdempotencyKey */
export function idempotencyKeyOf(header: string | readonly string[] | undefined): string {
  if (header === undefined || header === '') throw edgeRejections.IdempotencyKeyRequired();
  if (typeof header !== 'string') throw edgeRejections.InvalidIdempotencyKey();
  const quoted = STRUCTURED.exec(header);
  const key = quoted ? (quoted[1] as string).replace(/\\(["\\])/g, '$1') : header;
  if (!KEY.test(key)) throw edgeRejections.InvalidIdempotencyKey();
  return key;
}

/** @throws InvalidPrecondition */
export function positionOfIfMatch(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const position = /^"(0|[1-9][0-9]{0,14})"$/.exec(header)?.[1];
  if (position === undefined) throw edgeRejections.InvalidPrecondition();
  return Number(position);
}

const decorate = createParamDecorator((_: unknown, context: ExecutionContext): Acting => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { identity, onBehalfOf } = callerOf(request);
  const ifPosition = positionOfIfMatch(request.headers['if-match']);
  return acting(identity?.person ?? NOBODY, idempotencyKeyOf(request.headers['idempotency-key']), {
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(ifPosition === undefined ? {} : { ifPosition }),
  });
});

export const Acting = (): ParameterDecorator => (target, name, index) => {
  describeRoute(target, name as string, { acting: true });
  // A command answers 200, first sent or resent. @HttpCode on the route overrides it.
  HttpCode(HttpStatus.OK)(target, name as string, Object.getOwnPropertyDescriptor(target, name as string) as PropertyDescriptor);
  decorate()(target, name, index);
};
