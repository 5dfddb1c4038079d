// The store of webhooks: their rows, their deliveries, their secrets.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createWebhookRepository } from './webhook-repository.ts';

export const webhookStore: Feature<ReturnType<typeof createParts>> = {
  name: 'webhook-store',
  create: createParts,
};

function createParts({ ops }: Context) {
  return { webhookRepository: createWebhookRepository(ops) };
}
