// Writes the result of an attempt: its row and the new state of the delivery in one transaction. A webhook that wants no more
// events, or that nothing has reached for days, is switched off.
import { formatSpan } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Webhook, WebhookRepository } from '../webhook-store/webhook-repository.ts';
import { type DeliveryStatus, type Exchange, judge, testType, type Verdict } from './delivery.ts';
import type { DeliveryList } from './delivery-list-repository.ts';
import type { DeliveryRepository, DueDelivery } from './delivery-repository.ts';
import { countFailures } from './health.ts';

type Given = Pick<Kernel, 'log' | 'now' | 'untilFree'> & {
  webhookRepository: Pick<WebhookRepository, 'find' | 'setFailingSince'>;
  deliveryRepository: Pick<DeliveryRepository, 'write' | 'addAttempt'>;
  deliveryList: Pick<DeliveryList, 'failedSince'>;
  /** Switches it off in the name of the server. */
  switchOff: (name: string, why: string) => Promise<unknown>;
  random: () => number;
};

/** The time, and the person who has asked for the attempt; null for an automatic one. */
export type Made = { at: string; by: string | null };

const failingMaxMs = 3 * 86_400_000;
/** Two failures on different days do not say that nothing arrives. */
const minFailures = 5;

export type RecordAttempt = ReturnType<typeof createRecordAttempt>;

export function createRecordAttempt(given: Given) {
  const { deliveryRepository, log, untilFree } = given;

  /** Returns the new state; null for a delivery that was removed meanwhile. Throws while ops.db cannot be written. */
  return async (delivery: DueDelivery, exchange: Exchange, made: Made): Promise<DeliveryStatus | null> => {
    const written = await untilFree(() =>
      deliveryRepository.write(() => writeAttempt(given, delivery, exchange, made)),
    );
    if (written === null) return null;
    const { verdict, webhook } = written;
    const why = webhook?.is_on ? whyOff(given, webhook, exchange, verdict) : null;
    if (why !== null && delivery.event !== testType)
      await given.switchOff(delivery.webhook, why).catch((error: unknown) => {
        log.error(
          { err: error, webhook: delivery.webhook },
          'a webhook could not be switched off; tried again later',
        );
      });
    return verdict.status;
  };
}

/** Part of a transaction. Returns no webhook when the attempt says nothing about it as it is now. */
function writeAttempt(given: Given, delivery: DueDelivery, exchange: Exchange, made: Made) {
  const { deliveryRepository, now, random, webhookRepository } = given;
  const webhook = webhookRepository.find(delivery.webhook);
  const attempts = delivery.attempts + 1;
  const judged = judge({ ...delivery, attempts }, exchange, now(), random);
  const isMoved = webhook !== null && webhook.url !== delivery.url;
  const moved = isMoved ? sendAgain(delivery, judged, now()) : judged;
  const verdict = webhook?.is_on ? moved : withoutRetry(judged);
  const { ms, status, error, response } = exchange;
  const attempt = { ...made, ms, status, error, response };
  if (deliveryRepository.addAttempt(delivery.id, attempt, verdict, now().toISOString()) === null) return null;
  if (!webhook || isMoved) return { verdict, webhook: null };
  const failing_since = error === null ? null : firstFailure(webhook, made);
  if (failing_since !== webhook.failing_since) webhookRepository.setFailingSince(webhook.name, failing_since);
  return { verdict, webhook: { ...webhook, failing_since } };
}

function whyOff(
  { deliveryList, now }: Given,
  { name, failing_since: since }: Webhook,
  { isGone }: Exchange,
  { status }: Verdict,
): string | null {
  if (isGone) return 'It answered 410: it wants no more events.';
  if (status !== 'failed' || since === null) return null;
  if (now().getTime() - Date.parse(since) < failingMaxMs) return null;
  if (countFailures(deliveryList, name, since, minFailures) < minFailures) return null;
  return `Nothing has arrived for ${formatSpan(failingMaxMs)}.`;
}

/** A time in the future was written before the clock was set back. */
const firstFailure = ({ failing_since: known }: Webhook, { at }: Made) =>
  known === null || known > at ? at : known;

/** A webhook that is off gets replays and tests only, each once. */
function withoutRetry(verdict: Verdict): Verdict {
  return verdict.status === 'retrying' ? { status: 'failed', nextAt: null } : verdict;
}

/** The webhook has got another address while this was sent to the former one. */
function sendAgain({ event }: DueDelivery, verdict: Verdict, now: Date): Verdict {
  if (verdict.status === 'delivered' || event === testType) return verdict;
  return { status: 'retrying', nextAt: now.toISOString() };
}
