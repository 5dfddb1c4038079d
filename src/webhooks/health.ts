// How well a webhook works: its deliveries of a day and of 30 days, how long receivers take, and failures in a row.
import type { Webhook } from '../webhook-store/webhook-repository.ts';
import { quantile } from '../telemetry/run-figures.ts';
import type { DeliveryList } from './delivery-list-repository.ts';

const dayMs = 86_400_000;

export type WebhookHealth = ReturnType<ReturnType<typeof createHealth>>;

export function createHealth({ deliveryList, now }: { deliveryList: DeliveryList; now: () => Date }) {
  const before = (ms: number) => new Date(now().getTime() - ms).toISOString();

  return ({ name, failing_since }: Pick<Webhook, 'name' | 'failing_since'>) => {
    const day = before(dayMs);
    const { arrived, failed } = deliveryList.tally(name, day);
    const { pending, retrying } = deliveryList.counts(name);
    const month = deliveryList.tally(name, before(30 * dayMs));
    return {
      arrived,
      failed,
      waiting: pending + retrying,
      p95_ms: quantile(deliveryList.latencies(name, day), 0.95),
      last_arrived_at: deliveryList.lastArrivedAt(name),
      row_of_failures: countFailures(deliveryList, name, failing_since),
      over30Days: { arrived: month.arrived, total: month.total },
    };
  };
}

/** Attempts in a row that have failed, the newest included. */
export function countFailures(
  list: Pick<DeliveryList, 'failedSince'>,
  name: string,
  failingSince: string | null,
) {
  return failingSince === null ? 0 : list.failedSince(name, failingSince);
}
