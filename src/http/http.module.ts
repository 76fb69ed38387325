// The edge's own routes, and the ports that every room's controllers may ask for.
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { EventLog } from '../event-log/index.ts';
import type { Blobs as BlobsPort, Secrets as SecretsPort, Views as ViewsPort } from '../runtime/index.ts';
import { CommandExecutor } from '../runtime/index.ts';
import { ApiDocument } from './api-document.ts';
import { ClockController, ClockDial } from './clock.controller.ts';
import { Commands, SubmissionHandler } from './commands.ts';
import { EventsController } from './events.controller.ts';
import { Feed } from './feed.ts';
import { FeedReaders } from './feed-readers.ts';
import { AccessGuard } from './guard.ts';
import { LocalIssuer } from './local-issuer.ts';
import { Metrics } from './metrics.ts';
import { Blobs, EvidenceLimit, Inquiries, LogReader, Obligations, Secrets, ServiceClock, Views } from './ports.ts';
import { RateLimit } from './rate-limit.ts';
import { Readiness } from './readiness.ts';
import { Standing } from './standing.ts';
import { StatusController } from './status.controller.ts';
import { TokenVerifier } from './tokens.ts';
import { ViewKeeping, ViewsController } from './views.controller.ts';

export interface EdgeParts {
  readonly log: EventLog;
  readonly clock: ServiceClock;
  readonly executor: CommandExecutor;
  readonly views: ViewsPort;
  readonly inquiries: Inquiries;
  readonly obligations: Obligations;
  readonly secrets: SecretsPort;
  readonly blobs: BlobsPort;
  readonly standing: Standing;
  readonly tokens: TokenVerifier;
  readonly localIssuer: LocalIssuer;
  readonly feed: Feed;
  readonly readers: FeedReaders;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly document: ApiDocument;
  readonly limit: RateLimit;
  readonly evidenceLimit: EvidenceLimit;
  /** Who builds the views anew. */
  readonly viewKeeping?: ViewKeeping;
  /** With a simulated clock only: it can be moved. */
  readonly dial?: ClockDial;
}

@Module({})
export class HttpModule {
  static of(parts: EdgeParts): DynamicModule {
    const ports: Provider[] = [
      { provide: CommandExecutor, useValue: parts.executor },
      { provide: Views, useValue: parts.views },
      { provide: Inquiries, useValue: parts.inquiries },
      { provide: Obligations, useValue: parts.obligations },
      { provide: Secrets, useValue: parts.secrets },
      { provide: Blobs, useValue: parts.blobs },
      { provide: LogReader, useValue: parts.log },
      { provide: ServiceClock, useValue: parts.clock },
      { provide: Standing, useValue: parts.standing },
      { provide: TokenVerifier, useValue: parts.tokens },
      { provide: LocalIssuer, useValue: parts.localIssuer },
      { provide: Feed, useValue: parts.feed },
      { provide: FeedReaders, useValue: parts.readers },
      { provide: Metrics, useValue: parts.metrics },
      { provide: Readiness, useValue: parts.readiness },
      { provide: ApiDocument, useValue: parts.document },
      { provide: RateLimit, useValue: parts.limit },
      { provide: EvidenceLimit, useValue: parts.evidenceLimit },
      ...(parts.viewKeeping ? [{ provide: ViewKeeping, useValue: parts.viewKeeping }] : []),
      ...(parts.dial ? [{ provide: ClockDial, useValue: parts.dial }] : []),
    ];
    return {
      module: HttpModule,
      global: true,
      imports: [CqrsModule.forRoot()],
      controllers: [EventsController, StatusController, ...(parts.viewKeeping ? [ViewsController] : []), ...(parts.dial ? [ClockController] : [])],
      providers: [...ports, Commands, SubmissionHandler, { provide: APP_GUARD, useClass: AccessGuard }],
      exports: [Commands, Views, Inquiries, Obligations, Secrets, Blobs, LogReader, ServiceClock, LocalIssuer, EvidenceLimit, Standing],
    };
  }
}
