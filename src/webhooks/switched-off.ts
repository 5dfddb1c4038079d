// Ends the waiting deliveries of webhooks that are off: what has waited would be old news once they are on again.
import type { Kernel } from '../core/kernel.ts';
import { coalesceNext } from '../core/coalesce.ts';
import type { WebhookRepository } from '../webhook-store/webhook-repository.ts';
import type { DeliveryRepository } from './delivery-repository.ts';

type Given = Pick<Kernel, 'bus' | 'log' | 'now' | 'untilFree'> & {
  webhookRepository: Pick<WebhookRepository, 'all'>;
  deliveryRepository: Pick<DeliveryRepository, 'write' | 'giveUpWaiting'>;
};

const batch = 200;
const switchedOffError = 'Not sent: the webhook was switched off.';

/** The returned function never rejects. */
export function createEndWaiting(given: Given) {
  const { bus, log, now, untilFree, webhookRepository, deliveryRepository } = given;

  return coalesceNext(async () => {
    try {
      for (const { name } of webhookRepository.all().filter(({ is_on: isOn }) => !isOn)) await endAll(name);
    } catch (error) {
      log.error(
        { err: error },
        'waiting deliveries of a webhook that is off have not ended; they are not sent',
      );
    }
  });

  async function endAll(name: string) {
    for (let ended = batch; ended === batch; ) {
      const at = now().toISOString();
      ended = await untilFree(() =>
        deliveryRepository.write(() => deliveryRepository.giveUpWaiting(name, switchedOffError, at, batch)),
      );
      if (ended > 0) bus.emit('deliveries');
      await new Promise(setImmediate);
    }
  }
}
