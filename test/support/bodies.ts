// Bodies made from schemas: one that is as its schema asks, and all that differ from it in one place.
import { randomUUID } from 'node:crypto';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly Json[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

type Schemas = Readonly<Record<string, Schema>>;
/** Names of properties and places in lists, from the body inwards. */
type Path = readonly (string | number)[];

/** Texts that the patterns of the API's texts take. */
const SAMPLES = ['Told in words', 'pet-flakes', '12.5', '150102', 'a1'.repeat(32), '2020-06-21T12:00:00Z'];
/** Texts that say more than their schema does. */
const BY_NAME: Readonly<Record<string, string>> = { timeZone: 'Europe/Lisbon', language: 'pt-BR', views: 'material-custody' };

const resolved = (schema: Schema, schemas: Schemas): Schema =>
  schema.$ref === undefined ? schema : resolved(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, schemas);

function text(schema: Schema, name: string): string {
  if (schema.format === 'uuid') return randomUUID();
  const pattern = new RegExp(schema.pattern ?? '', 'u');
  const found = BY_NAME[name] ?? SAMPLES.find((sample) => pattern.test(sample) && sample.length <= (schema.maxLength ?? Infinity));
  if (found === undefined) throw new Error(`no text for ${name} is known that ${schema.pattern} takes`);
  return found;
}

/** A body with everything that the schema names. @throws Error for what it knows no value of */
export function validBody(given: Schema, schemas: Schemas, name = ''): Json {
  const schema = resolved(given, schemas);
  if (schema.enum) return schema.enum[0] as Json;
  // The last alternative is the one that has most to it.
  if (schema.oneOf) return validBody(schema.oneOf.at(-1) as Schema, schemas, name);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, of]) => [key, validBody(of, schemas, key)]));
    case 'array':
      return Array.from({ length: Math.max(1, schema.minItems ?? 1) }, () => validBody(schema.items ?? {}, schemas, name));
    case 'string':
      return text(schema, name);
    case 'integer':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      throw new Error(`${name}: nothing is known of ${JSON.stringify(schema)}`);
  }
}

/** Names that a body's properties must not pass for known by. */
export const INHERITED = Object.getOwnPropertyNames(Object.prototype);

export interface Mutated {
  /** What was done to it. */
  readonly how: string;
  /** The body as it is sent. */
  readonly text: string;
}

/** What takes the place of a value, whatever that is. */
function* inPlaceOf(value: Json, schema: Schema): Generator<[string, Json]> {
  yield* ([null, true, 7, -1, 1.5, '', ' ', 'x', [], [[]], [null], {}, { x: 1 }] as Json[]).map((other): [string, Json] => [JSON.stringify(other), other]);
  yield ['itself in a list', [value]];
  yield ['itself in an object', { value }];
  yield ['itself 3,000 times', Array.from({ length: 3_000 }, () => value)];
  yield ['itself twice', [value, value]];
  yield ['a very long text', 'x'.repeat(100_000)];
  yield ['half a surrogate', '\ud800'];
  yield ['NUL', 'a\u0000b'];
  const { minimum, maximum, maxLength, maxItems } = schema;
  if (minimum !== undefined) yield ['less than the minimum', minimum - 1];
  if (maximum !== undefined) yield* [['more than the maximum', maximum + 1], ['far more than the maximum', 1e300]] as [string, Json][];
  if (maxLength !== undefined) yield ['a text that is too long', 'x'.repeat(maxLength + 1)];
  if (maxItems !== undefined && Array.isArray(value)) {
    const [item = null] = value as readonly Json[];
    yield ['too many items', Array.from({ length: maxItems + 1 }, () => item)];
  }
  if (typeof value === 'string') yield* [['with a line before it', `x\n${value}`], ['with a line after it', `${value}\n`]] as [string, Json][];
}

/** Puts something else in one place of a body; `undefined` takes the place away. */
function replaced(body: Json, path: Path, value: Json | undefined): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const within = (item: Json, at: string | number): Json | undefined => (at === first ? replaced(item, rest, value) : item);
  if (Array.isArray(body)) return (body as readonly Json[]).map(within).filter((item) => item !== undefined);
  const entries = Object.entries(body as Readonly<Record<string, Json>>).map(([key, item]) => [key, within(item, key)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Json] => entry[1] !== undefined));
}

interface Place {
  readonly path: Path;
  readonly value: Json;
  readonly schema: Schema;
}

/** The body itself, and everything in it. */
function* placesIn(value: Json, given: Schema, schemas: Schemas, path: Path = []): Generator<Place> {
  const schema = resolved(given, schemas);
  yield { path, value, schema };
  if (Array.isArray(value)) {
    const items = (schema.items ?? schema.oneOf?.at(-1)?.items) as Schema;
    for (const [i, item] of value.entries()) yield* placesIn(item as Json, items, schemas, [...path, i]);
  } else if (typeof value === 'object' && value !== null) {
    const { properties } = schema.properties ? schema : resolved(schema.oneOf?.at(-1) ?? {}, schemas);
    for (const [key, item] of Object.entries(value)) yield* placesIn(item as Json, properties?.[key] ?? {}, schemas, [...path, key]);
  }
}

/** An object's text with one more property, also of a name that an object cannot be given otherwise. */
const withProperty = (object: Json, name: string): string => {
  const inside = JSON.stringify(object).slice(1, -1);
  return `{${inside}${inside === '' ? '' : ','}${JSON.stringify(name)}:{"x":1}}`;
};

const MARK = '~here~';

/** All bodies that differ from a valid one in one place. */
export function* mutations(body: Json, schema: Schema, schemas: Schemas): Generator<Mutated> {
  for (const { path, value, schema: own } of placesIn(body, schema, schemas)) {
    const where = path.join('.') || 'the body';
    for (const [how, other] of inPlaceOf(value, own)) yield { how: `${where}: ${how}`, text: JSON.stringify(replaced(body, path, other)) };
    if (path.length > 0) yield { how: `${where}: left out`, text: JSON.stringify(replaced(body, path, undefined)) };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    for (const name of ['weather', 'prototype', ...INHERITED]) {
      const marked = JSON.stringify(replaced(body, path, MARK));
      yield { how: `${where}: with ${name}`, text: marked.replace(JSON.stringify(MARK), () => withProperty(value, name)) };
    }
  }
}
