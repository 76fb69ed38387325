// What the OpenAPI document says of a route beyond what its parameters say. In a schema, a class with class-validator decorators stands
// for its own.
import type { Column, Columns, FactTable, TemporalTable } from '../runtime/index.ts';
import { describeRoute, type ResponseShape } from './metadata.ts';

/** One line on what the route does, and more where it is needed. */
export const Describes =
  (summary: string, description?: string): MethodDecorator =>
  (target, name) =>
    describeRoute(target, name, { summary, ...(description === undefined ? {} : { description }) });

/**
 * Shape of the 2xx answer. 'page' = `{ rows, next? }`, 'list' = an array. Commands need none where they answer a plain Acknowledgement.
 * What a route answers besides, other than problems, Nest's own `@ApiResponse` says.
 */
export const Answers =
  (
    of: ResponseShape['of'] | (abstract new (...args: never[]) => object),
    as: ResponseShape['as'] = 'one',
    rest: Pick<ResponseShape, 'status' | 'mediaType'> = {},
  ): MethodDecorator =>
  (target, name) =>
    describeRoute(target, name, { answers: { of: of as ResponseShape['of'], as, ...rest } });

/** Names of rejections that the route may answer with, beyond the edge's own. */
export const Rejects =
  (...names: readonly string[]): MethodDecorator =>
  (target, name) =>
    describeRoute(target, name, { rejects: names });

/** The route goes on after the `Last-Event-ID` header. */
export const Resumes = (): MethodDecorator => (target, name) => describeRoute(target, name, { resumes: true });

const SCHEMAS: Record<string, object> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  instant: { type: 'string', format: 'date-time' },
  json: {},
};

type Words = Readonly<Record<string, unknown>>;

function orNull(schema: object): object {
  if (typeof schema === 'function') return { anyOf: [schema, { type: 'null' }] };
  const { type, enum: listed } = schema as { readonly type?: string; readonly enum?: readonly unknown[] };
  if (type === undefined) return { anyOf: [schema, { type: 'null' }] };
  return { ...schema, type: [type, 'null'], ...(listed ? { enum: [...listed, null] } : {}) };
}

/** What the column's type says, and what is said of it besides. */
function schemaOfColumn(column: Column, said: object = {}): object {
  const nullable = column.endsWith('?');
  const schema = typeof said === 'function' ? said : { ...SCHEMAS[nullable ? column.slice(0, -1) : column], ...said };
  return nullable ? orNull(schema) : schema;
}

/**
 * JSON schema of a view table's rows, as reads give them. `columns` says what their types leave open: which texts a column knows, what is
 * in its JSON. `more` has the properties that a read adds to each row.
 */
export function rowOf<C extends Columns>(
  table: TemporalTable<C> | FactTable<C>,
  columns: { readonly [K in keyof C | 'key']?: object } = {},
  more: Words = {},
): Record<string, unknown> {
  const said: Readonly<Record<string, object | undefined>> = columns;
  const properties: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(table.columns)) properties[name] = schemaOfColumn(column, said[name]);
  properties['key'] = schemaOfColumn('text', said['key']);
  properties['since'] = { type: 'integer', minimum: 1, description: 'Position of the event that the row is valid from.' };
  Object.assign(properties, more);
  return { type: 'object', properties, required: Object.keys(properties) };
}

/** JSON schema of an object with the properties of `T`, all of them required but those in `O`. */
export const objectOf = <T, O extends keyof T = never>(properties: Readonly<Record<Exclude<keyof T, O>, object>>, optional?: Readonly<Record<O, object>>) =>
  ({ type: 'object', properties: { ...properties, ...optional }, required: Object.keys(properties) });
