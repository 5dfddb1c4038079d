// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { audit } from '../audit/feature.ts';
import { webhookStore } from '../webhook-store/feature.ts';
import { createDeliveries } from './deliveries.ts';
import { createDeliveryList } from './delivery-list-repository.ts';
import { createDeliveryRepository } from './delivery-repository.ts';
import { createHealth } from './health.ts';
import { createReplays } from './replays.ts';
import { createSendTest } from './send-test.ts';

export type WebhookContext = Kernel & ReturnType<typeof createWebhookParts>;

export function createWebhookParts(ctx: Context) {
  const { auditRepository } = ctx.use(audit);
  const store = ctx.use(webhookStore);
  const deliveryList = createDeliveryList(ctx.ops);
  const deliveryRepository = createDeliveryRepository(ctx.ops);
  const sender = {
    isSending: () => false,
    askFor: () => {},
    wake: () => {},
    whenTried: async () => null,
  };
  const given = { ...ctx, ...store, auditRepository, deliveryList, deliveryRepository, sender };
  return {
    ...store,
    auditRepository,
    deliveryRepository,
    deliveries: createDeliveries({ deliveryList }),
    webhookHealth: createHealth({ deliveryList, now: ctx.now }),
    replays: createReplays(given),
    sendTest: createSendTest({ ...given, eventBody: () => '{"type":"webhook.test"}' }),
  };
}
