// Audits refused requests. The verbs of the domain audit their own refusals; this records those of the guard, and every
// other refusal of a request that would have changed something.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { isSelfCheck } from '../core/self-check.ts';
import { requester } from './requester.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Why it was refused; null unless an error was answered. */
    refusal: AppError | null;
  }
}

const maxMessageLength = 500;
const maxHostLength = 200;
/** Statuses from 500 on that refuse a request; the others are failures of the server. */
const refusingStatuses = [503, 507];

/** Leaves a row for each refused request that would have changed something, whichever route or handler refused it. */
export function auditRefusals(app: FastifyInstance, { audit, log }: Pick<Kernel, 'audit' | 'log'>) {
  app.decorateRequest('refusal', null);
  app.addHook('onSend', async (request, { statusCode }) => {
    if (isSafe(request) || !isRefusal(statusCode) || audit.hasRefusal(request.id)) return;
    if (isSelfCheck(request.headers)) return;
    const { code, message = '' } = request.refusal ?? { code: `http_${statusCode}` };
    try {
      audit.refuse({
        ...entryOf(eventOf(request), request),
        code,
        message: message.slice(0, maxMessageLength),
      });
    } catch (error) {
      log.error({ err: error }, 'a refusal is not in the audit log');
    }
  });
}

/** Records that the guard has refused a request, whether or not it would have changed something; not one of the server's own
 *  checks. */
export function auditGuard({ audit }: Pick<Kernel, 'audit'>, request: FastifyRequest, error: AppError) {
  if (isSelfCheck(request.headers)) return;
  const { code, message } = error;
  const host = String(request.headers.host).slice(0, maxHostLength);
  audit.refuse({ ...entryOf('gate.refused', request), code, message, detail: { host } });
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
