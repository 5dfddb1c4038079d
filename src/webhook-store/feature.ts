// The store of webhooks: their rows, their deliveries, their secrets.
import type { Feature } from '../web/feature.ts';
import { createWebhookStoreParts } from './parts.ts';

export const webhookStore: Feature<ReturnType<typeof createWebhookStoreParts>> = {
  name: 'webhook-store',
  create: createWebhookStoreParts,
  lifecycle: ({ webhookSecrets }) => ({ recover: webhookSecrets.recover }),
};
