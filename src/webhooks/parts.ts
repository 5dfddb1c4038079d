// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { audit } from '../audit/feature.ts';
import { webhookStore } from '../webhook-store/feature.ts';

export type WebhookContext = Kernel & ReturnType<typeof createWebhookParts>;

export function createWebhookParts(ctx: Context) {
  const { auditRepository } = ctx.use(audit);
  return { ...ctx.use(webhookStore), auditRepository };
}
