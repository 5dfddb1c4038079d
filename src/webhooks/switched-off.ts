// Ends the waiting deliveries of webhooks that are off: they would be old news once the webhook is on again.
import type { Kernel } from '../core/kernel.ts';
import type { WebhookRepository } from '../webhook-store/webhook-repository.ts';
import type { DeliveryRepository } from './delivery-repository.ts';
import { createLooks } from './looks.ts';
import type { Sender } from './sender.ts';

type Given = Pick<Kernel, 'bus' | 'log' | 'now' | 'untilFree'> & {
  webhookRepository: Pick<WebhookRepository, 'all'>;
  deliveryRepository: Pick<DeliveryRepository, 'write' | 'giveUpWaiting'>;
  /** An attempt that is being made ends its delivery by itself. */
  sender: Pick<Sender, 'isSending'>;
  /** The first pause after an error. */
  retryMs: number;
};

const batch = 200;
const switchedOffError = 'Not sent: the webhook was switched off.';

export function createEndWaiting(given: Given) {
  const { bus, log, now, untilFree, webhookRepository, deliveryRepository, sender, retryMs } = given;

  return createLooks(retryMs, async () => {
    try {
      let isDone = true;
      for (const { name } of webhookRepository.all().filter(({ is_on: isOn }) => !isOn))
        if (!(await endAll(name))) isDone = false;
      return isDone;
    } catch (error) {
      log.error(
        { err: error },
        'waiting deliveries of a webhook that is off have not ended; they are not sent; tried again soon',
      );
      return false;
    }
  });

  /** Returns whether none is left. */
  async function endAll(name: string): Promise<boolean> {
    for (;;) {
      const at = now().toISOString();
      const { ended, isSending } = await untilFree(() =>
        deliveryRepository.write(() =>
          deliveryRepository.giveUpWaiting(name, switchedOffError, at, batch, sender.isSending),
        ),
      );
      if (ended > 0) bus.emit('deliveries');
      if (ended === 0) return !isSending;
      await new Promise(setImmediate);
    }
  }
}
