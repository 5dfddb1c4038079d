// Removes the deliveries of a webhook that is gone, in small steps: they may be thousands, and the server answers in between.
import type { Kernel } from '../core/kernel.ts';
import type { WebhookRepository } from './webhook-repository.ts';

type Given = Pick<Kernel, 'untilFree'> & {
  webhookRepository: Pick<WebhookRepository, 'removeDeliveries' | 'transaction'>;
};

const batch = 100;

/** A kill in between leaves some. They are neither sent nor shown, and removed before a webhook gets their name, or by age. */
export async function removeDeliveries({ untilFree, webhookRepository }: Given, name: string) {
  for (let removed = batch; removed === batch; ) {
    removed = await untilFree(() =>
      webhookRepository.transaction(() => webhookRepository.removeDeliveries(name, batch)),
    );
    await new Promise(setImmediate);
  }
}
