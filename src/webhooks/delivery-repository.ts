// Deliveries in ops.db as the server queues and sends them: none of these writes is synced, since after a power cut the audit log
// is read again from the cursor, and an attempt is repeated with the same id.
import { type Db, prepareAll, withoutSync } from '../core/db/open.ts';
import { type Attempt, type Delivery, testType, type Verdict } from './delivery.ts';

export type NewDelivery = Pick<Delivery, 'webhook' | 'audit_id' | 'event' | 'target'> & { body: string };

/** A delivery that is to be tried. */
export type DueDelivery = Pick<Delivery, 'id' | 'webhook' | 'audit_id' | 'event' | 'attempts'> & {
  body: string;
  url: string;
};

/** `webhooks`: those that get no further one now. `ids`: deliveries that are being sent. */
export type Excluded = { webhooks: string[]; ids: number[] };

export type DeliveryRepository = ReturnType<typeof createDeliveryRepository>;

const isWaiting = `status IN ('pending', 'retrying')`;
const isFree = `webhook NOT IN (SELECT value FROM json_each(@webhooks))
  AND delivery.id NOT IN (SELECT value FROM json_each(@ids)) AND (is_on = 1 OR event = '${testType}')`;

const sql = {
  add: `
    INSERT OR IGNORE INTO webhook_delivery (webhook, audit_id, event, target, body, status, created_at, next_at)
    VALUES (@webhook, @audit_id, @event, @target, @body, 'pending', @at, @at) RETURNING id
  `,
  nextDue: `
    SELECT delivery.id, webhook, audit_id, event, attempts, body, url
    FROM webhook_delivery AS delivery CROSS JOIN webhook ON name = webhook
    WHERE next_at <= @at AND ${isFree} ORDER BY next_at, delivery.id LIMIT 1
  `,
  nextAt: `
    SELECT next_at FROM webhook_delivery AS delivery CROSS JOIN webhook ON name = webhook
    WHERE next_at IS NOT NULL AND ${isFree} ORDER BY next_at LIMIT 1
  `,
  addAttempt: `
    INSERT INTO webhook_attempt (delivery, webhook, n, at, ms, status, error, response, by)
    SELECT id, webhook, attempts + 1, @at, @ms, @status, @error, @response, @by FROM webhook_delivery WHERE id = @id
    RETURNING n
  `,
  settle: `
    UPDATE webhook_delivery SET attempts = attempts + 1, status = @status, next_at = @nextAt, ended_at = @endedAt
    WHERE id = @id
  `,
  waitingOf: `
    SELECT id FROM webhook_delivery WHERE webhook = ? AND ${isWaiting} AND event <> '${testType}' LIMIT ?
  `,
  giveUp: `
    UPDATE webhook_delivery SET attempts = attempts + 1, status = 'failed', next_at = NULL, ended_at = @at
    WHERE id = @id
  `,
  makeDue: `
    UPDATE webhook_delivery SET status = iif(attempts = 0, 'pending', 'retrying'), next_at = @at, ended_at = NULL
    WHERE id = @id
  `,
};

export function createDeliveryRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const excluded = ({ webhooks, ids }: Excluded) => ({
    webhooks: JSON.stringify(webhooks),
    ids: JSON.stringify(ids),
  });

  return {
    /** Commits before anything else happens, and is not synced. */
    write: <T>(work: () => T): T => withoutSync(ops, ops.transaction(work).immediate),

    /** Part of a transaction. Returns the id; null when the webhook has that event already. */
    add(delivery: NewDelivery, at: string): number | null {
      return ((statements.add.get({ ...delivery, at }) as { id: number } | undefined)?.id ?? null) as
        | number
        | null;
    },

    /** The delivery that has been due longest. */
    nextDue: (at: string, without: Excluded) =>
      statements.nextDue.get({ at, ...excluded(without) }) as DueDelivery | undefined,

    /** When the next one is due, also in the past; null if none waits. */
    nextAt: (without: Excluded): string | null =>
      (statements.nextAt.get(excluded(without)) as { next_at: string } | undefined)?.next_at ?? null,

    /** Part of a transaction. Returns the number of the attempt; null for a delivery that was removed meanwhile. */
    addAttempt(id: number, attempt: Omit<Attempt, 'n'>, { status, nextAt }: Verdict, endedAt: string) {
      const added = statements.addAttempt.get({ id, ...attempt }) as { n: number } | undefined;
      if (!added) return null;
      statements.settle.run({ id, status, nextAt, endedAt: nextAt === null ? endedAt : null });
      return added.n;
    },

    /** Ends up to `limit` waiting deliveries of a webhook, except tests; returns how many. Part of a transaction. */
    giveUpWaiting(name: string, error: string, at: string, limit: number): number {
      const rows = statements.waitingOf.all(name, limit) as { id: number }[];
      for (const { id } of rows) {
        statements.addAttempt.get({ id, at, ms: 0, status: null, error, response: null, by: null });
        statements.giveUp.run({ id, at });
      }
      return rows.length;
    },

    /** Part of a transaction. Keeps its attempts. */
    makeDue: (id: number, at: string) => void statements.makeDue.run({ id, at }),
  };
}
