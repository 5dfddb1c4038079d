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
};

export function createWebhookRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
    all: (): Webhook[] => (statements.all.all() as Row[]).map(toWebhook),
    find(name: string): Webhook | null {
      const row = statements.find.get(name) as Row | undefined;
      return row ? toWebhook(row) : null;
    },
  };
}

function toWebhook({ events, is_on, ...row }: Row): Webhook {
  return { ...row, events: JSON.parse(events) as string[], is_on: is_on === 1 };
}
