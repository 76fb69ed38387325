// Bodies: JSON that cannot hurt anything behind the edge, or a file that is passed on unread.
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FILE } from './file-content.ts';
import { edgeRejections } from './rejections.ts';

/** Objects and arrays inside one another, at most. */
export const DEEPEST = 32;

/** What every object has: a property of such a name would pass for known. */
export const isForbiddenName = (name: string): boolean => name === 'prototype' || name in Object.prototype;

/** Entries of one list, at most: each is checked before the list's own bound is. */
const LONGEST = 2_000;

/** Text that cannot be stored or hashed as canonical JSON: unpaired surrogates, NUL. */
const isUnfit = (text: string): boolean => !text.isWellFormed() || text.includes('\0');

function check(value: unknown, depth: number): void {
  if (typeof value === 'string') {
    if (isUnfit(value)) throw edgeRejections.NotJson({ why: 'text with unpaired surrogates or NUL' });
  } else if (typeof value === 'number') {
    // JSON.parse reads 1e999 as Infinity.
    if (!Number.isFinite(value)) throw edgeRejections.NotJson({ why: 'a number out of range' });
  } else if (typeof value === 'object' && value !== null) {
    if (depth > DEEPEST) throw edgeRejections.NestedTooDeeply({ deepest: DEEPEST });
    if (Array.isArray(value)) {
      if (value.length > LONGEST) throw edgeRejections.ListTooLong({ longest: LONGEST });
      for (const item of value) check(item, depth + 1);
      return;
    }
    for (const name of Object.keys(value)) {
      if (isForbiddenName(name) || isUnfit(name)) throw edgeRejections.NotJson({ why: 'a forbidden property name' });
      check((value as Record<string, unknown>)[name], depth + 1);
    }
  }
}

/** An empty body is no body. @throws Rejection NotJson, NestedTooDeeply */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw edgeRejections.NotJson({ why: 'not UTF-8' });
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's own words quote the body.
    throw edgeRejections.NotJson();
  }
  check(value, 1);
  return value;
}

const takesFile = (request: FastifyRequest): boolean => (request.routeOptions.config as unknown as Record<string, unknown>)[FILE] === true;

/** Replaces Fastify's parsers by ours. */
export function parseBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (takesFile(request)) return done(edgeRejections.UnsupportedMediaType());
    try {
      done(null, parseBody(bytes));
    } catch (error) {
      done(error as Error);
    }
  });
  server.addContentTypeParser('*', (request, payload, done) => {
    if (takesFile(request)) done(null, payload);
    else done(edgeRejections.UnsupportedMediaType());
  });
}
