// Health for whoever runs the service, metrics for Prometheus, and the document that describes it all.
import { Controller, Get, Header, HttpCode, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from './access.ts';
import { Answers, Describes } from './describe.ts';
import { Metrics } from './metrics.ts';
import { ApiDocument } from './api-document.ts';
import { Readiness, type ReadinessReport } from './readiness.ts';

const CHECK = { type: 'object', properties: { ok: { type: 'boolean' }, reason: { type: 'string' } }, required: ['ok'] };

const REPORT = {
  type: 'object',
  properties: {
    ready: { type: 'boolean' },
    checks: {
      type: 'object',
      properties: { log: CHECK, views: CHECK, obligations: CHECK, clock: CHECK, accepting: CHECK },
      required: ['log', 'views', 'obligations', 'clock', 'accepting'],
    },
  },
  required: ['ready', 'checks'],
};

@Controller()
@Public()
export class StatusController {
  constructor(
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
    private readonly document: ApiDocument,
  ) {}

  @Get('health/live')
  @Describes('Whether the process answers')
  @Answers({ type: 'object', properties: { live: { const: true } }, required: ['live'] })
  live(): { live: true } {
    return { live: true };
  }

  @Get('health/ready')
  @Describes('Whether the service may be asked', 'Answers 503 with the same report when it may not.')
  @Answers(REPORT)
  ready(@Res({ passthrough: true }) reply: FastifyReply): ReadinessReport {
    const report = this.readiness.report();
    void reply.header('cache-control', 'no-store').code(report.ready ? 200 : 503);
    if (!report.ready) void reply.header('retry-after', '1');
    return report;
  }

  @Get('metrics')
  @Describes('Metrics for Prometheus')
  @Answers({ type: 'string' }, 'one', { mediaType: 'text/plain' })
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metricsText(): Promise<string> {
    return this.metrics.registry.metrics();
  }

  @Get('openapi.json')
  @HttpCode(200)
  @Describes('This document')
  @Answers({ type: 'object' })
  @Header('content-type', 'application/json; charset=utf-8')
  async openapi(): Promise<string> {
    return this.document.text();
  }
}
