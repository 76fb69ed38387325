// The edge as one thing: Nest on Fastify around a service, from open doors to a clean end.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { parseBodies } from './body.ts';
import { CALLER } from './caller.ts';
import { serveDocsPage } from './docs-page.ts';
import { journalRequests, NestJournal, type Journal } from './journal.ts';
import { problemOf, PROBLEM_TYPE, sendProblem } from './problem.ts';
import { ProblemFilter, type Routes } from './problem-filter.ts';
import { setTimeline, type Timeline } from './reading.ts';
import { edgeRejections } from './rejections.ts';
import { describeAnswers } from './responses.ts';
import { sendSecurityHeaders } from './security-headers.ts';

export interface EdgeSettings {
  readonly bodyLimit: number;
  /** Addresses and networks of proxies; absent: nobody's X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[] | undefined;
  readonly journal: Journal;
  readonly timeline: Timeline;
  readonly onProblem: (name: string) => void;
}

/** A request has this long to arrive, ms: slow senders do not hold connections for ever. */
const ARRIVAL = 120_000;
/** While closing, idle connections are looked for this often, ms. */
const SWEEP = 20;
/** While closing, a connection over which nothing was ever asked is given this long, ms. */
const SILENCE = 500;
const LONGEST_PARAMETER = 256;

/** Makes the application; nothing listens yet. */
export async function openEdge(root: DynamicModule | Type, settings: EdgeSettings): Promise<Edge> {
  const { bodyLimit, trustProxy, journal, timeline, onProblem } = settings;
  const run = randomBytes(4).toString('hex');
  let requests = 0;
  const adapter = new FastifyAdapter({
    bodyLimit,
    // Fastify's own messages repeat ours, but for what goes wrong.
    loggerInstance: journal.child({}, journal.isLevelEnabled('debug') ? {} : { level: journal.isLevelEnabled('warn') ? 'warn' : journal.level }),
    logController: new LogController({ disableRequestLogging: true }),
    // One journal for all: a child for every request costs more than the few lines that are written.
    childLoggerFactory: () => journal,
    requestTimeout: ARRIVAL,
    // While closing, what comes on open connections is still answered.
    return503OnClosing: false,
    // Nothing that a client says about itself is believed, but where a known proxy says it.
    trustProxy: trustProxy === undefined ? false : [...trustProxy],
    genReqId: () => `${run}-${(requests += 1).toString(36)}`,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    skipMiddie: true,
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => sendProblem(error, request, reply, onProblem),
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
  const server = adapter.getInstance() as unknown as FastifyInstance;
  await sendSecurityHeaders(server);
  server.decorateRequest(CALLER, undefined);
  parseBodies(server);
  describeAnswers(server);
  journalRequests(server, journal);
  setTimeline(server, timeline);
  serveDocsPage(server);
  const routes = rememberRoutes(server);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestJournal(journal),
  });
  app.useGlobalFilters(new ProblemFilter(onProblem, routes));
  await app.init();
  return new Edge(app, server);
}

export class Edge {
  readonly app: INestApplication;
  private readonly server: FastifyInstance;
  /** Connections over which nothing has been asked yet: to the HTTP server they are not idle. */
  private readonly silent = new Set<Socket>();

  constructor(app: INestApplication, server: FastifyInstance) {
    this.app = app;
    this.server = server;
    server.server.on('connection', (socket: Socket) => {
      this.silent.add(socket);
      socket.once('close', () => this.silent.delete(socket));
    });
    server.server.on('request', ({ socket }) => this.silent.delete(socket));
  }

  /** @returns where it listens, as a URL without a slash at the end */
  async listen(host: string, port: number): Promise<string> {
    await this.server.ready();
    return this.server.listen({ host, port });
  }

  /** Takes no new connections, answers what was sent, and closes. */
  async close(): Promise<void> {
    // A connection whose last answer was on its way when closing began is kept open by its client.
    const sweep = setInterval(() => this.server.server.closeIdleConnections(), SWEEP);
    const hangUp = setTimeout(() => {
      for (const socket of this.silent) socket.destroy();
    }, SILENCE);
    try {
      await this.app.close();
    } finally {
      clearInterval(sweep);
      clearTimeout(hangUp);
    }
  }

  /** Cuts the connections that are left. */
  cut(): void {
    this.server.server.closeAllConnections();
  }
}

function rememberRoutes(server: FastifyInstance): Routes {
  const routes: { method: string; pattern: RegExp }[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    const pattern = new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+')}$`);
    for (const one of [method].flat()) routes.push({ method: one, pattern });
  });
  return routes;
}

/** What is no HTTP at all, or has headers beyond measure, never gets to a route. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const rejection =
    error.code === 'HPE_HEADER_OVERFLOW' ? edgeRejections.HeadersTooLarge()
    : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? edgeRejections.TooSlow()
    : edgeRejections.MalformedRequest();
  const body = JSON.stringify(problemOf(rejection, 'unread'));
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${rejection.status} Refused\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}
