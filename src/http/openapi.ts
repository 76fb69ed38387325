// The OpenAPI document: routes from Nest, bodies from class-validator, rows from the views, problems from the rejections.
// No property is written twice.
import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ACCESS, type Access } from './access.ts';
import { ApiSchemas, type Schema } from './api-schemas.ts';
import { Acknowledgement } from './answer.ts';
import { routeMetadata, type ResponseShape, type RouteMetadata } from './metadata.ts';
import { Paging } from './reading.ts';
import { problemResponses, type ProblemSources } from './api-problems.ts';

interface ApiAnswer {
  readonly description: string;
  readonly headers?: object;
  readonly content?: object;
}

type Answers = Readonly<Record<string, ApiAnswer>>;

interface Operation {
  operationId: string;
  tags?: string[];
  summary?: string;
  description?: string;
  security?: object[];
  parameters?: object[];
  requestBody?: object;
  responses: Answers;
}

interface Route {
  readonly metadata: RouteMetadata;
  readonly access: Access | undefined;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const POSITION = { type: 'integer', minimum: 0 };
const parameter = (name: string, place: 'query' | 'header' | 'path', schema: object, description: string, required = false) => ({
  name,
  in: place,
  required: required || place === 'path',
  schema,
  description,
});

const AS_OF = parameter('asOf', 'query', { anyOf: [POSITION, { type: 'string', format: 'date-time' }] }, 'Position, or instant that has passed, to read as of. Default: now.');
const WAIT_FOR = parameter('waitFor', 'query', POSITION, 'Position that must be visible in the answer; waited for, within bounds.');
const IF_NONE_MATCH = parameter('If-None-Match', 'header', { type: 'string' }, 'ETag of an earlier answer: 304 when nothing has happened since.');
const IDEMPOTENCY_KEY = parameter('Idempotency-Key', 'header', { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' }, 'A text of your own, new for every command and the same for every resend of it.', true);
const IF_MATCH = parameter('If-Match', 'header', { type: 'string', pattern: '^"(0|[1-9][0-9]*)"$' }, 'ETag of what the command rests on: refused when its subject has changed since.');
const LAST_EVENT_ID = parameter('Last-Event-ID', 'header', POSITION, 'Id of the last event received: the feed goes on after it.');
const ON_BEHALF_OF = parameter('Biolithic-On-Behalf-Of', 'header', { type: 'string', format: 'uuid' }, 'PartyId in whose name the caller acts.');
const POSITION_HEADERS = { 'Biolithic-Position': { schema: POSITION, description: 'Position that the answer is as of.' } };
const READ_HEADERS = { ...POSITION_HEADERS, ETag: { schema: { type: 'string' }, description: 'The position in quotes.' } };

const ACCESS_WORDS: Record<Access['to'], (access: Access) => string> = {
  public: () => 'Open to everybody.',
  identified: () => 'For whoever has a valid token.',
  linked: () => 'For persons linked to this community.',
  operator: () => 'For the operator of the service.',
  roles: (access) => `For roles: ${'roles' in access ? access.roles.join(', ') : ''}.`,
};

export function describeApi(app: INestApplication): object {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Biolithic')
    .setDescription('Governance and custody for communities that reclaim waste and mean to keep it. Refusals are problem details (RFC 9457) with a name and the rule they rest on.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .build();
  const operationIdFactory = (controller: string, method: string): string => `${controller}.${method}`;
  const document = SwaggerModule.createDocument(app, config, { operationIdFactory, autoTagControllers: false });
  const routes = routesOf(app);
  const schemas = new ApiSchemas();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as unknown as Operation | undefined;
      if (!operation) continue;
      const route = routes.get(operation.operationId);
      if (!route) throw new Error(`${method} ${path} has no controller`);
      describe(operation, method, path, route, schemas);
    }
  }
  return { ...document, components: { ...document.components, schemas: schemas.used() } };
}

/** Routes by `Controller.method`. */
function routesOf(app: INestApplication): Map<string, Route> {
  const routes = new Map<string, Route>();
  for (const { controllers } of app.get(ModulesContainer).values()) {
    for (const { metatype } of controllers.values()) {
      if (typeof metatype !== 'function') continue;
      const prototype = metatype.prototype as Record<string, unknown>;
      for (const name of Object.getOwnPropertyNames(prototype)) {
        const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown;
        if (typeof handler !== 'function' || name === 'constructor') continue;
        const access = (Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, metatype)) as Access | undefined;
        routes.set(`${metatype.name}.${name}`, { metadata: routeMetadata(handler as never), access });
      }
    }
  }
  return routes;
}

function describe(operation: Operation, method: string, path: string, { metadata, access }: Route, schemas: ApiSchemas): void {
  const pathNames = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name as string);
  operation.tags = [path.split('/')[1] || 'service'];
  if (metadata.summary !== undefined) operation.summary = metadata.summary;
  const words = access ? ACCESS_WORDS[access.to](access) : 'Open to nobody.';
  operation.description = metadata.description === undefined ? words : `${metadata.description} ${words}`;
  if (access && access.to !== 'public') operation.security = [{ bearer: [] }];
  else operation.security = [{}, { bearer: [] }];

  const command = metadata.command && schemas.ofClass(metadata.command);
  operation.parameters = parametersOf(pathNames, metadata, command, schemas);
  const body = bodyOf(pathNames, metadata, command, schemas);
  if (body) operation.requestBody = body;
  else delete operation.requestBody;
  operation.responses = together(
    answersOf(operation, method, metadata, schemas),
    besides(operation),
    problemResponses(problemSources(method, pathNames, metadata, access), schemas),
  );
}

function parametersOf(pathNames: readonly string[], metadata: RouteMetadata, command: Schema | undefined, schemas: ApiSchemas): object[] {
  const found: object[] = pathNames.map((name) => {
    const { description, ...schema } = command?.properties?.[name] ?? { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$' };
    return parameter(name, 'path', schema, description ?? `Id: ${name}.`);
  });
  if (metadata.reading) found.push(AS_OF, WAIT_FOR);
  if (isConditional(metadata)) found.push(IF_NONE_MATCH);
  if (metadata.listing) {
    const listing = schemas.ofClass(metadata.listing);
    for (const [name, { description, ...schema }] of Object.entries(listing.properties ?? {})) {
      const listed = schema.type === 'array' ? { style: 'form', explode: false } : {};
      found.push({ ...parameter(name, 'query', schema, description ?? `Filter: ${name}.`, listing.required?.includes(name)), ...listed });
    }
  }
  if (metadata.resumes) found.push(LAST_EVENT_ID);
  if (metadata.acting) found.push(IDEMPOTENCY_KEY, IF_MATCH, ON_BEHALF_OF);
  return found;
}

function bodyOf(pathNames: readonly string[], metadata: RouteMetadata, command: Schema | undefined, schemas: ApiSchemas): object | undefined {
  if (metadata.takesFile) {
    return { required: true, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };
  }
  if (!command || !metadata.command) return undefined;
  const properties = Object.fromEntries(Object.entries(command.properties ?? {}).filter(([name]) => !pathNames.includes(name)));
  const required = (command.required ?? []).filter((name) => !pathNames.includes(name));
  const schema: Schema = { type: 'object', properties, additionalProperties: false, ...(required.length > 0 ? { required } : {}) };
  return {
    required: required.length > 0,
    content: { 'application/json': { schema: schemas.put(metadata.command.name, schema) } },
  };
}

/** What a route says itself, by Nest's decorators, of answers that are no successes. */
const besides = ({ responses }: Operation): Answers =>
  Object.fromEntries(Object.entries(responses).filter(([status]) => !status.startsWith('2')));

/** One set of answers; those of the same status may come in either form. */
function together(...parts: readonly Answers[]): Answers {
  const all: Record<string, ApiAnswer> = {};
  for (const [status, answer] of parts.flatMap(Object.entries<ApiAnswer>)) {
    const before = all[status];
    all[status] = before
      ? {
          description: `${before.description} ${answer.description}`,
          headers: { ...before.headers, ...answer.headers },
          content: { ...before.content, ...answer.content },
        }
      : answer;
  }
  return all;
}

function answersOf(operation: Operation, method: string, metadata: RouteMetadata, schemas: ApiSchemas): Answers {
  const succeeded = Object.keys(operation.responses).find((status) => status.startsWith('2')) ?? (method === 'post' ? '201' : '200');
  const { status = succeeded, mediaType = 'application/json' } = metadata.answers ?? {};
  const schema = metadata.answers ? shapeOf(metadata.answers, schemas) : metadata.acting ? schemas.ref(Acknowledgement) : {};
  const headers = isConditional(metadata) ? READ_HEADERS : metadata.reading || metadata.acting ? POSITION_HEADERS : undefined;
  const answer = { description: metadata.summary ?? 'Done.', ...(headers ? { headers } : {}), content: { [mediaType]: { schema } } };
  return { [status]: answer, ...(isConditional(metadata) ? { 304: { description: 'Nothing has happened since.' } } : {}) };
}

/** Reads that answer by tag; files and streams do not. */
const isConditional = ({ reading, answers }: RouteMetadata): boolean => reading === true && [undefined, 'text/calendar'].includes(answers?.mediaType);

function shapeOf({ of, as }: ResponseShape, schemas: ApiSchemas): Schema {
  const one = schemas.resolved(of);
  if (as === 'list') return { type: 'array', items: one };
  if (as === 'one') return one;
  return {
    type: 'object',
    properties: { rows: { type: 'array', items: one }, next: { type: 'string', description: 'Cursor of the next page; absent on the last.' } },
    required: ['rows'],
  };
}

function problemSources(method: string, pathNames: readonly string[], metadata: RouteMetadata, access: Access | undefined): ProblemSources {
  return {
    access,
    command: metadata.acting === true,
    body: metadata.command !== undefined && method !== 'get',
    file: metadata.takesFile === true,
    reading: metadata.reading === true,
    paging: metadata.listing !== undefined && (metadata.listing === Paging || metadata.listing.prototype instanceof Paging),
    path: pathNames.length > 0,
    rejects: metadata.rejects ?? [],
  };
}
