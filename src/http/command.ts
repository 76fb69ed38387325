// @Command: body and path parameters as one validated command.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { describeRoute } from './metadata.ts';
import { edgeRejections } from './rejections.ts';
import { checked } from './validation.ts';

const merged = createParamDecorator((_: unknown, context: ExecutionContext): object => {
  const { body, params } = context.switchToHttp().getRequest<FastifyRequest>() as { body: unknown; params: Record<string, string> };
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    throw edgeRejections.MalformedRequest({ problems: [{ property: '', problem: 'the body must be a JSON object' }] });
  }
  for (const name in params) {
    if (body && Object.hasOwn(body, name)) {
      throw edgeRejections.MalformedRequest({ problems: [{ property: name, problem: `${name} is given by the path` }] });
    }
  }
  return { ...(body as object | undefined), ...params };
});

/** The parameter becomes an instance of the class, every property checked, unknown ones refused. */
export const Command =
  <C extends object>(of: new () => C): ParameterDecorator =>
  (target, name, index) => {
    describeRoute(target, name as string, { command: of });
    merged(checked(of))(target, name, index);
  };
