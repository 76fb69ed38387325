// Which problems a route may answer with, for the OpenAPI document.
import { declaredRejections } from '../kernel/index.ts';
import type { Access } from './access.ts';
import type { ApiSchemas, Schema } from './api-schemas.ts';

export interface ProblemSources {
  readonly access: Access | undefined;
  readonly command: boolean;
  readonly body: boolean;
  readonly file: boolean;
  readonly reading: boolean;
  readonly paging: boolean;
  readonly path: boolean;
  /** What the route itself declares. */
  readonly rejects: readonly string[];
}

const ALWAYS = ['MalformedRequest', 'InvalidToken', 'NotRepresentative', 'TooManyRequests', 'TooSlow', 'HeadersTooLarge', 'Unavailable', 'IssuerUnavailable'];
const COMMAND = [
  'IdempotencyKeyRequired',
  'InvalidIdempotencyKey',
  'InvalidPrecondition',
  'IdempotencyKeyReused',
  'NothingToDo',
  'StreamChanged',
  'CommandTooLarge',
  'TooMuchContention',
  'LogUnavailable',
  'OutcomeUnknown',
  'ClockUntrusted',
  'ShuttingDown',
];
const BODY = ['NotJson', 'NestedTooDeeply', 'ListTooLong', 'TooLarge', 'UnsupportedMediaType'];
const READING = ['InvalidAsOf', 'InvalidWaitFor', 'InstantInFuture', 'PositionBeyondHead', 'ViewLagging'];

const BY_ACCESS: Record<Access['to'], readonly string[]> = {
  public: [],
  identified: ['TokenRequired'],
  linked: ['TokenRequired', 'NotLinked'],
  operator: ['TokenRequired', 'OperatorOnly'],
  roles: ['TokenRequired', 'RoleRequired'],
};

/** What no rule refuses: the service's own fault. */
const FAULT = { status: 500, name: 'InternalError', description: '`InternalError`: the service failed.' };

const PROBLEM: Schema = {
  type: 'object',
  description: 'A refusal (RFC 9457).',
  properties: {
    type: { type: 'string', description: '`urn:biolithic:rejection:` and the name.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'Names the request in the service\'s own log.' },
    name: { type: 'string', description: 'Name of the rejection.' },
    rule: { type: 'string', description: 'The rule that the refusal rests on.' },
    details: { type: 'object', description: 'Facts of the case.' },
    position: { type: 'integer', minimum: 1, description: 'Where the refusal is on record, if it is: to read the record, `waitFor` it.' },
  },
  required: ['type', 'title', 'status', 'detail', 'instance', 'name', 'rule', 'details'],
};

export interface ProblemResponse {
  readonly description: string;
  readonly headers?: object;
  readonly content: object;
}

/** Responses by status. @throws Error for a name that no room declares: a bug */
export function problemResponses(sources: ProblemSources, schemas: ApiSchemas): Record<string, ProblemResponse> {
  const names = new Set([
    ...ALWAYS,
    ...(sources.access ? BY_ACCESS[sources.access.to] : ['RefusedToAll']),
    ...(sources.command ? COMMAND : []),
    ...(sources.body ? BODY : []),
    ...(sources.file ? ['TooLarge', 'UnsupportedMediaType'] : []),
    ...(sources.reading ? READING : []),
    ...(sources.paging ? ['InvalidCursor'] : []),
    ...(sources.path && !sources.command ? ['NotFound'] : []),
    ...sources.rejects,
  ]);
  const declared = declaredRejections();
  const byStatus = new Map<number, string[]>();
  for (const name of names) {
    const [status] = declared.get(name) ?? [];
    if (status === undefined) throw new Error(`no rejection is named ${name}`);
    byStatus.set(status, [...(byStatus.get(status) ?? []), name]);
  }
  const problem = schemas.put('Problem', PROBLEM);
  const contentOf = (ofStatus: readonly string[]): object => ({
    'application/problem+json': { schema: { allOf: [problem, { properties: { name: { enum: ofStatus } } }] } },
  });
  const responses: Record<string, ProblemResponse> = { [FAULT.status]: { description: FAULT.description, content: contentOf([FAULT.name]) } };
  for (const [status, ofStatus] of byStatus) {
    responses[status] = {
      description: ofStatus.map((name) => `\`${name}\`: ${(declared.get(name) as readonly [number, string, string])[1]}.`).join(' '),
      ...(status === 503 || status === 429 ? { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' } } } : {}),
      content: contentOf(ofStatus),
    };
  }
  return responses;
}
