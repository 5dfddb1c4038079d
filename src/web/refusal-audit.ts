// Audits requests that are refused before a verb of the domain, which audits its own refusals, sees them. At most 20 rows a
// minute for each code, so that an attack cannot fill the log.
import type { FastifyRequest } from 'fastify';
import type { Audit } from '../core/audit.ts';
import { requester } from './requester.ts';

const auditedPerMinute = 20;

type Counted = { minute: number; rows: number; suppressed: number };

export function createRefusalAudit(audit: Audit, event: 'gate.refused' | 'request.refused') {
  const counts = new Map<string, Counted>();
  return (request: FastifyRequest, code: string, detail: Record<string, unknown>) => {
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
