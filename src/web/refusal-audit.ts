// Audits refused requests. The verbs of the domain audit their own refusals; this records those of the guard, and every
// other refusal of a request that would have changed something. At most 20 rows a minute for each code, so that an attack
// cannot fill the log.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Audit } from '../core/audit.ts';
import type { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { requester } from './requester.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Why it was refused; null unless an error was answered. */
    refusal: AppError | null;
  }
}

const auditedPerMinute = 20;
const maxMessageLength = 500;
/** Statuses from 500 on that refuse a request; the others are failures of the server. */
const refusingStatuses = [503, 507];

type Counted = { minute: number; rows: number; suppressed: number };
type Event = 'gate.refused' | 'request.refused';
export type RefusalAudit = ReturnType<typeof createRefusalAudit>;

/** Records a request once. */
export function createRefusalAudit(audit: Audit) {
  const counts = new Map<string, Counted>();
  const recorded = new WeakSet<FastifyRequest>();

  return (event: Event, request: FastifyRequest, code: string, detail: Record<string, unknown>) => {
    if (recorded.has(request) || audit.hasRefusal(request.id)) return;
    recorded.add(request);
    const refused = { event, outcome: 'refused', by: requester(request) } as const;
    const minute = Math.floor(Date.now() / 60_000);
    const counted = counts.get(code) ?? { minute, rows: 0, suppressed: 0 };
    counts.set(code, counted);
    if (minute !== counted.minute) {
      if (counted.suppressed > 0)
        audit.record({ ...refused, detail: { code, suppressed: counted.suppressed } });
      Object.assign(counted, { minute, rows: 0, suppressed: 0 });
    }
    if (counted.rows >= auditedPerMinute) {
      counted.suppressed += 1;
      return;
    }
    counted.rows += 1;
    audit.record({
      ...refused,
      target: `${request.method} ${request.originalUrl}`,
      detail: { code, ...detail },
    });
  };
}

/** Leaves a row for each refused request that would have changed something, whichever route or handler refused it. */
export function auditRefusals(
  app: FastifyInstance,
  { log }: Pick<Kernel, 'log'>,
  auditRefusal: RefusalAudit,
) {
  app.decorateRequest('refusal', null);
  app.addHook('onSend', async (request, { statusCode }) => {
    if (isSafe(request) || !isRefusal(statusCode)) return;
    const { code, message = '' } = request.refusal ?? { code: `http_${statusCode}` };
    try {
      auditRefusal('request.refused', request, code, { message: message.slice(0, maxMessageLength) });
    } catch (error) {
      log.error({ err: error }, 'a refusal is not in the audit log');
    }
  });
}

/** Whether the request changes nothing. */
export function isSafe({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isRefusal(status: number): boolean {
  return (status >= 400 && status < 500) || refusingStatuses.includes(status);
}
