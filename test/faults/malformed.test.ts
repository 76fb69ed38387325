// Malformed input on every route, made from the service's own OpenAPI document: whatever a client sends, it never gets a 5xx, and the
// service answers as before.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { call, Town } from '../support/town.ts';

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: object }>> };
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Streams that stay open are read by their own suite. */
const ENDLESS = ['/feed'];

let service: ServiceHere;
let town: Town;
let routes: Route[];

beforeAll(async () => {
  service = await startTestService();
  town = await Town.found(service);
  const { body } = await call(service.url, 'GET', '/openapi.json');
  routes = Object.entries(body['paths'] as Record<string, Record<string, Operation>>).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
});

afterAll(() => service?.close());

const tested = () => routes.filter(({ path }) => !ENDLESS.includes(path));

const ODD_TEXTS = ['', ' ', '\u0000', '../../etc/passwd', '%00', '💧'.repeat(50), 'a'.repeat(5_000), '__proto__', 'null', '-1', '1e309', '{}', "'; DROP TABLE event; --"];
const oddText = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ unit: 'binary', maxLength: 40 }), fc.uuid());

/** A well-formed or odd value for a place in the path; never one that would make another route of it. */
const inPath = oddText.filter((text) => text !== '' && text !== '.' && text !== '..').map((text) => encodeURIComponent(text.toWellFormed()));

const wrongBody = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(fc.constantFrom('protocol', 'title', 'clauses', 'choice', 'amount', 'quantity', 'rules', 'name', 'constructor', '__proto__', 'toString'), fc.jsonValue({ maxDepth: 2 })),
);

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

async function send(route: Route, parts: { path?: string; query?: string; body?: string; type?: string; key?: string }): Promise<number> {
  const response = await fetch(`${service.url}${parts.path ?? route.path.replaceAll(/\{\w+\}/g, randomUUID())}${parts.query ?? ''}`, {
    method: route.method,
    headers: {
      authorization: `Bearer ${town.zara.token}`,
      ...(route.method === 'GET' ? {} : { 'idempotency-key': parts.key ?? randomUUID() }),
      ...(parts.body === undefined ? {} : { 'content-type': parts.type ?? 'application/json' }),
    },
    ...(parts.body === undefined || route.method === 'GET' ? {} : { body: parts.body }),
  });
  if (response.status >= 500) {
    throw new Error(`${route.method} ${route.path} ${JSON.stringify(parts).slice(0, 300)} was answered ${response.status}: ${await response.text()}`);
  }
  if (response.status >= 400) expect(response.headers.get('content-type')).toContain('application/problem+json');
  await response.arrayBuffer();
  return response.status;
}

describe('whatever a client sends', () => {
  test('there are routes to try', () => expect(tested().length).toBeGreaterThan(40));

  test('in the path, it is no 5xx', async () => {
    for (const route of tested().filter(({ path }) => path.includes('{'))) {
      await fc.assert(
        fc.asyncProperty(inPath, async (odd) => void (await send(route, { path: route.path.replaceAll(/\{\w+\}/g, () => odd), ...(route.operation.requestBody ? { body: '{}' } : {}) }))),
        { numRuns: 12 },
      );
    }
  }, 120_000);

  test('in the query, it is no 5xx', async () => {
    for (const route of tested()) {
      const names = (route.operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
      const query = fc.tuple(fc.constantFrom(...names, 'asOf', 'waitFor', 'cursor', 'limit', 'unknown', '__proto__'), oddText).map(([name, text]) => `?${name}=${encodeURIComponent(text.toWellFormed())}`);
      await fc.assert(fc.asyncProperty(query, async (odd) => void (await send(route, { query: odd }))), { numRuns: 12 });
    }
  }, 120_000);

  test('in the body, it is no 5xx', async () => {
    for (const route of tested().filter(({ method }) => method !== 'GET')) {
      await fc.assert(
        fc.asyncProperty(wrongBody, async (body) => void (await send(route, { body: JSON.stringify(body) }))),
        { numRuns: 25 },
      );
    }
  }, 120_000);

  test('as no JSON, nested without end, too large or of another kind, it is a 4xx', async () => {
    const withBody = tested().filter(({ operation }) => operation.requestBody?.content['application/json']);
    expect(withBody.length).toBeGreaterThan(5);
    for (const route of withBody) {
      for (const body of ['{', 'nonsense', '\u0000', nested(10_000), `{"a":${nested(200)}}`]) expect(await send(route, { body })).toBeGreaterThanOrEqual(400);
      expect(await send(route, { body: JSON.stringify({ name: 'x'.repeat(2_000_000) }) })).toBe(413);
      expect(await send(route, { body: '<a/>', type: 'application/xml' })).toBe(415);
    }
  }, 120_000);

  test('as a key, it is no 5xx', async () => {
    const [route] = tested().filter(({ method, path }) => method === 'POST' && path === '/invitations');
    for (const key of ['', ' ', '"', 'a'.repeat(256), 'ä', '"quoted"', '1'.repeat(255)]) {
      await send(route as Route, { key }).catch((error: unknown) => {
        // What no HTTP client can put into a header never arrives.
        if (!(error instanceof TypeError)) throw error;
      });
    }
  });

  test('the service answers as before', async () => {
    expect((await call(service.url, 'GET', '/health/ready')).status).toBe(200);
    expect((await call(service.url, 'GET', '/community')).body['status']).toBe('in-force');
  });
});
