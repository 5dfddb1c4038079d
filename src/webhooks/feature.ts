// Webhooks: what the audit log records is sent to addresses that the operator names.
import type { Feature } from '../web/feature.ts';
import { createWebhookParts } from './parts.ts';
import { registerWebhooksApi } from './web/webhooks-api.ts';

export const webhooks: Feature<ReturnType<typeof createWebhookParts>> = {
  name: 'webhooks',
  create: createWebhookParts,
  routes: registerWebhooksApi,
};
