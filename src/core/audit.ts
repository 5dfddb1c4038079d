// The audit log: who did what, when, why, from where, with which outcome. Rows are only added; triggers refuse anything else.
import type { Db } from './db/open.ts';
import type { Role } from './role.ts';

type AuditOutcome = 'ok' | 'refused' | 'failed';

/** The person or program behind a request, its role, and the address it came from. */
export type Requester = { actor: string; role: Role; peer: string | null; requestId: string | null };

type AuditEntry = {
  event: string;
  outcome: AuditOutcome;
  by: Requester;
  target?: string | null;
  reason?: string | null;
  detail?: Record<string, unknown> | null;
};

/** A row of a target's history. */
export type Trail = { at: string; actor: string; event: string; detail: Record<string, unknown> | null };

export type Audit = ReturnType<typeof createAudit>;

/** The server itself, e.g. when it recovers jobs at start. */
export const systemRequester: Requester = { actor: 'system', role: 'admin', peer: null, requestId: null };

const maxTextLength = 200;
const maxTrailRows = 50;
const maxRequests = 1000;

export function createAudit(ops: Db, now: () => Date) {
  const insert = ops.prepare(`
    INSERT INTO audit (at, actor, event, target, outcome, reason, detail, peer, request_id)
    VALUES (@at, @actor, @event, @target, @outcome, @reason, @detail, @peer, @requestId)
  `);
  const newestOf = ops.prepare<
    [string, number],
    { at: string; actor: string; event: string; detail: string | null }
  >(`
    SELECT at, actor, event, detail FROM audit WHERE target = ? AND outcome <> 'refused' ORDER BY id DESC LIMIT ?
  `);
  /** The newest requests whose refusal has a row. */
  const refused = new Set<string>();

  return {
    /** Whether a refusal of this request was recorded; the newest thousand are known. */
    hasRefusal: (requestId: string) => refused.has(requestId),

    /** The newest rows of a target, without refusals, oldest first. */
    trail: (target: string): Trail[] =>
      newestOf
        .all(target, maxTrailRows)
        .map((row) => ({ ...row, detail: row.detail === null ? null : JSON.parse(row.detail) }))
        .reverse(),

    /** Adds a row, as part of the open transaction if there is one. */
    record({ event, outcome, by, target = null, reason = null, detail = null }: AuditEntry) {
      insert.run({
        at: now().toISOString(),
        actor: by.actor.slice(0, maxTextLength),
        event,
        target: target?.slice(0, maxTextLength) ?? null,
        outcome,
        reason,
        detail: detail && JSON.stringify(detail),
        peer: by.peer,
        requestId: by.requestId,
      });
      if (outcome === 'refused' && by.requestId !== null) rememberRefusal(by.requestId);
    },
  };

  function rememberRefusal(requestId: string) {
    const [oldest] = refused;
    if (oldest !== undefined && refused.size >= maxRequests) refused.delete(oldest);
    refused.add(requestId);
  }
}
