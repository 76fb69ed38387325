// Headers that keep browsers in line, as helmet sets them: worked out once, since they are the same for every answer.
import fastifyHelmet from '@fastify/helmet';
import { fastify, type FastifyInstance } from 'fastify';

/** Answers are data: they load nothing, run nothing and are framed by nobody. */
const POLICY = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } };

/** What says nothing of answers that are no pages. */
const FOR_PAGES_ONLY = {
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} as const;

export async function sendSecurityHeaders(server: FastifyInstance): Promise<void> {
  const model = fastify();
  await model.register(fastifyHelmet, { ...FOR_PAGES_ONLY, contentSecurityPolicy: POLICY });
  model.get('/', (_request, reply) => reply.send());
  const { headers } = await model.inject('/');
  await model.close();
  const own = new Set(['date', 'connection', 'content-length', 'content-type', 'keep-alive']);
  const security = Object.fromEntries(Object.entries(headers).filter(([name]) => !own.has(name)));
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(security);
    done();
  });
}
