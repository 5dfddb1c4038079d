// Writes what an attempt has met: its row and the new state of the delivery in one transaction. A webhook that wants no more
// events, or that nothing has reached for days, is switched off.
import { formatSpan } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import type { WebhookRepository } from '../webhook-store/webhook-repository.ts';
import { type DeliveryStatus, type Exchange, judge, testType, type Verdict } from './delivery.ts';
import type { DeliveryRepository, DueDelivery } from './delivery-repository.ts';

type Given = Pick<Kernel, 'log' | 'now' | 'untilFree'> & {
  webhookRepository: Pick<WebhookRepository, 'find' | 'setFailingSince'>;
  deliveryRepository: Pick<DeliveryRepository, 'write' | 'addAttempt'>;
  /** Switches it off in the name of the server. */
  switchOff: (name: string, why: string) => Promise<unknown>;
  random: () => number;
};

/** Who has asked for the attempt; null for an automatic one. */
export type Made = { at: string; by: string | null };

const failingMaxMs = 3 * 86_400_000;

export type RecordAttempt = ReturnType<typeof createRecordAttempt>;

export function createRecordAttempt(given: Given) {
  const { deliveryRepository, log, now, untilFree, webhookRepository, random } = given;

  /** Returns the new state; null for a delivery that was removed meanwhile. Throws while ops.db cannot be written. */
  return async (delivery: DueDelivery, exchange: Exchange, made: Made): Promise<DeliveryStatus | null> => {
    const { webhook: name } = delivery;
    const written = await untilFree(() =>
      deliveryRepository.write(() => {
        const webhook = webhookRepository.find(name);
        const attempts = delivery.attempts + 1;
        const judged = judge({ ...delivery, attempts }, exchange, now(), random);
        const verdict = webhook?.is_on ? judged : withoutRetry(judged);
        const { ms, status, error, response } = exchange;
        const attempt = { ...made, ms, status, error, response };
        if (deliveryRepository.addAttempt(delivery.id, attempt, verdict, now().toISOString()) === null)
          return null;
        const failingSince = error === null ? null : (webhook?.failing_since ?? made.at);
        if (webhook && failingSince !== webhook.failing_since)
          webhookRepository.setFailingSince(name, failingSince);
        return { verdict, webhook };
      }),
    );
    if (written === null) return null;
    const why = written.webhook?.is_on
      ? whyOff(exchange, written.verdict, written.webhook.failing_since)
      : null;
    if (why !== null && delivery.event !== testType)
      await given.switchOff(name, why).catch((error: unknown) => {
        log.error({ err: error, webhook: name }, 'a webhook could not be switched off; tried again later');
      });
    return written.verdict.status;
  };

  function whyOff({ isGone }: Exchange, { status }: Verdict, failingSince: string | null): string | null {
    if (isGone) return 'It answered 410: it wants no more events.';
    if (status !== 'failed' || failingSince === null) return null;
    const isLong = now().getTime() - Date.parse(failingSince) >= failingMaxMs;
    return isLong ? `Nothing has arrived for ${formatSpan(failingMaxMs)}.` : null;
  }
}

/** A webhook that is off gets replays and tests only, each once. */
function withoutRetry(verdict: Verdict): Verdict {
  return verdict.status === 'retrying' ? { status: 'failed', nextAt: null } : verdict;
}
