// The view model of a delivery: its row in the list, and its attempts.
import { describeTarget } from '../../audit/describe-target.ts';
import { plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { Deliveries } from '../deliveries.ts';
import { type Attempt, maxAttempts, testType } from '../delivery.ts';
import type { ListedDelivery } from '../delivery-list-repository.ts';
import { deliveryBadges } from './badges.ts';
import { formatTook, webhookAction, webhookPath } from './webhooks-view.ts';

const maxTitle = 60;

const shortenTitle = (title: string) =>
  title.length > maxTitle ? `${title.slice(0, maxTitle - 1).trim()}…` : title;

export function viewRow(delivery: ListedDelivery, webhook: string) {
  const { id, event_id: eventId, event, target, status, last, next_at: nextAt, created_at: at } = delivery;
  const { title } = delivery;
  const about = target === null ? null : (describeTarget(target)?.text ?? target);
  return {
    ...{ event, at },
    about: event === testType ? 'Test' : [about, title && shortenTitle(title)].filter(Boolean).join(': '),
    eventId,
    href: url(webhookPath(webhook, `/deliveries/${id}`)),
    badge: deliveryBadges[status],
    tries: describeTries(delivery),
    nextAt: status === 'retrying' ? nextAt : null,
    took: last === null ? '–' : formatTook(last.ms),
    canReplay: status !== 'delivered',
    replay: webhookAction(webhook, `deliveries/${id}/replay`),
    replayId: `replay-${id}`,
  };
}

/** `3 of 7; 503`, `1; 404, not tried again`, `2` */
function describeTries({ status, attempts, last }: ListedDelivery): string {
  if (attempts === 0) return 'not tried yet';
  if (status === 'delivered') return String(attempts);
  const answer = last === null ? '' : `; ${last.status ?? shortReason(last.error)}`;
  if (status === 'retrying') return `${attempts} of ${maxAttempts}${answer}`;
  return `${attempts}${answer}${status === 'failed' && attempts < maxAttempts ? ', not tried again' : ''}`;
}

const shortReason = (error: string | null): string => error?.replace(/[.:;].*$/s, '') ?? 'no answer';

export function viewDelivery(found: ReturnType<Deliveries['find']>) {
  const { id, audit_id: auditId, webhook, event, status, tries, next_at: nextAt, attempts, body } = found;
  return {
    ...viewRow(found, webhook),
    ...{ id, webhook, event, attempts },
    path: url(`/ui/webhooks/${webhook}/deliveries/${id}`),
    back: url(webhookPath(webhook)),
    row: url(`/audit/${auditId}`),
    steps: tries.map(viewAttempt),
    next: nextAt === null ? null : { at: nextAt, n: attempts + 1, isWaiting: status === 'pending' },
    body: indent(body),
    heading: plural(attempts, 'attempt'),
  };
}

function viewAttempt({ n, at, ms, status, error, response, by }: Attempt) {
  const isOk = error === null;
  const answer = error ?? `Answered ${status}`;
  return {
    ...{ n, at, by, response },
    tone: isOk ? 'ok' : 'warn',
    icon: isOk ? 'check' : 'tri',
    word: isOk ? 'Arrived' : 'Failed',
    text: `${answer.replace(/\.$/, '')} after ${formatTook(ms)}.`,
  };
}

function indent(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
