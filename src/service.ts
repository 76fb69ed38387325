// The service: stores, runtime and edge, put together by configuration, from the first open file to a clean end.
import { setTimeout as sleep } from 'node:timers/promises';
import { AppModule, ROOMS } from './app.module.ts';
import type { Config } from './config.ts';
import { CHARTER_STREAM } from './community/index.ts';
import { roomsOf } from './http/index.ts';
import {
  ApiDocument, EvidenceLimit, Feed, FeedReaders, Metrics, NoLocalIssuer, openEdge, openJournal, RateLimit, SigningIssuer, Standing, TokenVerifier,
  type Edge, type EdgeParts, type Journal,
} from './http/opening/index.ts';
import { instantOf, SimulatedClock, type Clock } from './kernel/index.ts';
import { catalogue, processes } from './registry.ts';
import { ClockWatch, CommandExecutor, ObligationsRunner, passTime } from './runtime/index.ts';
import { ServiceReadiness } from './service-readiness.ts';
import { openStores, type Stores } from './stores.ts';

/** A connection that is still busy this long after closing began is cut, ms: what it sent has been answered or never arrived. */
const GRACE = 10_000;

export interface Service {
  readonly config: Config;
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  readonly stores: Stores;
  readonly executor: CommandExecutor;
  readonly obligations: ObligationsRunner;
  /** Absent where another issuer's tokens are accepted. */
  readonly issuer: SigningIssuer | undefined;
  readonly edge: Edge;
  readonly journal: Journal;
  /** Whether a community has been founded here. */
  readonly isFounded: boolean;
  /** Settles when overdue obligations are drained and the service is ready. */
  readonly ready: Promise<void>;
  /** Moves the simulated clock; settles when what fell due on the way is done. @throws Error with the system's clock */
  passTime(to: string): Promise<void>;
  /** Finishes what was accepted, then closes everything. Idempotent. */
  close(): Promise<void>;
}

/**
 * @param clock default: the one that the configuration names
 * @throws what `openStores` throws, and Error (`EADDRINUSE`, …) when it cannot listen; then nothing stays open
 */
export async function startService(config: Config, journal: Journal = openJournal(config.logLevel), clock?: Clock): Promise<Service> {
  const metrics = new Metrics();
  const stores = await openStores(config, {
    committed: (appends) => metrics.committed(appends),
    viewFailed: (view, reason) => journal.error({ view, reason }, 'a view has failed'),
  }, clock);
  try {
    return await assemble(config, journal, metrics, stores);
  } catch (error) {
    await stores.close();
    throw error;
  }
}

async function assemble(config: Config, journal: Journal, metrics: Metrics, stores: Stores): Promise<Service> {
  const { clock, log, views, inquiries, secrets, blobs } = stores;
  const clockWatch = new ClockWatch(clock);
  const handlings = roomsOf(ROOMS).flatMap((room) => room.handlings);
  const executor = new CommandExecutor({
    log, catalogue, handlings, views, secrets, inquire: (...asked) => inquiries.own(...asked), clock, clockWatch, observer: metrics, cacheBytes: config.cacheBytes,
  });
  const obligations = new ObligationsRunner({
    log, catalogue, processes, clock, clockWatch, executor,
    owed: (atLeast) => views.owed(atLeast),
    observer: {
      refused: ({ process, openedAt }, error) => journal.warn({ process, openedAt, refusal: error.name }, 'an obligation was refused'),
      paused: (error) => journal.warn({ reason: error.name }, 'obligations pause'),
    },
  });
  const issuer = config.issuer === undefined ? new SigningIssuer(secrets, config.namespace, config.audience) : undefined;
  const feed = new Feed(log, catalogue, (error) => journal.error({ err: error }, 'the feed lost its subscription'));
  const readers = new FeedReaders();
  const readiness = new ServiceReadiness({ log, views, obligations, clockWatch, maxLag: config.maxLag });
  const move = clock instanceof SimulatedClock ? (to: string) => passTime(clock, obligations, to) : undefined;
  let edge: Edge | undefined;
  const parts: EdgeParts = {
    log, clock, executor, views, inquiries, obligations, secrets, blobs, feed, readers, metrics, readiness,
    standing: new Standing(log, catalogue, clock),
    tokens: issuer ? TokenVerifier.local(issuer, config.audience, clock) : TokenVerifier.external(config.jwks as URL, config.issuer as string, config.audience, clock, config.operator),
    localIssuer: issuer ?? new NoLocalIssuer(config.issuer as string),
    document: new ApiDocument(() => (edge as Edge).app),
    viewKeeping: views,
    limit: new RateLimit(config.rateLimit),
    evidenceLimit: new EvidenceLimit(config.evidenceLimit),
    ...(move ? { dial: { now: () => clock.now(), advanceTo: move } } : {}),
  };
  metrics.observe({
    logPosition: () => log.head().position,
    logLagSeconds: () => log.status().lag / 1000,
    viewLag: () => readiness.viewLag(),
    cachedBytes: () => executor.cachedBytes,
    feedReaders: () => readers.count,
    overdueObligations: () => obligations.status().overdue,
    ready: () => readiness.report().ready,
  });
  edge = await openEdge(AppModule.of(parts), {
    bodyLimit: config.bodyLimit,
    trustProxy: config.trustProxy,
    journal,
    timeline: { positionAt: (time) => log.positionAt(time), now: () => clock.now() },
    onProblem: (name) => metrics.refused(name),
  });
  const stop = async (): Promise<void> => {
    readiness.closing = true;
    readers.close();
    feed.close();
    await inquiries.close();
    // What was accepted is answered before anything that answers it is closed.
    await Promise.race([(edge as Edge).close(), sleep(GRACE, undefined, { ref: false }).then(() => (edge as Edge).cut())]);
    await obligations.stop();
    await executor.close();
    await stores.close();
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= stop());
  let url: string;
  try {
    url = await edge.listen(config.host, config.port);
  } catch (error) {
    readers.close();
    feed.close();
    await edge.close();
    throw error;
  }
  const ready = obligations.start().then(() => obligations.ready);
  // A view that cannot be had leaves the service up, not ready, and saying why.
  ready.catch((error: unknown) => journal.error({ err: error }, 'what is owed cannot be read'));
  journal.info({ url, position: log.head().position, clock: clock.kind, now: instantOf(clock.now()) }, 'listening');
  return {
    config, url, stores, executor, obligations, issuer, edge, journal, ready, close,
    get isFounded() {
      return log.streamHead(CHARTER_STREAM) !== undefined;
    },
    passTime: move ?? (() => Promise.reject(new Error('only a simulated clock can be moved'))),
  };
}
