// Reads an OpenAPI document as far as tests need it.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Record<string, unknown>;
}

export interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Record<string, { readonly schema: Record<string, unknown> }> };
  readonly responses: Record<string, { readonly description: string; readonly headers?: Record<string, object>; readonly content?: Record<string, { readonly schema: Record<string, unknown> }> }>;
  readonly security: readonly object[];
}

export interface ApiDescription {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Record<string, unknown>> };
}

export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export const routesOf = (document: ApiDescription): Route[] =>
  Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ method, path, operation })));

/** What every OpenAPI 3.1 document must have, as far as ours goes; after the specification's own schema. */
const ESSENTIALS = {
  type: 'object',
  required: ['openapi', 'info', 'paths', 'components'],
  properties: {
    openapi: { pattern: '^3\\.1\\.\\d+$' },
    info: { type: 'object', required: ['title', 'version'] },
    paths: {
      type: 'object',
      propertyNames: { pattern: '^/' },
      additionalProperties: { type: 'object', additionalProperties: { $ref: '#/$defs/operation' } },
    },
    components: { type: 'object', properties: { schemas: { type: 'object', propertyNames: { pattern: '^[a-zA-Z0-9._-]+$' } } } },
  },
  $defs: {
    operation: {
      type: 'object',
      required: ['operationId', 'summary', 'description', 'parameters', 'responses', 'security', 'tags'],
      properties: {
        summary: { type: 'string', minLength: 3 },
        parameters: { type: 'array', items: { $ref: '#/$defs/parameter' } },
        requestBody: { type: 'object', required: ['content'], properties: { content: { $ref: '#/$defs/content' } } },
        responses: {
          type: 'object',
          minProperties: 2,
          propertyNames: { pattern: '^[1-5]\\d\\d$' },
          additionalProperties: { type: 'object', required: ['description'], properties: { content: { $ref: '#/$defs/content' } } },
        },
      },
    },
    parameter: {
      type: 'object',
      required: ['name', 'in', 'schema', 'required', 'description'],
      properties: { in: { enum: ['path', 'query', 'header'] }, schema: { type: 'object', minProperties: 1 } },
      anyOf: [{ properties: { in: { enum: ['query', 'header'] } } }, { properties: { required: { const: true } } }],
    },
    content: { type: 'object', minProperties: 1, additionalProperties: { type: 'object', required: ['schema'] } },
  },
};

/** A validator of the document's dialect and formats. */
export function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (to: unknown) => void)(ajv);
  return ajv;
}

/** Everything that is wrong with a document: its form, its schemas, references that lead nowhere, ids and parameters that do not fit. */
export function faultsOf(document: ApiDescription): string[] {
  const ajv = newAjv();
  const faults: string[] = [];
  if (!ajv.validate(ESSENTIALS, document)) faults.push(...(ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`));
  const routes = routesOf(document);
  const ids = routes.map(({ operation }) => operation.operationId);
  if (new Set(ids).size !== ids.length) faults.push('two operations have one id');
  for (const { method, path, operation } of routes) {
    const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name).toSorted();
    const described = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name).toSorted();
    if (named.join() !== described.join()) faults.push(`${method} ${path}: path parameters ${described.join()}`);
    if (!Object.keys(operation.responses).some((status) => status.startsWith('2'))) faults.push(`${method} ${path}: no answer`);
    const statuses = new Set(operation.parameters.map((one) => `${one.in} ${one.name}`));
    if (statuses.size !== operation.parameters.length) faults.push(`${method} ${path}: a parameter is described twice`);
  }
  for (const [schema, where] of schemasIn(document)) {
    try {
      ajv.compile({ ...schema, components: document.components });
    } catch (error) {
      faults.push(`${where}: ${(error as Error).message}`);
    }
  }
  return faults;
}

function* schemasIn(document: ApiDescription): Generator<[Record<string, unknown>, string]> {
  for (const [name, schema] of Object.entries(document.components.schemas)) yield [schema, name];
  for (const { method, path, operation } of routesOf(document)) {
    for (const { schema, name } of operation.parameters) yield [schema, `${method} ${path} ${name}`];
    for (const { schema } of Object.values(operation.requestBody?.content ?? {})) yield [schema, `${method} ${path} body`];
    for (const [status, { content }] of Object.entries(operation.responses)) {
      for (const { schema } of Object.values(content ?? {})) yield [schema, `${method} ${path} ${status}`];
    }
  }
}

/** Where a schema leaves open what comes: anything at all, or an object of any properties. */
export function* openIn(schema: unknown, at: string): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  if (Array.isArray(schema)) {
    for (const one of schema) yield* openIn(one, at);
    return;
  }
  const { properties, ...keywords } = schema as Record<string, unknown>;
  const isClosed = properties !== undefined || ['$ref', 'allOf', 'oneOf'].some((keyword) => keyword in keywords);
  if (Object.keys(schema).length === 0 || keywords['additionalProperties'] === true || (keywords['type'] === 'object' && !isClosed)) return yield at;
  for (const [name, property] of Object.entries(properties ?? {})) yield* openIn(property, `${at} ${name}`);
  for (const inside of Object.values(keywords)) yield* openIn(inside, at);
}
