// Reports each request once to the log and to those that observe requests, when it was answered or its sender has left, except
// those that the server sends to itself.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnsweredRequest, RequestKind } from '../core/answered-request.ts';
import type { Config } from '../core/config.ts';
import { isSelfCheck } from '../core/self-check.ts';
import { shorten } from '../core/shorten.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its reply was taken over, and lasts as long as its reader. */
    isStream: boolean;
    isReported: boolean;
  }
  interface FastifyContextConfig {
    /** In place of its pattern, which another version of the server does not have. */
    countedAs?: string;
  }
}

type Limits = Pick<Config, 'slowRequestMs'>;
type Observer = (answered: AnsweredRequest) => void;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The status of a request whose sender left before its answer began. */
const leftStatus = 499;
const shownMax = 120;
/** Refused requests and those whose sender has left that are kept in a minute: a flood would push everything else out of the log. */
const keptPerMinute = 100;

/** Must be called before any other hook is added: a sender may leave while the first ones run. */
export function reportAnswered(app: FastifyInstance, config: Limits, observers: Observer[]) {
  app.decorateRequest('isStream', false);
  app.decorateRequest('isReported', false);
  const mayKeep = createAllowance();
  const report = (request: FastifyRequest, reply: FastifyReply) => {
    if (request.isReported || isSelfCheck(request.headers)) return;
    request.isReported = true;
    const answered = describe(request, reply);
    logAnswered(request, answered, config, mayKeep);
    for (const observe of observers) observe(answered);
  };
  app.addHook('onResponse', (request, reply, done) => {
    report(request, reply);
    done();
  });
  // The framework reports no answer that its reader has left, as readers leave every stream.
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => report(request, reply));
    done();
  });
}

function createAllowance(): () => boolean {
  let minute = 0;
  let left = 0;
  return () => {
    const current = Math.floor(Date.now() / 60_000);
    if (current !== minute) left = keptPerMinute;
    minute = current;
    left -= 1;
    return left >= 0;
  };
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
    status: reply.raw.headersSent ? reply.statusCode : leftStatus,
    ms,
    bytes: Number(reply.getHeader('content-length')) || null,
    actor: request.identity?.name ?? null,
  };
}

/** One of the methods that routes have, or `other`. */
function methodOf({ method }: FastifyRequest): string {
  return methods.includes(method) ? method : 'other';
}

/** The pattern of its route, `none` for an unknown address. There are as many as routes. */
export function routeOf({ routeOptions: { config, url } }: FastifyRequest): string {
  return config.countedAs ?? url ?? 'none';
}

/** The same route may send a page or a file. */
function kindOf({ isStream, routeOptions }: FastifyRequest, reply: FastifyReply): RequestKind {
  if (isStream) return 'stream';
  const isTransfer = routeOptions.config.isUpload || reply.hasHeader('content-disposition');
  return isTransfer ? 'transfer' : 'request';
}

/** A line with an `event` is kept: of an action, of a request that was left, refused or failed, and of one beyond the threshold.
 *  A stream or a transfer lasts as long as its reader. */
function logAnswered(
  request: FastifyRequest,
  answered: AnsweredRequest,
  { slowRequestMs }: Limits,
  mayKeep: () => boolean,
) {
  const { method, route, status, ms, actor, kind } = answered;
  const { action } = request.routeOptions.config;
  const line = { method, url: request.originalUrl, route, status, ms };
  const keep = (level: 'info' | 'warn', event: string) =>
    request.log[level]({ event, ...line, actor, action: action?.name }, describeAnswer(answered));
  const isRefused = status >= 400 && status < 500;
  if (isRefused && !mayKeep()) request.log.info(line, 'request');
  else if (status >= 500) keep('warn', 'request.failed');
  else if (status === leftStatus) keep('info', 'request.left');
  else if (isRefused) keep('info', 'request.refused');
  else if (action) keep('info', `action.${action.name}`);
  else if (ms >= slowRequestMs && kind === 'request') keep('info', 'request.slow');
  else request.log.info(line, 'request');
}

function describeAnswer({ method, route, address, status, ms }: AnsweredRequest): string {
  const [path = ''] = address.split('?', 1);
  const request = `${method} ${route === 'none' ? `to the unknown address ${shorten(path, shownMax)}` : route}`;
  const after = `after ${ms < 1 ? 'less than 1' : Math.round(ms)} ms`;
  if (status === leftStatus) return `The sender of ${request} left ${after}, before the answer`;
  return `${request} was answered with ${status} ${after}`;
}
