// Problem details (RFC 9457): the one form in which anything is refused.
import { HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppendTooLarge, LogError, LogUnavailable } from '../event-log/index.ts';
import { Rejection } from '../kernel/index.ts';
import { BlobDamaged, BlobTooLarge, isSqliteError, KeyFileDamaged, KeyMissing, SealBroken, SecretsMissing } from '../runtime/index.ts';
import { edgeRejections } from './rejections.ts';
import { POSITION_HEADER } from './responses.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export interface Problem {
  /** `urn:biolithic:rejection:<name>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** `urn:biolithic:request:<id>`: the id is in the service's own log. */
  readonly instance: string;
  readonly name: string;
  readonly rule: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Where the refusal is on record, if it is: to read the record, `waitFor` it. */
  readonly position?: number;
}

/** `VotingNotOpen` → `Voting not open`. */
const titleOf = (name: string): string => {
  const words = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const problemOf = (rejection: Rejection, requestId: string): Problem => ({
  type: `urn:biolithic:rejection:${rejection.name}`,
  title: titleOf(rejection.name),
  status: rejection.status,
  detail: rejection.message,
  instance: `urn:biolithic:request:${requestId}`,
  name: rejection.name,
  rule: rejection.rule,
  details: rejection.details,
  ...(rejection.recordedAt === undefined ? {} : { position: rejection.recordedAt }),
});

const BY_STATUS: Record<number, (details?: Record<string, unknown>) => Rejection> = {
  403: edgeRejections.RefusedToAll,
  404: edgeRejections.NoSuchRoute,
  405: edgeRejections.MethodNotAllowed,
  408: edgeRejections.TooSlow,
  413: edgeRejections.TooLarge,
  414: edgeRejections.MalformedRequest,
  415: edgeRejections.UnsupportedMediaType,
  431: edgeRejections.HeadersTooLarge,
  503: edgeRejections.Unavailable,
};

/** Keys that are lost or altered: for the operator to put back. */
const SECRETS_BROKEN = [SecretsMissing, KeyMissing, KeyFileDamaged, SealBroken] as const;

/** The rejection that an error amounts to; undefined for a bug. */
export function rejectionOf(error: unknown): Rejection | undefined {
  if (error instanceof Rejection) return error;
  if (error instanceof BlobDamaged) return edgeRejections.Unavailable({ why: 'evidence' });
  if (error instanceof BlobTooLarge) return edgeRejections.TooLarge({ limit: error.limit });
  if (error instanceof AppendTooLarge) return edgeRejections.TooLarge({ bytes: error.bytes, limit: error.limit });
  if (error instanceof LogUnavailable) return edgeRejections.Unavailable({ why: 'log', outcome: error.outcome });
  if (error instanceof LogError) return edgeRejections.Unavailable({ why: 'log' });
  // A disk that is full, or a file that is damaged: named for who asks, told in full in the service's own log.
  if (isSqliteError(error)) return edgeRejections.Unavailable({ why: 'storage' });
  if (SECRETS_BROKEN.some((broken) => error instanceof broken)) return edgeRejections.Unavailable({ why: 'secrets' });
  // Nest's and Fastify's own refusals: unknown routes, unreadable bodies, closed doors.
  const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
  if (status === undefined || (status >= 500 && status !== 503)) return undefined;
  return (BY_STATUS[status] ?? edgeRejections.MalformedRequest)();
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error ? (error as { statusCode?: unknown }).statusCode : undefined;
  return typeof status === 'number' && status >= 400 ? status : undefined;
}

const FAILED = new Rejection('InternalError', 500, 'the service failed', 'This is a fault of the service; it is in its own log under the instance.');

/** Whole seconds: what the refusal says of itself, or one. */
function retryAfter({ details: { retryAfter: seconds } }: Rejection): string {
  return typeof seconds === 'number' && seconds >= 1 ? String(Math.ceil(seconds)) : '1';
}

/** Called with the name of every refusal sent. */
export type OnProblem = (name: string) => void;

/** Answers with the problem that an error amounts to; a bug is logged with its stack, a refusal is not an error of ours. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, onProblem: OnProblem): void {
  if (reply.sent) return;
  const rejection = rejectionOf(error) ?? FAILED;
  if (rejection.status >= 500 && !(error instanceof Rejection)) request.log.error({ request: request.id, err: error }, 'request failed');
  onProblem(rejection.name);
  reply.code(rejection.status).header('content-type', PROBLEM_TYPE).header('cache-control', 'no-store');
  if (rejection.status === 401) {
    reply.header('www-authenticate', rejection.name === 'InvalidToken' ? 'Bearer error="invalid_token"' : 'Bearer');
  }
  if (rejection.status === 503 || rejection.status === 429) reply.header('retry-after', retryAfter(rejection));
  if (rejection.recordedAt !== undefined) void reply.header(POSITION_HEADER, String(rejection.recordedAt));
  // The rest of a body that was refused half-way is not waited for.
  if (rejection.status === 413) reply.header('connection', 'close');
  void reply.send(JSON.stringify(problemOf(rejection, request.id)));
}
