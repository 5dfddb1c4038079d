// The actions on deliveries.
import { deliveryTarget, webhookTarget } from './delivery.ts';

const ofDeliveries = { role: 'operator', changes: 'webhooks' } as const;

export const deliveryActions = {
  test: { ...ofDeliveries, name: 'webhook.tested', tier: 0, target: webhookTarget },
  replay: { ...ofDeliveries, name: 'delivery.replayed', tier: 0, target: deliveryTarget },
  replayMany: { ...ofDeliveries, name: 'deliveries.replayed', tier: 1, target: webhookTarget },
} as const;
