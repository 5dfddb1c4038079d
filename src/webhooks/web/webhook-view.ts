// The view model of one webhook: its state, its deliveries, its secret.
import { formatNumber } from '../../core/format.ts';
import type { Role } from '../../core/role.ts';
import { url } from '../../core/url.ts';
import type { Webhook } from '../../webhook-store/webhook-repository.ts';
import { type DeliveryStatus, deliveryStatuses } from '../delivery.ts';
import { describePatterns } from '../describe-events.ts';
import { deliveryBadges, webhookBadge } from './badges.ts';
import { viewRow } from './delivery-view.ts';
import type { PagesContext } from './pages-context.ts';
import { verifySnippets } from './verify-snippets.ts';
import { describeDay, shownUrl, webhookAction, webhookPath } from './webhooks-view.ts';

export type ListQuery = { status?: string | undefined; cursor?: string | undefined };

const perPage = 25;

export function viewWebhook(ctx: PagesContext, name: string, query: ListQuery, role: Role) {
  const webhook = ctx.webhookEdits.find(name);
  const health = ctx.webhookHealth(webhook);
  const { url: address, events, is_on: isOn, off_why: offWhy, failing_since: failingSince } = webhook;
  return {
    ...{ name, isOn, offWhy, failingSince },
    path: url(`/ui/webhooks/${name}/changes`, { ...query }),
    address: shownUrl(address, role),
    events: describePatterns(events),
    badge: webhookBadge(webhook, health),
    day: describeDay(health),
    lastArrivedAt: health.last_arrived_at,
    secret: viewSecret(webhook, ctx.now()),
    snippets: verifySnippets,
    list: viewDeliveries(ctx, name, query),
    test: webhookAction(name, 'test'),
    edit: url(webhookPath(name, '/edit')),
    on: webhookAction(name, 'on'),
    off: webhookAction(name, 'off'),
    remove: webhookAction(name, 'remove'),
    rotate: webhookAction(name, 'rotate'),
    history: url('/audit', { target: `webhook:${name}` }),
  };
}

function viewSecret({ secret_at: at, secret_by: by, old_secret_until: until }: Webhook, now: Date) {
  return { at, by, oldUntil: until !== null && until > now.toISOString() ? until : null };
}

function viewDeliveries({ deliveries, config }: PagesContext, name: string, { status, cursor }: ListQuery) {
  const chosen = deliveryStatuses.find((one) => one === status);
  const { items, next_cursor: next } = deliveries.page({
    webhook: name,
    status: chosen,
    cursor,
    limit: perPage,
  });
  const counts = deliveries.counts(name);
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const hrefOf = (query: ListQuery) => url(webhookPath(name), { ...query });
  const chip = (
    view: DeliveryStatus | undefined,
    word: string,
    count: number,
    look: { tone: string; icon: string | null },
  ) => ({
    ...{ word, ...look },
    count: formatNumber(count),
    isCurrent: view === chosen,
    href: hrefOf({ status: view }),
  });
  return {
    total,
    keptDays: config.deliveryDays,
    rows: items.map((item) => viewRow(item, name)),
    isFiltered: chosen !== undefined,
    chips: [
      chip(undefined, 'All', total, { tone: '', icon: null }),
      ...chipStatuses
        .filter((one) => one !== 'pending' || counts.pending > 0 || chosen === 'pending')
        .map((one) => chip(one, deliveryBadges[one].word, counts[one], deliveryBadges[one])),
    ],
    replayFailed: counts.failed > 0 ? webhookAction(name, 'replay') : null,
    newest: cursor ? hrefOf({ status: chosen }) : null,
    older: next === null ? null : hrefOf({ status: chosen, cursor: next }),
  };
}

const chipStatuses = ['failed', 'retrying', 'pending', 'delivered'] as const;
