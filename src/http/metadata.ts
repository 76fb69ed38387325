// What decorators say of a route, kept for guards and for the OpenAPI document.
import 'reflect-metadata';

export interface RouteMetadata {
  command?: new () => object;
  acting?: boolean;
  reading?: boolean;
  listing?: new () => object;
  pathIds?: readonly string[];
  summary?: string;
  description?: string;
  answers?: ResponseShape;
  rejects?: readonly string[];
  takesFile?: boolean;
  /** Goes on after `Last-Event-ID`. */
  resumes?: boolean;
}

export interface ResponseShape {
  /** A class with class-validator decorators, a JSON schema, or a media type's plain description. */
  readonly of: (new () => object) | Readonly<Record<string, unknown>>;
  readonly as: 'one' | 'page' | 'list';
  readonly status?: number;
  readonly mediaType?: string;
}

const KEY = 'biolithic:route';

type Handler = (...args: never[]) => unknown;

/** Adds to what is known of a route. `prototype[name]` is the controller's method. */
export function describeRoute(prototype: object, name: string | symbol, more: RouteMetadata): void {
  const handler = (prototype as Record<string | symbol, Handler>)[name] as Handler;
  const before = routeMetadata(handler);
  Reflect.defineMetadata(
    KEY,
    {
      ...before,
      ...more,
      pathIds: [...(before.pathIds ?? []), ...(more.pathIds ?? [])],
      rejects: [...(before.rejects ?? []), ...(more.rejects ?? [])],
    },
    handler,
  );
}

export const routeMetadata = (handler: Handler): RouteMetadata => (Reflect.getMetadata(KEY, handler) as RouteMetadata | undefined) ?? {};
