// Webhooks: rows of the audit log are sent to addresses that the operator names.
import type { Feature, Lifecycle } from '../web/feature.ts';
import { webhooksRow } from './hub-row.ts';
import { createWebhookParts, type WebhookContext } from './parts.ts';
import { registerDeliveriesApi } from './web/deliveries-api.ts';
import { registerDeliveryButtons } from './web/delivery-buttons.ts';
import { countDeliveries } from './web/metrics.ts';
import { registerWebhookButtons } from './web/webhook-buttons.ts';
import { editWebhookPage, newWebhookPage, registerWebhookForms } from './web/webhook-forms.ts';
import { deliveryPage, registerWebhookPages, webhookPage, webhooksPage } from './web/webhook-pages.ts';
import { registerWebhooksApi } from './web/webhooks-api.ts';
import { webhooksCard } from './web/webhooks-card.ts';
import { webhooksCheck } from './webhooks-check.ts';

export const webhooks: Feature<ReturnType<typeof createWebhookParts>> = {
  name: 'webhooks',
  pages: [webhooksPage, newWebhookPage, editWebhookPage, deliveryPage, webhookPage],
  create: createWebhookParts,
  lifecycle: sendEvents,
  routes(app, ctx) {
    registerWebhooksApi(app, ctx);
    registerDeliveriesApi(app, ctx);
    registerWebhookPages(app, ctx);
    registerWebhookForms(app, ctx);
    registerWebhookButtons(app, ctx);
    registerDeliveryButtons(app, ctx);
  },
  cards: (ctx) => [webhooksCard(ctx)],
  checks: (ctx) => [webhooksCheck(ctx)],
  hubRows: (ctx) => [webhooksRow(ctx)],
  metrics: countDeliveries,
};

/** A run by hand sends nothing: the next start of the server does. */
function sendEvents({ bus, deliveryRetention, endWaiting, feeder, sender }: WebhookContext): Lifecycle {
  const look = () => void feeder.look();
  /** A webhook that is off gets nothing any more, and a changed one may want other events. */
  const follow = () => {
    void endWaiting.look().then(sender.wake);
    look();
  };
  return {
    start() {
      bus.on('audit', look);
      bus.on('webhooks', follow);
      void feeder.start();
      sender.start();
      void endWaiting.start();
      deliveryRetention.start();
    },
    async stop(quietMs) {
      bus.off('audit', look);
      bus.off('webhooks', follow);
      await Promise.all([feeder.stop(), endWaiting.stop(), sender.stop(quietMs), deliveryRetention.stop()]);
    },
  };
}
