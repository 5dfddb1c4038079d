// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { audit } from '../audit/feature.ts';
import { matches } from '../webhook-store/event-patterns.ts';
import { webhookStore } from '../webhook-store/feature.ts';
import { sign } from '../webhook-store/sign.ts';
import { createAttempt, exchangeMaxMs } from './attempt.ts';
import { createDeliveries } from './deliveries.ts';
import { createDeliveryList } from './delivery-list-repository.ts';
import { createDeliveryRepository } from './delivery-repository.ts';
import { createDeliveryRetention } from './delivery-retention.ts';
import { createEventBody } from './event-body.ts';
import { createFeeder } from './feeder.ts';
import { createHealth } from './health.ts';
import { post } from './post.ts';
import { createPostToAny } from './post-to-any.ts';
import { createDeliveryPruning } from './pruning-repository.ts';
import { createRecordAttempt } from './record-attempt.ts';
import { createReplays } from './replays.ts';
import { createSendTest } from './send-test.ts';
import { createSender } from './sender.ts';
import { createEndWaiting } from './switched-off.ts';
import { createTriedCounts } from './tried-counts.ts';

/** The first pause after an error of the database. */
const retryMs = 5000;

export type WebhookContext = Kernel & ReturnType<typeof createWebhookParts>;

export function createWebhookParts(ctx: Context) {
  const { bus, ops } = ctx;
  const store = ctx.use(webhookStore);
  const { auditRepository } = ctx.use(audit);
  const deliveryList = createDeliveryList(ops);
  const deliveryRepository = createDeliveryRepository(ops);
  const given = { ...ctx, ...store, auditRepository, deliveryList, deliveryRepository };
  const eventBody = createEventBody(given);
  const triedCounts = createTriedCounts();
  const retention = createDeliveryRetention({ ...given, pruning: createDeliveryPruning(ops) });
  const sender = createSender({
    ...given,
    tryDelivery: createAttempt({ ...given, sign, post: createPostToAny(post), maxMs: exchangeMaxMs }),
    recordAttempt: createRecordAttempt({
      ...given,
      switchOff: store.webhookEdits.switchOff,
      random: Math.random,
    }),
    retryMs,
    onTried(status) {
      triedCounts.add(status);
      bus.emit('deliveries');
    },
  });
  const feeder = createFeeder({
    ...given,
    matches,
    eventBody,
    retryMs,
    onQueued(count) {
      sender.wake();
      retention.noteAdded(count);
      bus.emit('deliveries');
    },
  });
  return {
    ...store,
    auditRepository,
    deliveryRepository,
    deliveryList,
    /** Reads deliveries and their attempts. */
    deliveries: createDeliveries({ deliveryList }),
    /** How well a webhook works. */
    webhookHealth: createHealth(given),
    sendTest: createSendTest({ ...given, eventBody, sender }),
    replays: createReplays({ ...given, sender }),
    feeder,
    sender,
    endWaiting: createEndWaiting({ ...given, sender, retryMs }),
    deliveryRetention: retention,
    triedCounts,
  };
}
