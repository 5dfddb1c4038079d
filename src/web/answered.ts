// Reports each answered request to the log and to the features that observe requests, except those that the server sends to
// itself.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnsweredRequest, RequestKind } from '../core/answered-request.ts';
import { isSelfCheck } from '../core/self-check.ts';
import type { Mounted } from './feature.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its reply was taken over, and lasts as long as its reader. */
    isStream: boolean;
  }
  interface FastifyContextConfig {
    /** In place of its pattern, which another version of the server does not have. */
    countedAs?: string;
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Must be called before the routes are registered. */
export function reportAnswered(app: FastifyInstance, mounted: Mounted[]) {
  app.decorateRequest('isStream', false);
  const observers = mounted.flatMap(({ feature, ctx }) => feature.onAnswered?.(ctx) ?? []);
  const report = (request: FastifyRequest, reply: FastifyReply) => {
    const answered = describe(request, reply);
    logAnswered(request, answered);
    if (isSelfCheck(request.headers)) return;
    for (const observe of observers) observe(answered);
  };
  app.addHook('onResponse', async (request, reply) => report(request, reply));
  // The framework reports no answer that its reader has left, as readers leave every stream.
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = reply;
    raw.once('close', () => {
      if (raw.headersSent && !raw.writableFinished) report(request, reply);
    });
  });
}

function describe(request: FastifyRequest, reply: FastifyReply): AnsweredRequest {
  const ms = Math.round(reply.elapsedTime * 1000) / 1000;
  return {
    id: request.id,
    at: Date.now() - Math.round(ms),
    method: methodOf(request),
    route: routeOf(request),
    kind: kindOf(request, reply),
    address: request.originalUrl,
    status: reply.statusCode,
    ms,
    actor: request.identity?.name ?? null,
  };
}

/** One of the methods that routes have, or `other`. */
export function methodOf({ method }: FastifyRequest): string {
  return methods.includes(method) ? method : 'other';
}

/** The pattern of its route, `none` for an unknown address. There are as many as routes. */
export function routeOf({ routeOptions: { config, url } }: FastifyRequest): string {
  return config.countedAs ?? url ?? 'none';
}

/** The same route may send a page or a file. */
export function kindOf({ isStream, routeOptions }: FastifyRequest, reply: FastifyReply): RequestKind {
  if (isStream) return 'stream';
  const isTransfer = routeOptions.config.isUpload || reply.hasHeader('content-disposition');
  return isTransfer ? 'transfer' : 'request';
}

function logAnswered(request: FastifyRequest, { status, ms }: AnsweredRequest) {
  request.log.info({ method: request.method, url: request.originalUrl, status, ms }, 'request');
}
