// Bodies made from the service's own OpenAPI document, wrong in one place each: what the document forbids is refused as malformed, on
// every route and in every place, and nothing is a fault of the service.
import { randomUUID } from 'node:crypto';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mutations, validBody, type Json, type Mutated } from '../support/bodies.ts';
import { newAjv, routesOf, type ApiDescription, type Route } from '../support/openapi.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { call, Town } from '../support/town.ts';

/** Parts of paths that are no ids. */
const NAMED: Readonly<Record<string, string>> = { role: 'keeper', scope: 'all' };

const AT_ONCE = 8;
const REFUSED_AS = ['MalformedRequest', 'NotJson', 'ListTooLong', 'NestedTooDeeply'];

let service: ServiceHere;
let tokens: readonly string[];
let document: ApiDescription;
let routes: Route[];

beforeAll(async () => {
  service = await startTestService({ argv: ['--clock', 'simulated'] });
  await service.passTime('2030-01-01T00:00:00Z');
  const { zara } = await Town.found(service);
  tokens = [zara.token, await service.operatorToken()];
  document = (await call(service.url, 'GET', '/openapi.json')).body as unknown as ApiDescription;
  routes = routesOf(document).filter(({ operation }) => operation.requestBody?.content['application/json']);
}, 60_000);

afterAll(() => service?.close());

const schemaOf = ({ operation }: Route): object => operation.requestBody?.content['application/json']?.schema as object;

interface Answered {
  readonly status: number;
  readonly name: string;
}

async function send({ method, path }: Route, token: string, text: string): Promise<Answered> {
  const response = await fetch(service.url + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => NAMED[name] ?? randomUUID()), {
    method: method.toUpperCase(),
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID(), 'content-type': 'application/json' },
    body: text,
  });
  const body = (await response.json()) as { name?: string };
  return { status: response.status, name: response.status < 400 ? '' : (body.name ?? '') };
}

/** Who may ask for the route: the body is not looked at before. */
async function tokenFor(route: Route, body: Json): Promise<string> {
  for (const token of tokens) if ((await send(route, token, JSON.stringify(body))).status !== 403) return token;
  return tokens[0] as string;
}

/** What is wrong with the answer to a mutated body. */
function fault(body: Mutated, { status, name }: Answered, forbids: ValidateFunction): string | undefined {
  if (status >= 500) return `${body.how}: ${status} ${name}`;
  if (forbids(JSON.parse(body.text))) return undefined;
  const refused = (status === 400 && REFUSED_AS.includes(name)) || (status === 413 && body.text.length > 200_000);
  return refused ? undefined : `${body.how}, which the document forbids: ${status} ${name}`;
}

describe('a body that is wrong in one place', () => {
  test('is tried on every route that takes one', () => expect(routes.length).toBeGreaterThan(25));

  test('is refused as malformed where the document forbids it, and never a fault', async () => {
    const ajv = newAjv();
    const faults: string[] = [];
    let tried = 0;
    let forbidden = 0;
    for (const route of routes) {
      const id = `${route.method.toUpperCase()} ${route.path}`;
      const validate = ajv.compile({ ...schemaOf(route), components: document.components });
      const body = validBody(schemaOf(route), document.components.schemas);
      expect([id, body, validate(body)]).toEqual([id, body, true]);
      const token = await tokenFor(route, body);
      const { status, name } = await send(route, token, JSON.stringify(body));
      if (REFUSED_AS.includes(name) || status >= 500) faults.push(`${id} refuses a body that is as described: ${status} ${name}`);
      const all = [...mutations(body, schemaOf(route), document.components.schemas)];
      tried += all.length;
      forbidden += all.filter(({ text }) => !validate(JSON.parse(text))).length;
      const next = all.values();
      const worker = async (): Promise<void> => {
        for (const one of next) {
          const wrong = fault(one, await send(route, token, one.text), validate);
          if (wrong !== undefined) faults.push(`${id} ${wrong}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    }
    expect(faults).toEqual([]);
    expect([tried > 3_000, forbidden > 2_500]).toEqual([true, true]);
  }, 240_000);

  test('leaves the service as it was', async () => {
    expect((await call(service.url, 'GET', '/health/ready')).status).toBe(200);
    expect((await call(service.url, 'GET', '/community')).body['status']).toBe('in-force');
  });
});
