// The objects that the pages of webhooks use.
import type { Kernel } from '../../core/kernel.ts';
import type { WebhookEdits } from '../../webhook-store/webhook-edits.ts';
import type { Deliveries } from '../deliveries.ts';
import type { createHealth } from '../health.ts';
import type { createReplays } from '../replays.ts';
import type { createSendTest } from '../send-test.ts';

export type PagesContext = Kernel & {
  webhookEdits: WebhookEdits;
  deliveries: Deliveries;
  webhookHealth: ReturnType<typeof createHealth>;
  replays: ReturnType<typeof createReplays>;
  sendTest: ReturnType<typeof createSendTest>;
};
