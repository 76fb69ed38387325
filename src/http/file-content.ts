// Files: bodies of any media type, streamed.
import type { Readable } from 'node:stream';
import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { describeRoute } from './metadata.ts';

export interface FileContent {
  /** Essence of the Content-Type, lower case, without parameters. */
  readonly mediaType: string;
  /** The bytes, unread. Bounded by who reads them: `blobs.put(content, limit)`. */
  readonly content: Readable;
}

/** Key in Fastify's route config that lets a body through unparsed. */
export const FILE = 'file';

/** The route takes a file as its body. */
export const TakesFile = (): MethodDecorator =>
  applyDecorators(RouteConfig({ [FILE]: true }), ((target, name) => {
    describeRoute(target, name, { takesFile: true });
  }) as MethodDecorator);

export const FileContent = createParamDecorator((_: unknown, context: ExecutionContext): FileContent => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const mediaType = (request.headers['content-type'] ?? 'application/octet-stream').split(';', 1)[0] as string;
  return { mediaType: mediaType.trim().toLowerCase(), content: (request.body as Readable | undefined) ?? request.raw };
});
