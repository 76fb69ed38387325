// Holds what a service answers against the document that it gives of itself, by the letter: objects have the properties that are
// described and no others, statuses and problems are those of the route. And asks amiss, in every way that a route can be asked.
import { randomUUID } from 'node:crypto';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { newAjv, routesOf, type ApiDescription, type Operation, type Parameter, type Route } from './openapi.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly sent: Headers;
  /** Text of a body that is JSON. */
  readonly body: string | undefined;
  readonly status: number;
  readonly headers: Headers;
  /** Undefined for a stream. */
  readonly text: string | undefined;
}

/** The same schema without leave for properties that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inside = Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, closed(value)]));
  const isObject = [(schema as Json)['type']].flat().includes('object');
  return isObject && 'properties' in schema && !('additionalProperties' in schema) ? { ...inside, additionalProperties: false } : inside;
}

/** A parameter's text as its schema takes it. */
function valueOf({ type, anyOf }: Json, text: string): unknown {
  if (type === 'array') return text.split(',');
  return type === 'integer' || (anyOf && /^\d+$/.test(text)) ? Number(text) : text;
}

const essenceOf = (headers: Headers): string => (headers.get('content-type') ?? '').split(';', 1)[0] as string;

/** What a body's text holds, one or many. */
function valuesIn(mediaType: string, text: string): unknown[] {
  if (mediaType === 'application/jsonl') return text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as unknown);
  return [mediaType.endsWith('json') ? (JSON.parse(text) as unknown) : text];
}

export class Contract {
  /** The latest success of each route, by `METHOD path`. */
  readonly successes = new Map<string, Exchange>();
  /** Problems met, as `METHOD path Name`. */
  readonly problems = new Set<string>();
  readonly faults = new Set<string>();
  readonly routes: readonly Route[];
  private readonly patterns: readonly { readonly route: Route; readonly pattern: RegExp }[];
  /** Schemas that others refer to. */
  readonly schemas: ApiDescription['components']['schemas'];
  private readonly components: unknown;
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly ajv = newAjv();

  constructor(document: ApiDescription) {
    this.schemas = document.components.schemas;
    this.components = closed(document.components);
    this.routes = routesOf(document);
    // Of two routes that fit a path, the one with fewer parameters is meant.
    this.patterns = this.routes
      .map((route) => ({ route, pattern: new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`) }))
      .toSorted((a, b) => a.route.path.split('{').length - b.route.path.split('{').length);
  }

  /** Listens in on everything that is fetched, until the returned function is called. */
  listenIn(): () => void {
    const fetched = globalThis.fetch;
    globalThis.fetch = async (...[input, init]: Parameters<typeof fetch>) => {
      const response = await fetched(input, init);
      const { status, headers } = response;
      const text = essenceOf(headers) === 'text/event-stream' ? undefined : await response.clone().text();
      const body = typeof init?.body === 'string' ? init.body : undefined;
      this.saw({ method: init?.method ?? 'GET', url: new URL(String(input)), sent: new Headers(init?.headers), body, status, headers, text });
      return response;
    };
    return () => {
      globalThis.fetch = fetched;
    };
  }

  saw(exchange: Exchange): void {
    const { method, url, status } = exchange;
    const { route, pattern } = this.patterns.find((one) => one.route.method === method.toLowerCase() && one.pattern.test(url.pathname)) ?? {};
    if (!route || !pattern) return void this.faults.add(`${method} ${url.pathname} is not described`);
    const id = `${method} ${route.path}`;
    for (const fault of this.answer(id, route.operation, exchange)) this.faults.add(`${id} ${status}: ${fault}`);
    if (status >= 300) return;
    this.successes.set(id, exchange);
    const inPath = pattern.exec(url.pathname)?.groups ?? {};
    for (const fault of this.request(id, route.operation, exchange, inPath)) this.faults.add(`${id}, which was accepted: ${fault}`);
  }

  /** Holds one value of an answer's stream against the route. */
  streamed(id: string, value: unknown): void {
    const operation = this.routes.find(({ method, path }) => id === `${method.toUpperCase()} ${path}`)?.operation;
    const schema = operation?.responses[200]?.content?.['text/event-stream']?.schema ?? { not: {} };
    for (const fault of this.wrong(`${id} stream`, schema, value)) this.faults.add(`${id}: ${fault}`);
  }

  private *answer(id: string, { responses }: Operation, { status, headers, text }: Exchange): Generator<string> {
    const mediaType = essenceOf(headers);
    const isProblem = mediaType === 'application/problem+json';
    if (isProblem && text !== undefined) this.problems.add(`${id} ${(JSON.parse(text) as { name: string }).name}`);
    if (status === 500) yield `the service failed: ${text}`;
    const response = responses[status];
    if (!response) return yield `the status is not described: ${text}`;
    for (const name of Object.keys(response.headers ?? {})) if (!headers.has(name)) yield `the header ${name} is missing`;
    if (!response.content) return;
    const content = response.content[mediaType] ?? response.content['*/*'];
    if (!content) return yield `${mediaType} is not described`;
    const isFile = content === response.content['*/*'];
    if (text === undefined || isFile) return;
    for (const value of valuesIn(mediaType, text)) {
      const told = isProblem ? `${(value as { name: string }).name}: ` : '';
      for (const fault of this.wrong(`${id} ${status} ${mediaType}`, content.schema, value)) yield told + fault;
    }
  }

  private *request(id: string, { parameters, requestBody }: Operation, { url, sent, body }: Exchange, inPath: Readonly<Record<string, string>>): Generator<string> {
    const given = (one: Parameter): string | null | undefined =>
      one.in === 'path' ? inPath[one.name] : one.in === 'query' ? url.searchParams.get(one.name) : sent.get(one.name);
    for (const one of parameters) {
      const text = given(one);
      if (text === null || text === undefined) {
        if (one.required) yield `the parameter ${one.name} is missing`;
      } else for (const fault of this.wrong(`${id} ${one.in} ${one.name}`, one.schema, valueOf(one.schema, text))) yield `${one.name} ${fault}`;
    }
    for (const name of url.searchParams.keys()) {
      if (!parameters.some((one) => one.in === 'query' && one.name === name)) yield `the parameter ${name} is not described`;
    }
    const schema = requestBody?.content['application/json']?.schema;
    if (body === undefined) {
      if (requestBody?.required && schema) yield 'the body is missing';
    } else if (schema) yield* this.wrong(`${id} body`, schema, JSON.parse(body));
  }

  private wrong(key: string, schema: object, value: unknown): string[] {
    let validate = this.validators.get(key);
    if (!validate) {
      validate = this.ajv.compile({ ...(closed(schema) as object), components: this.components });
      this.validators.set(key, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath.replaceAll(/\d+/g, 'n')} ${message} ${JSON.stringify(params)}`);
  }
}

/** Ways of asking amiss, after a request that succeeded. */
const WRONG_HEADERS: readonly Readonly<Record<string, string | undefined>>[] = [
  { authorization: undefined },
  { authorization: 'Basic eA==' },
  { authorization: 'Bearer nonsense' },
  { 'idempotency-key': undefined },
  { 'idempotency-key': 'two words' },
  { 'if-match': 'yesterday' },
  { 'if-match': '"1"' },
  { 'biolithic-on-behalf-of': 'nobody' },
  { 'biolithic-on-behalf-of': '00000000-0000-4000-8000-000000000000' },
  { 'last-event-id': 'the last' },
  { 'if-none-match': '*' },
  { padding: 'x'.repeat(20_000) },
];
const WRONG_QUERIES: Readonly<Record<string, readonly string[]>> = {
  asOf: ['never', '2999-01-01T00:00:00Z', '999999999'],
  waitFor: ['soon', '999999999'],
  cursor: ['x'],
  limit: ['0', 'all'],
  after: ['-1', '999999999'],
};
const WRONG_BODIES = [
  '{',
  'null',
  '[]',
  '7',
  '{}',
  '{"weather":"fine"}',
  '{"__proto__":1}',
  '['.repeat(100) + ']'.repeat(100),
  `{"list":[${'0,'.repeat(2_000)}0]}`,
  JSON.stringify({ name: 'x'.repeat(300_000) }),
];
const WRONG_VALUES = [undefined, null, 7, -1, '', 'x', {}, [], [7], [[]], [null], { x: 1 }, '2026-02-30T00:00:00Z', true];
const JSON_TYPE = { 'content-type': 'application/json' };

/** The request of an exchange again in all these ways; `queries` are the names that its route takes, `others` headers of other callers. */
export function* amiss(
  { method, url, sent, body }: Exchange,
  queries: readonly string[],
  others: readonly Readonly<Record<string, string>>[],
): Generator<readonly [url: string, RequestInit]> {
  const request = (headers: Readonly<Record<string, string | undefined>>, rest: RequestInit = {}): RequestInit => {
    const all = new Headers(sent);
    if (method !== 'GET') all.set('idempotency-key', randomUUID());
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined) all.delete(name);
      else all.set(name, value);
    }
    return { method, headers: all, ...(body === undefined ? {} : { body }), ...rest };
  };
  for (const headers of [{}, ...WRONG_HEADERS, ...others]) yield [url.href, request(headers)];
  const asked = queries.flatMap((name) => (WRONG_QUERIES[name] ?? ['.']).map((value) => `${name}=${value}`));
  for (const query of queries.length > 0 ? [...asked, 'weather=fine', '__proto__=x'] : []) yield [`${url.origin}${url.pathname}?${query}`, request({})];
  const parts = url.pathname.split('/');
  for (const at of parts.keys()) {
    if (!/[0-9]/.test(parts[at] as string)) continue;
    for (const other of [randomUUID(), 'x%20y', '%00', 'x'.repeat(200)]) yield [`${url.origin}${parts.with(at, other).join('/')}${url.search}`, request({})];
  }
  if (method === 'GET') return;
  for (const wrong of WRONG_BODIES) yield [url.href, request(JSON_TYPE, { body: wrong })];
  yield [url.href, request({ 'content-type': 'application/xml' }, { body: '<a/>' })];
  const stated = Object.entries(JSON.parse(body ?? '{}') as Record<string, unknown>);
  for (const [name] of stated) {
    for (const value of WRONG_VALUES) yield [url.href, request(JSON_TYPE, { body: JSON.stringify({ ...Object.fromEntries(stated), [name]: value }) })];
  }
}
