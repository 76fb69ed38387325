// Decorators of command classes that several rooms share: they check the body, and the API's description comes from them.
import { plainToInstance, Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsISO8601, IsObject, IsString, Length, Matches, ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import { INSTANT, instantOf, msOf } from '../kernel/index.ts';

const all =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, property) => {
    for (const decorator of decorators) decorator(target, property);
  };

/** May be left out, but is not null. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** Text for people: not empty, and not of white space alone. */
export const IsText = (most: number): PropertyDecorator =>
  all(IsString(), Length(1, most), Matches(/\S/, { message: '$property must not be blank' }));

/** Instants are compared as texts, which sort by time from the year 0 to the year 9999 in UTC. */
const inOrder = (text: unknown): boolean => typeof text === 'string' && INSTANT.test(text) && /^\d{4}-/.test(instantOf(msOf(text)));

/** An RFC 3339 instant with its offset from UTC, of a day that there is. */
export const IsInstant = (): PropertyDecorator =>
  all(
    IsISO8601({ strict: true }),
    Matches(INSTANT, { message: '$property must be an RFC 3339 instant' }),
    ValidateBy({ name: 'isInOrder', validator: { validate: inOrder, defaultMessage: () => '$property must lie in the years 0 to 9999 in UTC' } }),
  );

/** One object of a class. `ValidateNested` alone would take a list in its place. */
export const Nested = (of: () => new () => object): PropertyDecorator => all(IsObject(), ValidateNested(), Type(of));

type Kinds = Readonly<Record<string, new () => object>>;

/** Which class a property's object is of, as `@Type` takes it; `kinds` is for who describes it. */
export interface TypeOfKind {
  (place: { readonly object: Readonly<Record<string, unknown>>; readonly property: string }): new () => object;
  readonly kinds: Kinds;
}

/** What is of no known kind is checked as this, and refused for that. */
function ofSomeKind(kinds: Kinds): new () => object {
  class OfSomeKind {
    readonly kind!: string;
  }
  IsIn(Object.keys(kinds))(OfSomeKind.prototype, 'kind');
  return OfSomeKind;
}

/** The class that an object says it is of. */
function classOf(value: unknown, kinds: Kinds, none: new () => object): new () => object {
  const kind = (value as { readonly kind?: unknown } | null | undefined)?.kind;
  return typeof kind === 'string' && Object.hasOwn(kinds, kind) ? (kinds[kind] as new () => object) : none;
}

/** One object of one of several classes, told apart by what it says of its `kind`. */
export function OneOf(kinds: Kinds): PropertyDecorator {
  const none = ofSomeKind(kinds);
  const typeOf = ({ object, property }: Parameters<TypeOfKind>[0]): new () => object => classOf(object[property], kinds, none);
  return all(IsObject(), ValidateNested(), Type(Object.assign(typeOf, { kinds }) as never));
}

/** A list of objects of several classes. `Type` knows one class for a whole list: what it leaves plain is made what it is afterwards. */
export function ListOfKinds(kinds: Kinds, most: number): PropertyDecorator {
  const none = ofSomeKind(kinds);
  const made = ({ value }: { readonly value: unknown }): unknown =>
    Array.isArray(value) ? value.map((item: unknown) => plainToInstance(classOf(item, kinds, none), item)) : value;
  return all(
    IsArray(), ArrayMaxSize(most), IsObject({ each: true }), ValidateNested({ each: true }), Type(Object.assign(() => Object, { kinds }) as never), Transform(made),
  );
}

/** A list of objects of a class. */
export const ListOf = (of: () => new () => object, most: number): PropertyDecorator =>
  all(IsArray(), ArrayMaxSize(most), IsObject({ each: true }), ValidateNested({ each: true }), Type(of));
