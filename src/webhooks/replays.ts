// Replays: another attempt of the same delivery, with the same id and body, a new time and new signatures. An attempt that fails
// is repeated as any other, if the delivery has attempts left.
import { auditRefusal, type Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { unknownWebhook, webhookTarget } from '../webhook-store/actions.ts';
import type { WebhookRepository } from '../webhook-store/webhook-repository.ts';
import { deliveryActions } from './actions.ts';
import { type DeliveryStatus, deliveryTarget } from './delivery.ts';
import { unknownDelivery } from './deliveries.ts';
import type { DeliveryList } from './delivery-list-repository.ts';
import type { DeliveryRepository } from './delivery-repository.ts';
import type { Sender } from './sender.ts';

export const maxReplayed = 1000;

/** The named deliveries, or all with a status. */
export type ReplayChoice = { ids: number[] } | { status: DeliveryStatus };
/** `left`: those with the status beyond the limit. */
export type Replayed = { replayed: number; left: number; refused: { id: number; message: string }[] };

type Given = Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'> & {
  webhookRepository: Pick<WebhookRepository, 'find' | 'transaction'>;
  deliveryRepository: Pick<DeliveryRepository, 'makeDue'>;
  deliveryList: Pick<DeliveryList, 'find' | 'oldest' | 'counts'>;
  sender: Pick<Sender, 'isSending' | 'wake'>;
};

export function createReplays(given: Given) {
  const { audit, bus, now, untilFree, webhookRepository, deliveryRepository, deliveryList, sender } = given;

  return {
    /** Throws `not_found`, and `wrong_state` while it is being sent, or when its webhook is off. */
    async replay(id: number, by: Requester): Promise<void> {
      const entry = { event: deliveryActions.replay.name, by, target: deliveryTarget(id) };
      await auditRefusal(audit, entry, () =>
        untilFree(() =>
          webhookRepository.transaction(() => {
            const found = deliveryList.find(id);
            const { webhook, event, status } = assertReplayable(given, id, found?.webhook ?? '');
            const detail = { webhook, event, before: { status } };
            deliveryRepository.makeDue(id, now().toISOString(), by.actor);
            // Its page is one of the webhook.
            const target = deliveryTarget(`${webhook}/${id}`);
            audit.record({ ...entry, target, outcome: 'ok', detail });
          }),
        ),
      );
      send();
    },

    /** All in one transaction, with one row in the audit log. Throws `not_found` and `wrong_state`. */
    async replayMany(name: string, choice: ReplayChoice, by: Requester): Promise<Replayed> {
      const entry = { event: deliveryActions.replayMany.name, by, target: webhookTarget(name) };
      const { ids, refused, left } = await auditRefusal(audit, entry, () =>
        untilFree(() =>
          webhookRepository.transaction(() => {
            assertOn(given, name);
            const { chosen, left } = choose(given, name, choice);
            const result = { ...makeDue(given, name, chosen, by), left };
            const detail = {
              replayed: result.ids.length,
              refused: result.refused.length,
              ...(left > 0 && { left }),
              ...choiceOf(choice),
            };
            audit.record({ ...entry, outcome: 'ok', detail });
            return result;
          }),
        ),
      );
      send();
      return { replayed: ids.length, refused, left };
    },
  };

  function send() {
    sender.wake();
    bus.emit('deliveries');
  }
}

/** The oldest of those with a status. `left`: the others. */
function choose({ deliveryList }: Given, name: string, choice: ReplayChoice) {
  if ('ids' in choice) return { chosen: [...new Set(choice.ids)], left: 0 };
  const chosen = deliveryList.oldest(name, choice.status, maxReplayed);
  return { chosen, left: deliveryList.counts(name)[choice.status] - chosen.length };
}

function makeDue(given: Given, name: string, chosen: number[], by: Requester) {
  const refused: Replayed['refused'] = [];
  const ids: number[] = [];
  const at = given.now().toISOString();
  for (const id of chosen) {
    try {
      assertReplayable(given, id, name);
      given.deliveryRepository.makeDue(id, at, by.actor);
      ids.push(id);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ id, message: error.message });
    }
  }
  return { ids, refused };
}

function assertReplayable(given: Given, id: number, name: string) {
  const found = given.deliveryList.find(id);
  if (!found || found.webhook !== name) throw unknownDelivery(id);
  assertOn(given, name);
  if (given.sender.isSending(id))
    throw new AppError('wrong_state', `Delivery ${id} is being sent now. Wait for the end of this attempt.`);
  return found;
}

function assertOn({ webhookRepository }: Given, name: string) {
  const webhook = webhookRepository.find(name);
  if (!webhook) throw unknownWebhook(name);
  if (!webhook.is_on)
    throw new AppError('wrong_state', `The webhook ${name} is off. Switch it on first, then replay.`);
}

const choiceOf = (choice: ReplayChoice) => ('status' in choice ? { status: choice.status } : {});
