// Statements by which the chaos of webhooks reads its events and their deliveries from a running server.
import type { Config } from '../../src/core/config.ts';
import { withDatabase } from './repository.ts';

/** A row of the audit log that the webhook asks for; `n`: the number of the event; null when it was entered
 *  again and nothing has changed. */
type EventFacts = { id: number; n: number | null };
type DeliveryFacts = { id: number; audit_id: number; status: string; attempts: number; body: string };

export type DeliveryState = { events: EventFacts[]; deliveries: DeliveryFacts[] };

export function readDeliveries(config: Config): DeliveryState {
  return withDatabase(config.opsDatabasePath, (db) =>
    db.transaction(() => ({
      events: db
        .prepare<[], EventFacts>(
          `SELECT id, json_extract(detail, '$.after.amount') AS n FROM audit WHERE event = 'cost.changed' ORDER BY id`,
        )
        .all(),
      deliveries: db
        .prepare<[], DeliveryFacts>(
          'SELECT id, audit_id, status, attempts, body FROM webhook_delivery ORDER BY id',
        )
        .all(),
    }))(),
  );
}
