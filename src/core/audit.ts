// The audit log: each row names an actor, an event, a time, a reason, an address and an outcome. Rows are only added; triggers
// refuse anything else, and a chain of hashes shows changes that were made in spite of them.
// The rows of refusals, and of other requests that a client can repeat without end, are limited.
import { parseDetail } from './audit-detail.ts';
import type { Bus } from './bus.ts';
import { openChain } from './db/audit-chain.ts';
import { isBusy } from './db/busy-retry.ts';
import type { Db } from './db/open.ts';
import { AppError } from './errors.ts';
import { systemActor } from './own-actors.ts';
import type { Redactor } from './redaction.ts';
import type { Role } from './role.ts';
import { createRowLimit } from './row-limit.ts';
import { shorten, shortenAll } from './shorten.ts';

/** The person or program behind a request, its role, the address it came from, and the reason it gives. `override`: the reason
 *  of an admin who passes a maintenance window. */
export type Requester = {
  actor: string;
  role: Role;
  peer: string | null;
  requestId: string | null;
  reason: string | null;
  override?: string | null;
};

/** A row without its outcome. */
export type AuditEntry = {
  event: string;
  by: Requester;
  target?: string | null;
  reason?: string | null;
  detail?: Record<string, unknown> | null;
};

/** A change that was made, or was tried and failed. */
type Change = AuditEntry & { outcome: 'ok' | 'failed' };

/** A refusal with its code, such as `not_found`. */
type Refusal = AuditEntry & { code: string; message: string };

/** Whether the trouble of which a row tells is new, lasts, or is over. */
export type Transition = 'first' | 'again' | 'recovered';

/** A row of a target's history. */
export type Trail = { at: string; actor: string; event: string; detail: Record<string, unknown> | null };

export type Audit = ReturnType<typeof createAudit>;
type Emitter = Pick<Bus, 'emit'>;
type OnError = (error: unknown) => void;

/** The server itself, e.g. when it recovers jobs at start. */
export const systemRequester: Requester = {
  actor: systemActor,
  role: 'admin',
  peer: null,
  requestId: null,
  reason: null,
};

const maxTextLength = 200;
/** Texts of callers in `detail` are shortened to this length each, and the whole is dropped above the second. */
const maxDetailText = 1000;
const maxDetailLength = 16_384;
const maxTrailRows = 50;
const maxRequests = 1000;

/** `onError` receives the errors of rows of refusals, which must not hide the refusal itself. */
export function createAudit(ops: Db, now: () => Date, redactor: Redactor, bus: Emitter, onError: OnError) {
  const add = createWriter(ops, now, redactor, bus);
  const newestOf = ops.prepare<[string, number], Omit<Trail, 'detail'> & { detail: string | null }>(`
    SELECT at, actor, event, detail FROM audit WHERE target = ? AND outcome <> 'refused' ORDER BY id DESC LIMIT ?
  `);
  const recent = createRecent();
  const limit = createRowLimit({
    rowsPerMinute: 20,
    now,
    onError,
    write: ({ event, outcome, ...detail }) => add(outcome, { event, by: systemRequester, detail }),
  });

  return {
    /** Whether this request has a row, or is counted; the newest thousand are known. */
    hasRow: (requestId: string) => recent.has(requestId),

    /** Whether this request has a row that says why it did nothing, or is counted; the newest thousand are known. */
    hasRefusal: (requestId: string) => recent.isRefused(requestId),

    /** The newest rows of a target, without refusals, oldest first. */
    trail: (target: string): Trail[] =>
      newestOf
        .all(target, maxTrailRows)
        .map((row) => ({ ...row, detail: row.detail === null ? null : parseDetail(row.detail) }))
        .reverse(),

    /** Adds a row, as part of the open transaction if there is one. */
    record({ outcome, ...entry }: Change) {
      add(outcome, entry);
      recent.add(entry, outcome === 'failed');
    },

    /** Adds a row of an action that a client can repeat without end; counts it instead when its event and `code` have twenty
     *  rows in this minute. */
    recordLimited(code: string, entry: AuditEntry) {
      limit.admit({ event: entry.event, outcome: 'ok', code }, () => add('ok', entry));
      recent.add(entry, false);
    },

    /** Adds a row, or counts the refusal when its event and code have twenty rows in this minute. Not in a transaction that a
     *  refusal rolls back. Throws only while the database is busy. */
    refuse({ code, message, detail, ...entry }: Refusal) {
      try {
        limit.admit({ event: entry.event, outcome: 'refused', code }, () =>
          add('refused', { ...entry, detail: { ...detail, code, message } }),
        );
      } catch (error) {
        if (isBusy(error)) throw error;
        onError(error);
      }
      recent.add(entry, true);
    },

    /** Records what was only counted. */
    close: limit.close,
  };
}

/** Returns a function that adds a row. */
function createWriter(ops: Db, now: () => Date, redactor: Redactor, bus: Emitter) {
  const add = openChain(ops, now);
  let isAnnounced = false;
  return (outcome: 'ok' | 'failed' | 'refused', entry: AuditEntry) => {
    const { event, by, ...texts } = entry;
    const actor = redactor.record(by.actor);
    const { target = null, reason, detail = null } = redactor.recordAll({ reason: by.reason, ...texts });
    add({
      at: now().toISOString(),
      actor: actor.slice(0, maxTextLength).toWellFormed(),
      event,
      target: target?.slice(0, maxTextLength).toWellFormed() ?? null,
      outcome,
      reason: reason ? shorten(reason, maxDetailText).toWellFormed() : null,
      detail: detail && stringify(detail),
      peer: by.peer,
      requestId: by.requestId,
    });
    // After the transaction, once for all rows of this turn of the event loop.
    if (isAnnounced) return;
    isAnnounced = true;
    setImmediate(() => {
      isAnnounced = false;
      bus.emit('audit');
    });
  };
}

/** The newest requests with a row, by their ids, and whether one says why it did nothing. */
function createRecent() {
  const refused = new Map<string, boolean>();
  return {
    has: (id: string) => refused.has(id),
    isRefused: (id: string) => refused.get(id) === true,
    add({ by: { requestId: id } }: AuditEntry, isRefused: boolean) {
      if (id === null) return;
      const [oldest] = refused.keys();
      if (oldest !== undefined && refused.size >= maxRequests) refused.delete(oldest);
      refused.set(id, isRefused || refused.get(id) === true);
    },
  };
}

/** Runs `work`; an AppError that it throws, also later as a promise, leaves the row of a refusal. */
export function auditRefusal<T>(audit: Pick<Audit, 'refuse'>, entry: AuditEntry, work: () => T): T {
  const refuse = (error: unknown): never => {
    if (error instanceof AppError) audit.refuse({ ...entry, code: error.code, message: error.message });
    throw error;
  };
  try {
    const done = work();
    return done instanceof Promise ? (done.catch(refuse) as T) : done;
  } catch (error) {
    return refuse(error);
  }
}

function stringify(detail: Record<string, unknown>): string {
  const text = JSON.stringify(shortenAll(detail, maxDetailText));
  if (text.length <= maxDetailLength) return text;
  const { code, message } = detail;
  return JSON.stringify(shortenAll({ code, message, left_out: text.length }, maxDetailText));
}
