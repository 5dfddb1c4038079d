// Audits refused requests. The verbs of the domain audit their own refusals; this records those of the guard, and every
// other refusal of a request that would have changed something.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Audit } from '../core/audit.ts';
import type { AppError } from '../core/errors.ts';
import { isSelfCheck } from '../core/self-check.ts';
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

/** Leaves a row for each refused request that would have changed something, whichever route or handler refused it. */
export function auditRefusals(app: FastifyInstance, audit: Audit) {
  app.decorateRequest('refusal', null);
  app.addHook('onSend', async (request, { statusCode }) => {
    if (isSafe(request) || !isRefusal(statusCode) || audit.hasRefusal(request.id)) return;
    if (isSelfCheck(request.headers)) return;
    const { code, message = '' } = request.refusal ?? { code: `http_${statusCode}` };
    const entry = entryOf(eventOf(request), request);
    refuseOrLog(audit, request, { ...entry, code, message: message.slice(0, maxMessageLength) });
  });
}

/** Records that the guard has refused a request, whether or not it would have changed something; not one of the server's own
 *  checks. */
export function auditGuard(audit: Refusing, request: FastifyRequest, { code, message }: AppError) {
  if (isSelfCheck(request.headers)) return;
  const host = String(request.headers.host).slice(0, maxHostLength);
  const entry = { ...entryOf('gate.refused', request), code, message, detail: { host } };
  refuseOrLog(audit, request, entry);
}

/** A database that is busy does not change the answer. */
function refuseOrLog(audit: Refusing, { log }: FastifyRequest, entry: Parameters<Audit['refuse']>[0]) {
  try {
    audit.refuse(entry);
  } catch (error) {
    log.error({ err: error }, 'a refusal is not in the audit log');
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

/** Without the query, whose values are not for the audit log. */
function entryOf(event: string, request: FastifyRequest) {
  const [path] = request.originalUrl.split('?', 1);
  return { event, by: requester(request), target: `${request.method} ${path}` };
}

function isRefusal(status: number): boolean {
  return (status >= 400 && status < 500) || refusingStatuses.includes(status);
}
