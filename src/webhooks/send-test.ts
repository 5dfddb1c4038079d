// Sends a test: its row of the audit log and its delivery are one transaction, and the caller gets the result of the attempt.
import type { AuditRepository } from '../audit/audit-repository.ts';
import { auditRefusal, type Requester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { unknownWebhook, webhookTarget } from '../webhook-store/actions.ts';
import type { WebhookRepository } from '../webhook-store/webhook-repository.ts';
import { deliveryActions } from './actions.ts';
import { testType } from './delivery.ts';
import type { DeliveryRepository } from './delivery-repository.ts';
import type { EventBody } from './event-body.ts';
import type { Sender } from './sender.ts';
import type { Tried } from './tried-waiters.ts';

/** `tried`: null while the attempt has not ended. */
export type SentTest = { delivery: number; tried: Tried };

type Given = Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'> & {
  auditRepository: Pick<AuditRepository, 'newest'>;
  webhookRepository: Pick<WebhookRepository, 'find' | 'transaction'>;
  deliveryRepository: Pick<DeliveryRepository, 'add'>;
  eventBody: EventBody;
  sender: Pick<Sender, 'whenTried' | 'sendFirst'>;
};

/** A little longer than an attempt may take. */
const waitMaxMs = 10_500;

export function createSendTest(given: Given) {
  const { audit, bus, now, untilFree, auditRepository, webhookRepository, deliveryRepository } = given;
  const event = deliveryActions.test.name;

  /** To a webhook that is off, too. Throws `not_found`. */
  return async (name: string, by: Requester): Promise<SentTest> => {
    const target = webhookTarget(name);
    const delivery = await auditRefusal(audit, { event, by, target }, () => untilFree(() => queue(name, by)));
    const tried = given.sender.whenTried(delivery, waitMaxMs);
    given.sender.sendFirst(delivery);
    bus.emit('deliveries');
    return { delivery, tried: await tried };
  };

  function queue(name: string, by: Requester): number {
    if (!webhookRepository.find(name)) throw unknownWebhook(name);
    return webhookRepository.transaction(() => {
      audit.record({ event, outcome: 'ok', by, target: webhookTarget(name) });
      const row = auditRepository.newest();
      if (row?.event !== event) throw new Error('The row of the test is not the newest of the audit log.');
      const { id, target } = row;
      const body = given.eventBody(row, testType);
      const added = deliveryRepository.add(
        { webhook: name, audit_id: id, event: testType, target, body },
        now().toISOString(),
        by.actor,
      );
      if (added === null) throw new Error(`The webhook ${name} has a delivery of row ${id} already.`);
      return added;
    });
  }
}
