// The caller of a request: the identity that the token proves, and the standing that the log gives it.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Viewer } from '../community/index.ts';
import { isUuid } from '../kernel/index.ts';
import { edgeRejections } from './rejections.ts';
import type { Standing } from './standing.ts';

/** What a verified token says. Roles are never among it. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** PersonId of (issuer, subject), or `OPERATOR`. */
  readonly person: string;
  /** When the token stops being accepted, ms. */
  readonly expiresAt: number;
}

export class Caller {
  /** Absent on public routes without a token. */
  readonly identity: Identity | undefined;
  /** PartyId in whose name the caller acts and may act. */
  readonly onBehalfOf: string | undefined;
  private readonly standing: Standing;
  private seen: Viewer | undefined;

  /** @throws Rejection NotRepresentative (403) when the log does not let the person act for the party */
  constructor(identity: Identity | undefined, standing: Standing, onBehalfOf: string | readonly string[] | undefined) {
    this.identity = identity;
    this.standing = standing;
    if (onBehalfOf !== undefined && onBehalfOf !== identity?.person) {
      const may = identity !== undefined && isUuid(onBehalfOf) && standing.represents(identity.person, onBehalfOf);
      if (!may) throw edgeRejections.NotRepresentative();
      this.onBehalfOf = onBehalfOf;
    }
  }

  /** Folded when first asked for: commands rarely do. */
  get viewer(): Viewer {
    this.seen ??= this.standing.viewerOf(this.identity?.person);
    return this.seen;
  }

  hasAnyRole(roles: readonly string[]): boolean {
    return roles.some((role) => this.viewer.roles.includes(role as never));
  }
}

/** Property of requests, declared to Fastify when the server is made. */
export const CALLER = 'biolithicCaller';

type Known = FastifyRequest & { [CALLER]?: Caller | undefined };

export const setCaller = (request: FastifyRequest, caller: Caller): void => {
  (request as Known)[CALLER] = caller;
};

/** @throws Error on a route that no guard has seen: a bug. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = (request as Known)[CALLER];
  if (!caller) throw new Error('the request has not passed the guard');
  return caller;
}

/** Who asks, for filtering what is shown. */
export const Viewing = createParamDecorator((_: unknown, context: ExecutionContext): Viewer =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()).viewer,
);
