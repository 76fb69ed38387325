// What the OpenAPI document says of a route beyond what its parameters say.
import type { Column, Columns, FactTable, TemporalTable } from '../runtime/index.ts';
import { describeRoute, type ResponseShape } from './metadata.ts';

/** One line on what the route does, and more where it is needed. */
export const Describes =
  (summary: string, description?: string): MethodDecorator =>
  (target, name) =>
    describeRoute(target, name, { summary, ...(description === undefined ? {} : { description }) });

/** Shape of the 2xx answer. 'page' = `{ rows, next? }`, 'list' = an array. Commands need none: they answer an Acknowledgement. */
export const Answers =
  (of: ResponseShape['of'], as: ResponseShape['as'] = 'one', rest: Pick<ResponseShape, 'status' | 'mediaType'> = {}): MethodDecorator =>
  (target, name) =>
    describeRoute(target, name, { answers: { of, as, ...rest } });

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

function schemaOfColumn(column: Column): object {
  const nullable = column.endsWith('?');
  const schema = SCHEMAS[nullable ? column.slice(0, -1) : column] as { type?: string };
  return nullable && schema.type ? { ...schema, type: [schema.type, 'null'] } : schema;
}

/** JSON schema of a view table's rows, as reads give them. */
export function rowOf<C extends Columns>(table: TemporalTable<C> | FactTable<C>): Record<string, unknown> {
  const properties: Record<string, object> = {};
  for (const [name, column] of Object.entries(table.columns)) properties[name] = schemaOfColumn(column);
  properties['key'] = { type: 'string' };
  properties['since'] = { type: 'integer', minimum: 1, description: 'Position of the event that the row is valid from.' };
  return { type: 'object', properties, required: Object.keys(properties) };
}
