// The actions on deliveries.
import { webhookTarget } from '../webhook-store/actions.ts';
import { deliveryTarget } from './delivery.ts';

const ofDeliveries = { role: 'operator', changes: 'webhooks' } as const;

export const deliveryActions = {
  test: { ...ofDeliveries, name: 'webhook.tested', tier: 0, target: webhookTarget },
  replay: { ...ofDeliveries, name: 'delivery.replayed', tier: 0, target: deliveryTarget },
  replayMany: { ...ofDeliveries, name: 'deliveries.replayed', tier: 1, target: webhookTarget },
} as const;
