// The states of webhooks and of deliveries as badges.
import type { Webhook } from '../../webhook-store/webhook-repository.ts';
import type { DeliveryStatus } from '../delivery.ts';
import type { WebhookHealth } from '../health.ts';

export type Badge = { tone: string; icon: string; word: string; isQuiet: boolean };

const badge = (tone: string, icon: string, word: string, isQuiet = false): Badge => ({
  ...{ tone, icon, word, isQuiet },
});

export const deliveryBadges: Record<DeliveryStatus, Badge> = {
  pending: badge('idle', 'clock', 'Waiting'),
  retrying: badge('warn', 'retry', 'Retrying'),
  delivered: badge('ok', 'check', 'Delivered', true),
  failed: badge('bad', 'cross', 'Failed'),
};

export function webhookBadge(
  { is_on: isOn, off_why: why }: Pick<Webhook, 'is_on' | 'off_why'>,
  { failed, row_of_failures: row }: Pick<WebhookHealth, 'failed' | 'row_of_failures'>,
): Badge {
  if (!isOn) return why === null ? badge('idle', 'slash', 'Off') : badge('bad', 'cross', 'Switched off');
  if (row > 0) return badge('warn', 'tri', 'Failing');
  if (failed > 0) return badge('warn', 'tri', `${failed} failed`);
  return badge('ok', 'check', 'On', true);
}
