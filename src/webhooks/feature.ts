// Webhooks: what the audit log records is sent to addresses that the operator names.
import type { Feature } from '../web/feature.ts';
import { webhooksRow } from './hub-row.ts';
import { createWebhookParts } from './parts.ts';
import { registerDeliveryButtons } from './web/delivery-buttons.ts';
import { registerWebhookButtons } from './web/webhook-buttons.ts';
import { editWebhookPage, newWebhookPage, registerWebhookForms } from './web/webhook-forms.ts';
import { deliveryPage, registerWebhookPages, webhookPage, webhooksPage } from './web/webhook-pages.ts';
import { registerWebhooksApi } from './web/webhooks-api.ts';
import { webhooksCard } from './web/webhooks-card.ts';

export const webhooks: Feature<ReturnType<typeof createWebhookParts>> = {
  name: 'webhooks',
  pages: [webhooksPage, newWebhookPage, editWebhookPage, deliveryPage, webhookPage],
  create: createWebhookParts,
  routes(app, ctx) {
    registerWebhooksApi(app, ctx);
    registerWebhookPages(app, ctx);
    registerWebhookForms(app, ctx);
    registerWebhookButtons(app, ctx);
    registerDeliveryButtons(app, ctx);
  },
  cards: (ctx) => [webhooksCard(ctx)],
  hubRows: (ctx) => [webhooksRow(ctx)],
};
