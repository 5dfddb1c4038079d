// Reports each request once to the log and to those that observe requests, when it was answered or its sender has left, except
// those that the server sends to itself.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type AnsweredRequest,
  leftStatus,
  refusingCodes,
  type RequestKind,
} from '../core/answered-request.ts';
import type { Config } from '../core/config.ts';
import { formatNumber } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { createRowLimit } from '../core/row-limit.ts';
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

type Given = Pick<Kernel, 'config' | 'log' | 'now'>;
type Observer = (answered: AnsweredRequest) => void;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

const requestLeft = 'request.left';
const shownMax = 120;
/** Lines of refused requests, and as many of those whose sender has left. */
const keptPerMinute = 100;

/** Must be called before any other hook is added: a sender may leave while the first ones run. */
export function reportAnswered(app: FastifyInstance, { config, log, now }: Given, observers: Observer[]) {
  app.decorateRequest('isStream', false);
  app.decorateRequest('isReported', false);
  const limit = createRowLimit({
    rowsPerMinute: keptPerMinute,
    now,
    write: ({ event, minute, suppressed }) =>
      log.info({ event, minute, suppressed }, describeSuppressed(event, suppressed)),
    onError: (error) => log.error({ err: error }, 'refused requests are not counted in the log'),
  });
  app.addHook('onClose', async () => limit.close());
  const report = (request: FastifyRequest, reply: FastifyReply) => {
    if (request.isReported || isSelfCheck(request.headers)) return;
    request.isReported = true;
    const answered = describe(request, reply);
    logAnswered(request, answered, config, limit);
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
    code: request.refusal?.code ?? null,
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
  { slowRequestMs }: Pick<Config, 'slowRequestMs'>,
  limit: ReturnType<typeof createRowLimit>,
) {
  const { method, route, status, ms, actor, kind } = answered;
  const { action } = request.routeOptions.config;
  const line = { method, url: request.originalUrl, route, status, ms };
  const keep = (level: 'info' | 'warn', event: string, more: object = {}) =>
    request.log[level]({ event, ...line, actor, action: action?.name, ...more }, describeAnswer(answered));
  const refused = refusedEvent(status, request.refusal?.code);
  if (refused) {
    const isKept = limit.admit({ event: refused, outcome: 'refused', code: '' }, () => keep('info', refused));
    if (!isKept) request.log.info(line, 'request');
  } else if (status >= 500) keep('warn', 'request.failed', reasonOf(request));
  else if (action) keep('info', `action.${action.name}`);
  else if (ms >= slowRequestMs && kind === 'request') keep('info', 'request.slow');
  else request.log.info(line, 'request');
}

/** Null unless the request was refused or left. */
function refusedEvent(status: number, code = ''): string | null {
  if (status === leftStatus) return requestLeft;
  return (status >= 400 && status < 500) || refusingCodes.has(code) ? 'request.refused' : null;
}

function describeSuppressed(event: string, count: number): string {
  const requests = event === requestLeft ? 'requests left by their senders' : 'refused requests';
  return `Left out: ${formatNumber(count)} ${requests}. The log keeps ${keptPerMinute} a minute`;
}

/** Why it failed, unless its error has a line of its own. */
function reasonOf({ refusal, isErrorLogged }: FastifyRequest): object {
  return refusal === null || isErrorLogged ? {} : { code: refusal.code, reason: refusal.message };
}

function describeAnswer({ method, route, address, status, ms }: AnsweredRequest): string {
  const [path = ''] = address.split('?', 1);
  const request = `${method} ${route === 'none' ? `to the unknown address ${shorten(path, shownMax)}` : route}`;
  const after = `after ${ms < 1 ? 'less than 1' : Math.round(ms)} ms`;
  if (status === leftStatus) return `The sender of ${request} left ${after}, before the answer`;
  return `${request} was answered with ${status} ${after}`;
}
