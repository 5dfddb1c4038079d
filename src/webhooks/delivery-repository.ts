// Deliveries in ops.db as the server queues and sends them: none of these writes is synced, since after a power cut the audit log
// is read again from the cursor, and an attempt is repeated with the same id.
import { type Db, prepareAll, withoutSync } from '../core/db/open.ts';
import { type Attempt, type Delivery, eventIdColumn, testType, type Verdict } from './delivery.ts';

export type NewDelivery = Pick<Delivery, 'webhook' | 'audit_id' | 'event' | 'target'> & { body: string };

/** A delivery that is to be tried. */
export type DueDelivery = Pick<Delivery, 'id' | 'webhook' | 'event_id' | 'event' | 'attempts'> & {
  body: string;
  url: string;
  /** Null for an automatic attempt. */
  asked_by: string | null;
};

/** The times of the next attempts of a webhook, the first and the last; null if none waits. */
export type WaitingOf = { name: string; isFailing: boolean; first: string | null; last: string | null };

/** Up to `at` a delivery is due. One that waits beyond `far` was queued before the clock was set back, and is due, too. */
export type DueTimes = { at: string; far: string };

export type DeliveryRepository = ReturnType<typeof createDeliveryRepository>;

const isFree = `webhook = name AND delivery.id NOT IN (SELECT value FROM json_each(@ids))
  AND (is_on = 1 OR event = '${testType}')`;
const nextAt = (order: 'ASC' | 'DESC') => `
  SELECT next_at FROM webhook_delivery AS delivery INDEXED BY webhook_delivery_due
  WHERE next_at IS NOT NULL AND ${isFree} ORDER BY next_at ${order} LIMIT 1
`;
const due = `SELECT delivery.id, webhook, ${eventIdColumn}, event, attempts, body, url, asked_by FROM`;
const dueOf = (times: string, order: string) => `
  ${due} webhook CROSS JOIN webhook_delivery AS delivery INDEXED BY webhook_delivery_due
  WHERE name = @name AND ${times} AND ${isFree} ORDER BY ${order} LIMIT 1
`;
/** One that has arrived once stays delivered, whatever a replay meets. */
const unlessDelivered = (status: string) => `iif(status = 'delivered', status, ${status})`;

const sql = {
  add: `
    INSERT OR IGNORE INTO webhook_delivery (webhook, audit_id, event, target, body, status, created_at, next_at, asked_by)
    VALUES (@webhook, @audit_id, @event, @target, @body, 'pending', @at, @at, @by) RETURNING id
  `,
  waiting: `
    SELECT name, failing_since IS NOT NULL AS isFailing, (${nextAt('ASC')}) AS first, (${nextAt('DESC')}) AS last FROM webhook
  `,
  due: dueOf('next_at <= @at', 'next_at, delivery.id'),
  farAway: dueOf('next_at > @far', 'next_at DESC'),
  dueById: `${due} webhook_delivery AS delivery JOIN webhook ON name = webhook WHERE delivery.id = ? AND next_at IS NOT NULL`,
  addAttempt: `
    INSERT INTO webhook_attempt (delivery, webhook, n, at, ms, status, error, response, by)
    SELECT id, webhook, attempts + 1, @at, @ms, @status, @error, @response, @by FROM webhook_delivery WHERE id = @id
    RETURNING n
  `,
  settle: `
    UPDATE webhook_delivery SET attempts = attempts + 1, status = ${unlessDelivered('@status')}, next_at = @nextAt,
      ended_at = iif(status = 'delivered' AND @status <> 'delivered', ended_at, @endedAt), asked_by = NULL
    WHERE id = @id
  `,
  waitingOf: `
    SELECT id FROM webhook_delivery INDEXED BY webhook_delivery_due
    WHERE webhook = ? AND next_at IS NOT NULL AND event <> '${testType}' LIMIT ?
  `,
  giveUp: `
    UPDATE webhook_delivery SET attempts = attempts + 1, status = ${unlessDelivered(`'failed'`)}, next_at = NULL,
      ended_at = iif(status = 'delivered', ended_at, @at), asked_by = NULL
    WHERE id = @id
  `,
  makeDue: `
    UPDATE webhook_delivery SET status = ${unlessDelivered(`iif(attempts = 0, 'pending', 'retrying')`)}, next_at = @at,
      ended_at = iif(status = 'delivered', ended_at, NULL), asked_by = @by
    WHERE id = @id
  `,
};

export function createDeliveryRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const listed = (ids: number[]) => JSON.stringify(ids);

  return {
    /** Commits before anything else happens, and is not synced. */
    write: <T>(work: () => T): T => withoutSync(ops, ops.transaction(work).immediate),

    /** Part of a transaction. `by`: the person who asks for it. Returns the id; null when the webhook has that event already. */
    add(delivery: NewDelivery, at: string, by: string | null = null): number | null {
      return (statements.add.get({ ...delivery, at, by }) as { id: number } | undefined)?.id ?? null;
    },

    /** The due times of all webhooks, without the deliveries `ids`, which are being sent. */
    waiting(ids: number[]): WaitingOf[] {
      const rows = statements.waiting.all({ ids: listed(ids) }) as (Omit<WaitingOf, 'isFailing'> & {
        isFailing: 0 | 1;
      })[];
      return rows.map((row) => ({ ...row, isFailing: row.isFailing === 1 }));
    },

    /** The delivery of a webhook that has been due longest. */
    nextDue(name: string, times: DueTimes, ids: number[]) {
      const values = { name, ids: listed(ids) };
      const found = statements.due.get({ ...values, at: times.at });
      return (found ?? statements.farAway.get({ ...values, far: times.far })) as DueDelivery | undefined;
    },

    /** A delivery that waits, whenever it is due. */
    dueById: (id: number) => statements.dueById.get(id) as DueDelivery | undefined,

    /** Part of a transaction. Returns the number of the attempt; null for a delivery that was removed meanwhile. */
    addAttempt(id: number, attempt: Omit<Attempt, 'n'>, { status, nextAt }: Verdict, endedAt: string) {
      const added = statements.addAttempt.get({ id, ...attempt }) as { n: number } | undefined;
      if (!added) return null;
      statements.settle.run({ id, status, nextAt, endedAt: nextAt === null ? endedAt : null });
      return added.n;
    },

    /** Ends up to `limit` waiting deliveries of a webhook, except tests and those that `isSending`. Part of a transaction. Returns
     *  how many have ended, and whether some are left that are being sent. */
    giveUpWaiting(
      name: string,
      error: string,
      at: string,
      limit: number,
      isSending: (id: number) => boolean,
    ) {
      const rows = statements.waitingOf.all(name, limit) as { id: number }[];
      const free = rows.filter(({ id }) => !isSending(id));
      for (const { id } of free) {
        statements.addAttempt.get({ id, at, ms: 0, status: null, error, response: null, by: null });
        statements.giveUp.run({ id, at });
      }
      return { ended: free.length, isSending: free.length < rows.length };
    },

    /** Part of a transaction. Keeps its attempts. `by`: the person who asks for the next one. */
    makeDue: (id: number, at: string, by: string) => void statements.makeDue.run({ id, at, by }),
  };
}
