// The statements that record who did what, when, why, from where, and how it ended, and that read it again. Rows are only
// ever added (triggers refuse the rest).
import type { Db } from './db/open.ts';

type AuditOutcome = 'ok' | 'refused' | 'failed';

/** `by` is the person or program behind a request, `peer` the address it came from. */
export type Requester = { actor: string; peer: string | null; requestId: string | null };

type AuditEntry = {
  event: string;
  outcome: AuditOutcome;
  by: Requester;
  target?: string | null;
  reason?: string | null;
  detail?: Record<string, unknown> | null;
};

/** What people are told of a row. */
export type Trail = { at: string; actor: string; event: string; detail: Record<string, unknown> | null };

export type Audit = ReturnType<typeof createAudit>;

/** The program itself, e.g. when it recovers jobs at start. */
export const systemRequester: Requester = { actor: 'system', peer: null, requestId: null };

const longestText = 200;
const longestTrail = 50;

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
  return {
    /** What was done to a target, oldest first; of a long story the newest part. */
    trail: (target: string): Trail[] =>
      newestOf
        .all(target, longestTrail)
        .map((row) => ({ ...row, detail: row.detail === null ? null : JSON.parse(row.detail) }))
        .reverse(),

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
