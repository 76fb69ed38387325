// The document that the service gives of itself.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { faultsOf, routesOf, type ApiDescription, type Operation } from '../support/openapi.ts';
import { openHamlet, type Hamlet } from './hamlet.ts';

let hamlet: Hamlet;
let document: ApiDescription;
beforeAll(async () => {
  hamlet = await openHamlet();
  document = (await request(hamlet.url).get('/openapi.json')).body as ApiDescription;
});
afterAll(() => hamlet.close());

const of = (method: string, path: string): Operation => document.paths[path]?.[method] as Operation;
const named = (operation: Operation): string[] => operation.parameters.map((one) => `${one.in} ${one.name}${one.required ? '!' : ''}`);
const problems = (operation: Operation, status: number): string[] => {
  const schema = operation.responses[status]?.content?.['application/problem+json']?.schema as { allOf: [unknown, { properties: { name: { enum: string[] } } }] } | undefined;
  return schema?.allOf[1].properties.name.enum ?? [];
};

describe('the document', () => {
  test('has no faults', () => {
    expect(faultsOf(document)).toEqual([]);
  });

  test('has every route', () => {
    expect(routesOf(document).map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'get /events', 'get /feed', 'get /health/live', 'get /health/ready', 'get /metrics', 'get /notes', 'get /notes/forgotten/route', 'get /notes/{note}',
      'get /openapi.json', 'post /notes', 'post /notes/clear', 'post /notes/pictures', 'post /notes/{note}/hide',
    ]);
  });

  test('tells a command\'s properties and constraints from its class, path parameters apart', () => {
    const pin = of('post', '/notes');
    expect(pin.requestBody).toEqual({ required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/PinNote' } } } });
    expect(document.components.schemas['PinNote']).toEqual({
      type: 'object',
      properties: { text: { type: 'string', minLength: 1, maxLength: 2000 }, frame: { $ref: '#/components/schemas/Frame' } },
      required: ['text'],
      additionalProperties: false,
    });
    expect(document.components.schemas['Frame']).toMatchObject({ properties: { width: { minimum: 1, maximum: 10 } }, additionalProperties: false });
    const hide = of('post', '/notes/{note}/hide');
    expect(document.components.schemas['HideNote']).toMatchObject({ properties: { because: { enum: ['old', 'wrong'] } } });
    expect((document.components.schemas['HideNote'] as { properties: object }).properties).not.toHaveProperty('note');
    expect(named(hide)).toEqual(['path note!', 'header Idempotency-Key!', 'header If-Match', 'header Biolithic-On-Behalf-Of']);
    expect(hide.parameters[0]?.schema).toEqual({ type: 'string', pattern: '^[0-9a-f-]{36}$' });
  });

  test('tells what reads and lists take', () => {
    expect(named(of('get', '/notes'))).toEqual(['query asOf', 'query waitFor', 'header If-None-Match', 'query by', 'query cursor', 'query limit']);
    expect(named(of('get', '/feed'))).toEqual(['query after', 'query types', 'header Last-Event-ID']);
  });

  test('tells the problems of each route by name', () => {
    const pin = of('post', '/notes');
    expect(problems(pin, 422)).toEqual(['IdempotencyKeyReused', 'HamletRudeNote']);
    expect(problems(pin, 412)).toEqual(['StreamChanged']);
    expect(problems(pin, 403)).toContain('NotLinked');
    expect(problems(of('post', '/notes/pictures'), 403)).toEqual(['NotRepresentative', 'RoleRequired']);
    expect(problems(pin, 500)).toEqual(['InternalError']);
    expect(problems(of('get', '/notes'), 401)).toEqual(['InvalidToken']);
  });
});

test('the page to browse it needs nothing from elsewhere', async () => {
  const page = await request(hamlet.url).get('/docs');
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.text).not.toMatch(/https?:\/\//);
  const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path as string);
  expect(assets.length).toBeGreaterThan(3);
  for (const asset of assets) expect((await request(hamlet.url).get(asset)).status).toBe(200);
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");
});
