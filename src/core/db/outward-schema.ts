// The tables of ops.db for webhooks, usage and costs. Times are ISO 8601 UTC; a day is one of this machine's time zone.
import { sql } from 'drizzle-orm';
import {
  check,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

/** Its secret is a file. `events` is JSON: names, groups such as `job.*`, and presets. `cursor`: the last row of the audit log
 *  that was looked at. `old_secret_until`: the secret before the last rotation signs, too. `failing_since`: no delivery has
 *  arrived since then. */
export const webhook = sqliteTable(
  'webhook',
  {
    name: text().primaryKey(),
    url: text().notNull(),
    events: text().notNull(),
    is_on: integer().notNull(),
    cursor: integer().notNull(),
    secret_at: text().notNull(),
    secret_by: text().notNull(),
    old_secret_until: text(),
    failing_since: text(),
    /** Why the server has switched it off. */
    off_why: text(),
    created_at: text().notNull(),
    changed_at: text().notNull(),
    changed_by: text().notNull(),
  },
  () => [
    check('webhook_is_on', sql`is_on IN (0, 1)`),
    check('webhook_name', sql`length(name) BETWEEN 1 AND 40`),
  ],
);

/** One row of the audit log for one webhook. `body` is sent unchanged each time. `next_at`: of the next attempt; null when it
 *  has ended. `asked_by`: the person who has asked for that attempt; null for an automatic one. */
export const webhookDelivery = sqliteTable(
  'webhook_delivery',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    webhook: text().notNull(),
    audit_id: integer().notNull(),
    event: text().notNull(),
    target: text(),
    body: text().notNull(),
    status: text().notNull(),
    attempts: integer().notNull().default(0),
    created_at: text().notNull(),
    next_at: text(),
    ended_at: text(),
    asked_by: text(),
  },
  (table) => [
    check('webhook_delivery_status', sql`status IN ('pending', 'retrying', 'delivered', 'failed')`),
    uniqueIndex('webhook_delivery_event').on(table.webhook, table.audit_id),
    index('webhook_delivery_due').on(table.webhook, table.next_at).where(sql`next_at IS NOT NULL`),
    index('webhook_delivery_status_of').on(table.webhook, table.status, table.id),
    index('webhook_delivery_created').on(table.created_at),
    index('webhook_delivery_health').on(table.webhook, table.created_at, table.status),
  ],
);

/** `status`: of the answer; null without one. `response`: its beginning. `by`: the person who has replayed it; null for an
 *  automatic one. */
export const webhookAttempt = sqliteTable(
  'webhook_attempt',
  {
    delivery: integer().notNull(),
    webhook: text().notNull(),
    n: integer().notNull(),
    at: text().notNull(),
    ms: integer().notNull(),
    status: integer(),
    error: text(),
    response: text(),
    by: text(),
  },
  (table) => [
    primaryKey({ columns: [table.delivery, table.n] }),
    index('webhook_attempt_at').on(table.at),
    index('webhook_attempt_arrived').on(table.webhook, table.at, table.ms).where(sql`error IS NULL`),
    index('webhook_attempt_failed').on(table.webhook, table.at).where(sql`error IS NOT NULL`),
  ],
);

/** Added up where it is spent. `is_estimate`: the service did not say how much it was. */
export const usageDay = sqliteTable(
  'usage_day',
  {
    day: text().notNull(),
    item: text().notNull(),
    is_estimate: integer().notNull(),
    quantity: real().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.day, table.item, table.is_estimate] }),
    check('usage_day_is_estimate', sql`is_estimate IN (0, 1)`),
  ],
);

/** A closed day. `unit_price` and `amount` are null without a price. `item`: of usage, or `other:<name>` for a line by hand. */
export const costDay = sqliteTable(
  'cost_day',
  {
    day: text().notNull(),
    item: text().notNull(),
    quantity: real(),
    unit_price: real(),
    amount: real(),
    currency: text(),
    is_estimate: integer().notNull(),
    is_manual: integer().notNull(),
    note: text(),
    changed_at: text().notNull(),
    changed_by: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.day, table.item] }),
    check('cost_day_flags', sql`is_estimate IN (0, 1) AND is_manual IN (0, 1)`),
  ],
);
