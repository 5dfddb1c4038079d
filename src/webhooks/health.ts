// How well a webhook works: its deliveries of a day and of 30 days, how long receivers take, and failures in a row.
import type { Kernel } from '../core/kernel.ts';
import type { Webhook } from '../webhook-store/webhook-repository.ts';
import { quantile } from '../telemetry/run-figures.ts';
import type { DeliveryList, Tally } from './delivery-list-repository.ts';

type Given = { deliveryList: DeliveryList; bus: Pick<Kernel['bus'], 'on'>; now: () => Date };

const dayMs = 86_400_000;
/** Time passes without an event. */
const keptMs = 60_000;
/** Attempts that are counted at most, of those that arrived and of those that failed. */
const maxAttempts = 1000;
const noTally: Tally = { arrived: 0, failed: 0, waiting: 0, arrivedOfMonth: 0, month: 0 };

export type WebhookHealth = ReturnType<ReturnType<typeof createHealth>>;

/** Reads again after a delivery or a webhook has changed, since pages and the API ask for all webhooks at once. */
export function createHealth({ deliveryList, bus, now }: Given) {
  const before = (ms: number) => new Date(now().getTime() - ms).toISOString();
  const read = () => ({
    at: now().getTime(),
    tallies: deliveryList.tallies({ day: before(dayMs), month: before(30 * dayMs) }),
    attempts: new Map<string, ReturnType<typeof readAttempts>>(),
  });
  let kept: ReturnType<typeof read> | null = null;
  const forget = () => {
    kept = null;
  };
  bus.on('deliveries', forget);
  bus.on('webhooks', forget);

  return (webhook: Pick<Webhook, 'name' | 'failing_since'>) => {
    const { name } = webhook;
    if (kept === null || now().getTime() - kept.at >= keptMs) kept = read();
    const attempts = kept.attempts.get(name) ?? readAttempts(webhook);
    kept.attempts.set(name, attempts);
    const { arrived, failed, waiting, arrivedOfMonth, month } = kept.tallies.get(name) ?? noTally;
    return { arrived, failed, waiting, ...attempts, over30Days: { arrived: arrivedOfMonth, total: month } };
  };

  function readAttempts({ name, failing_since }: Pick<Webhook, 'name' | 'failing_since'>) {
    return {
      p95_ms: quantile(deliveryList.latencies(name, before(dayMs), maxAttempts), 0.95),
      last_arrived_at: deliveryList.lastArrivedAt(name),
      row_of_failures: countFailures(deliveryList, name, failing_since, maxAttempts),
    };
  }
}

/** Attempts in a row that have failed, the newest included, at most `max`. */
export function countFailures(
  list: Pick<DeliveryList, 'failedSince'>,
  name: string,
  failingSince: string | null,
  max: number,
) {
  return failingSince === null ? 0 : list.failedSince(name, failingSince, max);
}
