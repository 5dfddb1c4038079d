// Reports each answered request to the log and to the features that observe requests, except those that the server sends to
// itself.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnsweredRequest, RequestKind } from '../core/answered-request.ts';
import { isSelfCheck } from '../core/self-check.ts';
import type { Mounted } from './feature.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How long a request of this route lasts tells nothing about the server. */
    kind?: RequestKind;
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Must be called before the routes are registered. */
export function reportAnswered(app: FastifyInstance, mounted: Mounted[]) {
  const observers = mounted.flatMap(({ feature, ctx }) => feature.onAnswered?.(ctx) ?? []);
  app.addHook('onResponse', async (request, reply) => {
    const answered = describe(request, reply);
    logAnswered(request, answered);
    if (isSelfCheck(request.headers)) return;
    for (const observe of observers) observe(answered);
  });
}

function describe(request: FastifyRequest, reply: FastifyReply): AnsweredRequest {
  const { config, url } = request.routeOptions;
  const ms = Math.round(reply.elapsedTime * 1000) / 1000;
  return {
    id: request.id,
    at: Date.now() - Math.round(ms),
    method: methods.includes(request.method) ? request.method : 'other',
    route: url ?? 'none',
    kind: config.kind ?? 'request',
    address: request.originalUrl,
    status: reply.statusCode,
    ms,
    actor: request.identity?.name ?? null,
  };
}

function logAnswered(request: FastifyRequest, { status, ms }: AnsweredRequest) {
  request.log.info({ method: request.method, url: request.originalUrl, status, ms }, 'request');
}
