// The webhooks in ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { InferSelectModel } from 'drizzle-orm';
import type * as schema from '../core/db/outward-schema.ts';

type Row = InferSelectModel<typeof schema.webhook>;

/** `events`: names of events, groups such as `job.*`, and presets. */
export type Webhook = Omit<Row, 'events' | 'is_on'> & { events: string[]; is_on: boolean };

export type WebhookRepository = ReturnType<typeof createWebhookRepository>;

const sql = {
  all: 'SELECT * FROM webhook ORDER BY name',
  find: 'SELECT * FROM webhook WHERE name = ?',
  put: `
    INSERT INTO webhook (name, url, events, is_on, cursor, secret_at, secret_by, old_secret_until, failing_since, off_why,
      created_at, changed_at, changed_by)
    VALUES (@name, @url, @events, @is_on, @cursor, @secret_at, @secret_by, @old_secret_until, @failing_since, @off_why,
      @created_at, @changed_at, @changed_by)
    ON CONFLICT (name) DO UPDATE SET url = @url, events = @events, is_on = @is_on, cursor = @cursor, secret_at = @secret_at,
      secret_by = @secret_by, old_secret_until = @old_secret_until, failing_since = @failing_since, off_why = @off_why,
      changed_at = @changed_at, changed_by = @changed_by
  `,
  move: 'UPDATE webhook SET cursor = ? WHERE name = ?',
  moveAll: 'UPDATE webhook SET cursor = ?',
  setFailing: 'UPDATE webhook SET failing_since = ? WHERE name = ?',
  newestAuditId: 'SELECT coalesce(max(id), 0) AS id FROM audit',
  endWaiting: `
    UPDATE webhook_delivery SET status = iif(status = 'delivered', status, 'failed'), next_at = NULL,
      ended_at = iif(status = 'delivered', ended_at, ?), asked_by = NULL
    WHERE next_at IS NOT NULL
  `,
  deliveriesOf: 'SELECT id FROM webhook_delivery WHERE webhook = ? LIMIT ?',
  removeAttempts: 'DELETE FROM webhook_attempt WHERE delivery = ?',
  removeDelivery: 'DELETE FROM webhook_delivery WHERE id = ?',
  remove: 'DELETE FROM webhook WHERE name = ?',
};

export function createWebhookRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const newestAuditId = () => (statements.newestAuditId.get() as { id: number }).id;
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
    all: (): Webhook[] => (statements.all.all() as Row[]).map(toWebhook),
    find(name: string): Webhook | null {
      const row = statements.find.get(name) as Row | undefined;
      return row ? toWebhook(row) : null;
    },

    put: ({ events, is_on, ...row }: Webhook) =>
      statements.put.run({ ...row, events: JSON.stringify(events), is_on: is_on ? 1 : 0 }),

    /** The last row of the audit log that was looked at. */
    moveCursor: (name: string, cursor: number) => statements.move.run(cursor, name),

    /** Null: a delivery has arrived. */
    setFailingSince: (name: string, at: string | null) => statements.setFailing.run(at, name),

    newestAuditId,

    /** Nothing is sent of the rows that are in the audit log now. */
    skipAll: () => statements.moveAll.run(newestAuditId()),

    /** Ends all deliveries that wait as failed; returns how many. */
    endWaiting: (at: string) => statements.endWaiting.run(at).changes,

    /** Without its deliveries, which may be many. */
    remove: (name: string) => void statements.remove.run(name),

    /** Removes up to `limit` deliveries with their attempts; returns how many. Part of a transaction. */
    removeDeliveries(name: string, limit: number): number {
      const rows = statements.deliveriesOf.all(name, limit) as { id: number }[];
      for (const { id } of rows) {
        statements.removeAttempts.run(id);
        statements.removeDelivery.run(id);
      }
      return rows.length;
    },
  };
}

function toWebhook({ events, is_on, ...row }: Row): Webhook {
  return { ...row, events: JSON.parse(events) as string[], is_on: is_on === 1 };
}
