// The service's own log: structured lines without bodies, tokens, query strings or names.
import type { LoggerService } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';

export type Journal = Logger;

/** JSON lines on standard error: standard output is for people. */
export const openJournal = (level: string, to: DestinationStream = pino.destination({ dest: 2, sync: true })): Journal =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: stdSerializers.err } }, to);

/** Nest's own messages. What it tells at start is detail. */
export class NestJournal implements LoggerService {
  private readonly journal: Journal;

  constructor(journal: Journal) {
    this.journal = journal;
  }

  log(message: unknown, context?: unknown): void {
    this.journal.debug({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.journal.error({ context: rest.at(-1) }, String(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.journal.warn({ context }, String(message));
  }

  debug(message: unknown, context?: unknown): void {
    this.journal.trace({ context }, String(message));
  }

  verbose(message: unknown, context?: unknown): void {
    this.journal.trace({ context }, String(message));
  }
}

/** One line per request at level debug: the route's pattern, never what was asked for. */
export function journalRequests(server: FastifyInstance, journal: Journal): void {
  if (!journal.isLevelEnabled('debug')) return;
  server.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions, id } = request;
    journal.debug({ request: id, method, route: routeOptions.url ?? 'unknown', status: reply.statusCode, ms: Math.round(reply.elapsedTime * 1000) / 1000 }, 'answered');
    done();
  });
}
