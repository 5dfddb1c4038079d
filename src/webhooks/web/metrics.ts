// Counts the attempts to deliver events.
import { Counter, type Registry } from 'prom-client';
import type { WebhookContext } from '../parts.ts';

export function countDeliveries(registry: Registry, { triedCounts }: Pick<WebhookContext, 'triedCounts'>) {
  new Counter({
    name: 'chl_webhook_attempts_total',
    help: 'Attempts to deliver an event to a webhook, by the state of the delivery after it.',
    labelNames: ['status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [status, count] of triedCounts.all()) this.inc({ status }, count);
    },
  });
}
