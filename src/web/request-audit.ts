// Audits requests that would have changed something and have no row from the domain: refused ones, and those of actions that
// found nothing to change. Records the refusals of the guard, too.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Audit } from '../core/audit.ts';
import type { AppError } from '../core/errors.ts';
import { isSelfCheck } from '../core/self-check.ts';
import { logError } from './log-error.ts';
import { requester } from './requester.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Why it was refused; null unless an error was answered. */
    refusal: AppError | null;
  }
}

type Refusing = Pick<Audit, 'refuse'>;

const maxMessageLength = 500;
const maxHostLength = 200;
/** Statuses from 500 on that refuse a request; the others are failures of the server. */
const refusingStatuses = [503, 507];

/** Leaves a row for each request to a route with an action, and for each refused one, unless the domain has recorded it. */
export function auditRequests(app: FastifyInstance, audit: Audit) {
  app.decorateRequest('refusal', null);
  app.addHook('onSend', async (request, { statusCode }) => {
    if (isSafe(request) || isSelfCheck(request.headers)) return;
    if (isRefusal(statusCode)) recordRefusal(audit, request, statusCode);
    else if (statusCode < 400) recordUnchanged(audit, request);
  });
}

function recordRefusal(audit: Audit, request: FastifyRequest, statusCode: number) {
  if (audit.hasRefusal(request.id)) return;
  const { code, message = '' } = request.refusal ?? { code: `http_${statusCode}` };
  const entry = ofAction(eventOf(request), request);
  orLog(request, () => audit.refuse({ ...entry, code, message: message.slice(0, maxMessageLength) }));
}

/** A domain records what it changes. An action that ran without a row has found nothing to change. */
function recordUnchanged(audit: Audit, request: FastifyRequest) {
  const { action } = request.routeOptions.config;
  if (!action || action.changes === 'browser' || audit.hasRow(request.id)) return;
  const entry = ofAction(action.name, request, { changed: false });
  orLog(request, () => audit.recordLimited('unchanged', entry));
}

/** Records that the guard has refused a request, whether or not it would have changed something; not one of the server's own
 *  checks. */
export function auditGuard(audit: Refusing, request: FastifyRequest, { code, message }: AppError) {
  if (isSelfCheck(request.headers)) return;
  const host = String(request.headers.host).slice(0, maxHostLength);
  const entry = {
    event: 'gate.refused',
    by: requester(request),
    target: addressOf(request),
    code,
    message,
    detail: { host },
  };
  orLog(request, () => audit.refuse(entry));
}

/** A database that is busy does not change the answer. */
function orLog(request: FastifyRequest, record: () => void) {
  try {
    record();
  } catch (error) {
    logError(request, error, 'a request is not in the audit log');
  }
}

/** Whether the request changes nothing. */
export function isSafe({ method }: Pick<FastifyRequest, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The event of the action that was refused; another one where there is no such route. */
function eventOf({ routeOptions }: FastifyRequest): string {
  const { action } = routeOptions.config;
  return action ? (action.refused ?? action.name) : 'request.refused';
}

/** The target is that of the domain's rows, if the action declares it. */
function ofAction(event: string, request: FastifyRequest, detail: Record<string, unknown> = {}) {
  const [by, address] = [requester(request), addressOf(request)];
  const target = targetOf(request);
  if (target === null) return { event, by, target: address, detail };
  return { event, by, target, detail: { ...detail, request: address } };
}

function targetOf({ routeOptions, params }: FastifyRequest): string | null {
  const { target = null } = routeOptions.config.action ?? {};
  if (typeof target !== 'function') return target;
  const named = Object.values(params as Record<string, unknown>).map(String);
  return named.length === 0 ? null : target(...named);
}

/** Without the query, whose values are not for the audit log. */
function addressOf({ method, originalUrl }: FastifyRequest): string {
  return `${method} ${originalUrl.split('?', 1)[0]}`;
}

function isRefusal(status: number): boolean {
  return (status >= 400 && status < 500) || refusingStatuses.includes(status);
}
