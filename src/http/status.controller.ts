// Health for whoever runs the service, metrics for Prometheus, and the document that describes it all.
import { Controller, Get, Header, HttpCode, Res } from '@nestjs/common';
import { ApiServiceUnavailableResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from './access.ts';
import { Answers, Describes } from './describe.ts';
import { Metrics } from './metrics.ts';
import { ApiDocument } from './api-document.ts';
import { Readiness, type ReadinessReport } from './readiness.ts';
import { VIEW_STANDING } from './views.controller.ts';

const count = { type: 'integer', minimum: 0 };
const object = (properties: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}) => ({
  type: 'object',
  properties: { ...properties, ...optional },
  required: Object.keys(properties),
});
const check = (facts: Readonly<Record<string, object>> = {}, optional: Readonly<Record<string, object>> = {}) =>
  object({ ok: { type: 'boolean' }, ...facts }, { reason: { type: 'string', description: 'Why not.' }, ...optional });

type Checks = Readonly<Record<keyof ReadinessReport['checks'], object>>;

const CHECKS: Checks = {
  log: check({ state: { enum: ['ok', 'catching-up', 'unavailable', 'diverged'] }, lag: { type: 'number', minimum: 0, description: 'ms.' }, position: count }),
  views: check({ views: { type: 'array', items: VIEW_STANDING } }),
  obligations: check({ open: count, overdue: count, refused: count }),
  clock: check({}, { driftMs: { type: 'integer' } }),
  accepting: check(),
};

const REPORT = object({ ready: { type: 'boolean' }, checks: object(CHECKS) });

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
  @ApiServiceUnavailableResponse({ description: 'It may not: the report says why.', schema: REPORT as object })
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
  @Answers({
    type: 'object',
    properties: { openapi: { type: 'string', pattern: '^3\\.1\\.' }, info: { type: 'object' }, paths: { type: 'object' }, components: { type: 'object' } },
    required: ['openapi', 'info', 'paths', 'components'],
    additionalProperties: true,
    description: 'As OpenAPI 3.1 says.',
  })
  @Header('content-type', 'application/json; charset=utf-8')
  async openapi(): Promise<string> {
    return this.document.text();
  }
}
