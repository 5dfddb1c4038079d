// Reports each answered request to the log and to the features that observe requests, except those that the server sends to
// itself.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnsweredRequest, RequestKind } from '../core/answered-request.ts';
import type { Config } from '../core/config.ts';
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

type Limits = Pick<Config, 'slowRequestMs'>;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Must be called before the routes are registered. */
export function reportAnswered(app: FastifyInstance, config: Limits, mounted: Mounted[]) {
  app.decorateRequest('isStream', false);
  const observers = mounted.flatMap(({ feature, ctx }) => feature.onAnswered?.(ctx) ?? []);
  const report = (request: FastifyRequest, reply: FastifyReply) => {
    const answered = describe(request, reply);
    if (isSelfCheck(request.headers)) return;
    logAnswered(request, answered, config);
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
    bytes: Number(reply.getHeader('content-length')) || null,
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

/** A line with an `event` is kept: of an action, of a request that was refused or failed, and of one beyond the threshold. A stream
 *  or a transfer lasts as long as its reader. */
function logAnswered(request: FastifyRequest, answered: AnsweredRequest, { slowRequestMs }: Limits) {
  const { method, route, status, ms, actor, kind } = answered;
  const { action } = request.routeOptions.config;
  const line = { method, url: request.originalUrl, route, status, ms };
  const at = route === 'none' ? 'to an unknown address' : route;
  const text = `${method} ${at} was answered with ${status} after ${Math.round(ms)} ms`;
  if (action) request.log.info({ event: `action.${action.name}`, ...line, actor }, text);
  else if (status >= 500) request.log.warn({ event: 'request.failed', ...line, actor }, text);
  else if (status >= 400) request.log.info({ event: 'request.refused', ...line, actor }, text);
  else if (ms >= slowRequestMs && kind === 'request')
    request.log.info({ event: 'request.slow', ...line, actor }, text);
  else request.log.info(line, 'request');
}
