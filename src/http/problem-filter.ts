// Everything thrown behind the edge leaves as a problem.
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { rejectionOf, sendProblem, type OnProblem } from './problem.ts';
import { edgeRejections } from './rejections.ts';

/** Method and path of every route, to tell a wrong method from a wrong path. */
export type Routes = readonly { readonly method: string; readonly pattern: RegExp }[];

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly onProblem: OnProblem,
    private readonly routes: Routes,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (rejectionOf(error)?.name !== 'NoSuchRoute') return sendProblem(error, request, reply, this.onProblem);
    const path = request.url.split('?', 1)[0] as string;
    const methods = this.routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (methods.length > 0) void reply.header('allow', [...new Set(methods)].join(', '));
    sendProblem(methods.length > 0 ? edgeRejections.MethodNotAllowed() : error, request, reply, this.onProblem);
  }
}
