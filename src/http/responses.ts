// Headers that every answer carries: the position it is as of, and whether the client has it already.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Answer } from './answer.ts';

export const POSITION_HEADER = 'biolithic-position';

const tagOf = (position: number): string => `"${position}"`;

/** `*` or a list with the tag, weak or strong (RFC 9110, 13.1.2). */
const names = (header: string, tag: string): boolean =>
  header.trim() === '*' || header.split(',').some((part) => part.trim().replace(/^W\//, '') === tag);

function unwrap(request: FastifyRequest, reply: FastifyReply, { position, body, mediaType }: Answer): unknown {
  const tag = tagOf(position);
  reply.header('etag', tag).header(POSITION_HEADER, String(position)).header('cache-control', 'private, no-cache').header('vary', 'authorization');
  const known = request.headers['if-none-match'];
  // What a past moment shows also depends on the roles of now, so only reads of now are answered by tag.
  if (known !== undefined && names(known, tag) && (request.query as Record<string, unknown>)['asOf'] === undefined) {
    reply.code(304);
    return undefined;
  }
  if (mediaType !== undefined) reply.header('content-type', mediaType).serializer((text: string) => text);
  return body;
}

/** Unwraps `Answer`s; an acknowledgement's position becomes a header. */
export function describeAnswers(server: FastifyInstance): void {
  server.addHook('preSerialization', (request, reply, payload: unknown, done) => {
    if (payload instanceof Answer) return done(null, unwrap(request, reply, payload));
    if (request.method !== 'GET' && typeof payload === 'object' && payload !== null && 'position' in payload) {
      reply.header(POSITION_HEADER, String(payload.position)).header('cache-control', 'no-store');
    }
    done(null, payload);
  });
}
