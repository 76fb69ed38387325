// The guard: who is calling, whether the route is open to them, and whether they call too often. Deny by default.
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ACCESS, type Access } from './access.ts';
import { Caller, setCaller, type Identity } from './caller.ts';
import { OPERATOR } from '../community/index.ts';
import { RateLimit } from './rate-limit.ts';
import { edgeRejections } from './rejections.ts';
import { Standing } from './standing.ts';
import { TokenVerifier } from './tokens.ts';

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;

@Injectable()
export class AccessGuard implements CanActivate {
  private readonly granted = new Map<unknown, Access | undefined>();

  constructor(
    private readonly tokens: TokenVerifier,
    private readonly standing: Standing,
    private readonly limit: RateLimit,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const access = this.accessOf(context);
    if (!access) throw edgeRejections.RefusedToAll();
    const { authorization } = request.headers;
    if (authorization === undefined) {
      this.limited(request.ip);
      if (access.to !== 'public') throw edgeRejections.TokenRequired();
      return this.admit(request, access, undefined);
    }
    const token = BEARER.exec(authorization)?.[1];
    // A remembered token needs no promise.
    const identity = token === undefined ? this.refuse(request, edgeRejections.InvalidToken({ why: 'not a bearer token' })) : this.identify(request, token);
    return identity instanceof Promise ? identity.then((known) => this.admit(request, access, known)) : this.admit(request, access, identity);
  }

  /** Only failures count against an address: verifying one costs as much as a request. */
  private identify(request: FastifyRequest, token: string): Identity | Promise<Identity> {
    if (!this.limit.has(request.ip)) throw edgeRejections.TooManyRequests();
    try {
      const identity = this.tokens.identify(token);
      return identity instanceof Promise ? identity.catch((error: unknown) => this.refuse(request, error)) : identity;
    } catch (error) {
      return this.refuse(request, error);
    }
  }

  private refuse(request: FastifyRequest, error: unknown): never {
    this.limited(request.ip);
    throw error;
  }

  private admit(request: FastifyRequest, access: Access, identity: Identity | undefined): boolean | Promise<boolean> {
    if (identity) this.limited(identity.person);
    try {
      return this.judge(request, access, identity);
    } catch (refusal) {
      if (!identity) throw refusal;
      return this.judgeAgain(request, access, identity, refusal);
    }
  }

  /** What somebody is may have been acknowledged by another replica a moment ago. */
  private async judgeAgain(request: FastifyRequest, access: Access, identity: Identity, refusal: unknown): Promise<boolean> {
    try {
      await this.standing.catchUp();
    } catch {
      throw refusal;
    }
    return this.judge(request, access, identity);
  }

  private judge(request: FastifyRequest, access: Access, identity: Identity | undefined): boolean {
    const caller = new Caller(identity, this.standing, request.headers['biolithic-on-behalf-of']);
    if (access.to === 'linked' && !this.standing.isLinked((identity as Identity).person)) throw edgeRejections.NotLinked();
    if (access.to === 'operator' && identity?.person !== OPERATOR) throw edgeRejections.OperatorOnly();
    if (access.to === 'roles' && !caller.hasAnyRole(access.roles)) throw edgeRejections.RoleRequired({ roles: access.roles });
    setCaller(request, caller);
    return true;
  }

  private limited(who: string): void {
    if (!this.limit.take(who)) throw edgeRejections.TooManyRequests();
  }

  private accessOf(context: ExecutionContext): Access | undefined {
    const handler = context.getHandler();
    if (this.granted.has(handler)) return this.granted.get(handler);
    const access = (Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, context.getClass())) as Access | undefined;
    this.granted.set(handler, access);
    return access;
  }
}
