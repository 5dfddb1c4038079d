// The view model of the list of webhooks.
import { formatMs, formatNumber, plural } from '../../core/format.ts';
import type { Role } from '../../core/role.ts';
import { url } from '../../core/url.ts';
import { preset } from '../../webhook-store/event-patterns.ts';
import { withoutTokens } from '../../webhook-store/target.ts';
import type { Webhook } from '../../webhook-store/webhook-repository.ts';
import { describePatterns } from '../describe-events.ts';
import type { WebhookHealth } from '../health.ts';
import { webhookBadge } from './badges.ts';
import type { PagesContext } from './pages-context.ts';

export const webhookPath = (name: string, more = '') => `/settings/webhooks/${name}${more}`;
export const webhookAction = (name: string, more: string) => url(`/ui/webhooks/${name}/${more}`);

export function viewWebhooks({
  webhookEdits,
  webhookHealth,
}: Pick<PagesContext, 'webhookEdits' | 'webhookHealth'>) {
  const all = webhookEdits.all().map((webhook) => ({ webhook, health: webhookHealth(webhook) }));
  return {
    sentence: describeAll(all.map((one) => one.health)),
    path: url('/ui/webhooks/list'),
    items: all.map((one) => viewRow(one.webhook, one.health)),
    addPreset: url('/settings/webhooks/new', { preset }),
    add: url('/settings/webhooks/new'),
  };
}

/** `2 webhooks. 1,204 of 1,206 deliveries of 30 days arrived.` */
function describeAll(all: WebhookHealth[]): string {
  if (all.length === 0) return 'No webhooks. Events of the audit log can be sent to a program of yours.';
  const sum = (part: 'arrived' | 'total') => all.reduce((to, { over30Days }) => to + over30Days[part], 0);
  const [arrived, total] = [sum('arrived'), sum('total')];
  const sent =
    total === 0
      ? 'Nothing was sent in 30 days.'
      : `${formatNumber(arrived)} of ${plural(total, 'delivery', 'deliveries')} of 30 days arrived.`;
  return `${plural(all.length, 'webhook')}. ${sent}`;
}

function viewRow(webhook: Webhook, health: WebhookHealth) {
  const { name } = webhook;
  return {
    name,
    href: url(webhookPath(name)),
    about: `${hostOf(webhook.url)}, ${describePatterns(webhook.events)}`,
    badge: webhookBadge(webhook, health),
    day: describeDay(health),
    p95: health.p95_ms === null ? null : formatTook(health.p95_ms),
    test: webhookAction(name, 'test'),
    edit: url(webhookPath(name, '/edit')),
  };
}

/** In whole milliseconds, as attempts are measured. */
export const formatTook = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : formatMs(ms));

/** `17 of 19 arrived, 1 waiting` */
export function describeDay({ arrived, failed, waiting }: WebhookHealth): string {
  const ended = arrived + failed;
  const parts = [
    ...(ended > 0
      ? [
          failed === 0
            ? `${formatNumber(arrived)} arrived`
            : `${formatNumber(arrived)} of ${formatNumber(ended)} arrived`,
        ]
      : []),
    ...(waiting > 0 ? [`${formatNumber(waiting)} waiting`] : []),
  ];
  return parts.join(', ') || 'nothing sent';
}

const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : address);

/** Its end may have a token, which only an admin sees. */
export const shownUrl = (address: string, role: Role): string =>
  role === 'admin' ? address : withoutTokens(address);
