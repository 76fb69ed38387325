// JSON schemas of classes with class-validator decorators, and of those only that the document names.
import { createRequire } from 'node:module';
import { ValidationTypes } from 'class-validator';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
  readonly [keyword: string]: unknown;
}

const PREFIX = '#/components/schemas/';

/** class-transformer keeps what `@Type` says in a file that its ES module build does not export. */
const { defaultMetadataStorage } = createRequire(import.meta.url)('class-transformer/cjs/storage') as { defaultMetadataStorage: never };

const PRIMITIVES = new Map<unknown, string>([[String, 'string'], [Number, 'number'], [Boolean, 'boolean']]);

/** Of a validator that JSON Schema has no words for: its property's type. What more there is to say, `@JSONSchema` says. */
function ofPropertyType({ target, propertyName }: { readonly target: string | Function; readonly propertyName: string }): Schema {
  if (typeof target !== 'function') return {};
  const type = PRIMITIVES.get(Reflect.getMetadata('design:type', target.prototype as object, propertyName));
  return type === undefined ? {} : { type };
}

export class ApiSchemas {
  private readonly known = validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: PREFIX,
    additionalConverters: { [ValidationTypes.CUSTOM_VALIDATION]: ofPropertyType as never },
  }) as Record<string, object> as Record<string, Schema>;
  private readonly components = new Map<string, Schema>();

  /** Schema of a class as it was declared; a class without decorated properties is an object without properties. */
  ofClass(of: new () => object): Schema {
    const schema = closed(this.known[of.name] ?? { type: 'object', properties: {} });
    this.collect(schema);
    return schema;
  }

  /** Reference to a class's schema among the components. */
  ref(of: abstract new (...args: never[]) => object): Schema {
    return this.named(of.name, this.ofClass(of as new () => object));
  }

  /** Puts a schema among the components. @throws Error when another one has the name: a bug */
  named(name: string, schema: Schema): Schema {
    const before = this.components.get(name);
    if (before && JSON.stringify(before) !== JSON.stringify(schema)) throw new Error(`two schemas are named ${name}`);
    this.components.set(name, schema);
    this.collect(schema);
    return { $ref: PREFIX + name };
  }

  used(): Record<string, Schema> {
    return Object.fromEntries([...this.components].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Adds what a schema refers to. */
  private collect(schema: unknown): void {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [keyword, value] of Object.entries(schema)) {
      if (keyword !== '$ref') this.collect(value);
      else if (typeof value === 'string' && value.startsWith(PREFIX)) this.component(value.slice(PREFIX.length));
    }
  }

  private component(name: string): void {
    if (this.components.has(name)) return;
    const schema = this.known[name];
    if (!schema) throw new Error(`nothing describes ${name}`);
    this.components.set(name, closed(schema));
    this.collect(schema);
  }
}

/** Unknown properties are refused, and the schema says so. */
const closed = (schema: Schema): Schema => ({ ...schema, additionalProperties: false });
