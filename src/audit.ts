// The statement that records who did what, when, why, from where, and how it ended. Rows are only ever added (triggers
// refuse the rest).
import type { Db } from './db/open.ts';

export type AuditOutcome = 'ok' | 'refused' | 'failed';

/** `by` is the person or program behind a request, `peer` the address it came from. */
export type Requester = { actor: string; peer: string | null; requestId: string | null };

export type AuditEntry = {
  event: string;
  outcome: AuditOutcome;
  by: Requester;
  target?: string | null;
  reason?: string | null;
  detail?: Record<string, unknown> | null;
};

export type Audit = ReturnType<typeof createAudit>;

/** The program itself, e.g. when it recovers jobs at start. */
export const systemRequester: Requester = { actor: 'system', peer: null, requestId: null };

const longestText = 200;

export function createAudit(ops: Db, now: () => Date) {
  const insert = ops.prepare(`
    INSERT INTO audit (at, actor, event, target, outcome, reason, detail, peer, request_id)
    VALUES (@at, @actor, @event, @target, @outcome, @reason, @detail, @peer, @requestId)
  `);
  return {
    /** Adds a row; takes part in the transaction that is open, if there is one. */
    record({ event, outcome, by, target = null, reason = null, detail = null }: AuditEntry) {
      insert.run({
        at: now().toISOString(),
        actor: by.actor.slice(0, longestText),
        event,
        target: target?.slice(0, longestText) ?? null,
        outcome,
        reason,
        detail: detail && JSON.stringify(detail),
        peer: by.peer,
        requestId: by.requestId,
      });
    },
  };
}
