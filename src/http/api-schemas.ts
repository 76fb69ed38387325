// JSON schemas of classes with class-validator decorators, and of those only that the document names.
import { createRequire } from 'node:module';
import { IS_ISO8601, ValidationTypes } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import type { TypeOfKind } from '../validation/index.ts';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
  readonly [keyword: string]: unknown;
}

type Class = abstract new (...args: never[]) => object;

interface Property {
  readonly target: string | Function;
  readonly propertyName: string;
}

interface TypeStorage {
  findTypeMetadata(target: Property['target'], propertyName: string): { readonly typeFunction: (() => Class) | TypeOfKind } | undefined;
}

const PREFIX = '#/components/schemas/';

/** class-transformer keeps what `@Type` says in a file that its ES module build does not export. */
const { defaultMetadataStorage: types } = createRequire(import.meta.url)('class-transformer/cjs/storage') as { defaultMetadataStorage: TypeStorage };

const PRIMITIVES = new Map<unknown, string>([[String, 'string'], [Number, 'number'], [Boolean, 'boolean']]);

/** Of a validator that JSON Schema has no words for: its property's type. What more there is to say, `@JSONSchema` says. */
function ofPropertyType({ target, propertyName }: Property): Schema {
  if (typeof target !== 'function') return {};
  const type = PRIMITIVES.get(Reflect.getMetadata('design:type', target.prototype as object, propertyName));
  return type === undefined ? {} : { type };
}

export class ApiSchemas {
  private readonly components = new Map<string, Schema>();
  /** Names that schemas refer to, and the classes that they are of. */
  private readonly named = new Set<string>();
  private readonly inside = new Map<string, Class>();

  /** Schema of a class as it was declared; a class without decorated properties is an object without properties. */
  ofClass(of: Class): Schema {
    const { type = 'object', properties = {}, ...rest } = targetConstructorToSchema(of as never, {
      classTransformerMetadataStorage: types as never,
      additionalConverters: {
        [ValidationTypes.CUSTOM_VALIDATION]: ofPropertyType as never,
        [ValidationTypes.NESTED_VALIDATION]: ((property: Property) => this.ofNested(property)) as never,
        // Wherever it is asked for here, it is an instant.
        [IS_ISO8601]: { type: 'string', format: 'date-time' },
      },
    }) as object as Schema;
    // Unknown properties are refused, and the schema says so.
    const schema = { type, properties, ...rest, additionalProperties: false };
    this.collect(schema);
    return schema;
  }

  /** Reference to a class's schema among the components. */
  ref(of: Class): Schema {
    return this.put(of.name, this.ofClass(of));
  }

  /** A schema with references in the place of the classes in it. */
  resolved(schema: unknown): Schema {
    const resolved = this.withoutClasses(schema) as Schema;
    this.collect(resolved);
    return resolved;
  }

  /** Puts a schema among the components. @throws Error when another one has the name: a bug */
  put(name: string, schema: Schema): Schema {
    const before = this.components.get(name);
    if (before && JSON.stringify(before) !== JSON.stringify(schema)) throw new Error(`two schemas are named ${name}`);
    this.components.set(name, schema);
    this.collect(schema);
    return { $ref: PREFIX + name };
  }

  /** All that has been referred to. @throws Error for a reference to nothing: a bug */
  used(): Record<string, Schema> {
    // What is put refers to more, which the loop comes to in its turn.
    for (const name of this.named) {
      if (this.components.has(name)) continue;
      const of = this.inside.get(name);
      if (!of) throw new Error(`nothing describes ${name}`);
      this.ref(of);
    }
    return Object.fromEntries([...this.components].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  private ofNested({ target, propertyName }: Property): Schema {
    const metadata = types.findTypeMetadata(target, propertyName);
    if (!metadata) throw new Error(`${propertyName} does not say of which class it is`);
    const { typeFunction } = metadata;
    if (!('kinds' in typeFunction)) return this.inner(typeFunction());
    const kinds = Object.entries(typeFunction.kinds).map(([kind, of]) => [kind, this.inner(of)] as const);
    const mapping = Object.fromEntries(kinds.map(([kind, { $ref }]) => [kind, $ref]));
    return { oneOf: kinds.map(([, of]) => of), discriminator: { propertyName: 'kind', mapping } };
  }

  private inner(of: Class): Schema {
    const other = this.inside.get(of.name);
    if (other && other !== of) throw new Error(`two classes are named ${of.name}`);
    this.inside.set(of.name, of);
    return { $ref: PREFIX + of.name };
  }

  private withoutClasses(value: unknown): unknown {
    if (typeof value === 'function') return this.ref(value as Class);
    if (Array.isArray(value)) return value.map((item) => this.withoutClasses(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([keyword, inside]) => [keyword, this.withoutClasses(inside)]));
  }

  /** Remembers what a schema refers to. */
  private collect(schema: unknown): void {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword !== '$ref') this.collect(value);
      else if (typeof value === 'string' && value.startsWith(PREFIX)) this.named.add(value.slice(PREFIX.length));
    }
  }
}
