// Sends deliveries that are due: a few at once, and never so many to those that hang or fail that they would hold up the
// others. One timer waits for the next due time.
import type { Kernel } from '../core/kernel.ts';
import type { TryDelivery } from './attempt.ts';
import type { DeliveryStatus } from './delivery.ts';
import type { DeliveryRepository, DueDelivery } from './delivery-repository.ts';
import type { RecordAttempt } from './record-attempt.ts';
import { createFlights } from './flights.ts';
import { createPlaces } from './places.ts';
import { createSenderTimer } from './sender-timer.ts';
import { createTriedWaiters, type EndedTry, type Tried } from './tried-waiters.ts';

type Given = Pick<Kernel, 'log' | 'now'> & {
  deliveryRepository: Pick<DeliveryRepository, 'waiting' | 'nextDue' | 'dueById'>;
  tryDelivery: TryDelivery;
  recordAttempt: RecordAttempt;
  /** The first pause after an error of the database. */
  retryMs: number;
  /** Called after each attempt. */
  onTried: (status: DeliveryStatus) => void;
};

const stopMaxMs = 2000;

export type Sender = ReturnType<typeof createSender>;

export function createSender(given: Given) {
  const flights = createFlights();
  const places = createPlaces(given, flights);
  const waiters = createTriedWaiters();
  const timer = createSenderTimer({ ...given, wake });
  let isStopped = true;

  return {
    start() {
      isStopped = false;
      timer.noteRecorded();
      wake();
    },
    /** Something new is due. */
    wake,
    isSending: flights.has,

    /** Sends it now, at a place of its own. */
    sendFirst(id: number) {
      places.addFirst(id);
      wake();
    },

    /** Whether something has been due for longer than this, while no attempt has ended. */
    isStuck: (ms: number) => !isStopped && timer.isQuietFor(ms) && places.isDueSince(ms),

    /** Resolves after the next attempt of this delivery; with null after `maxMs`. */
    whenTried: (id: number, maxMs: number): Promise<Tried> =>
      isStopped ? Promise.resolve(null) : waiters.wait(id, maxMs),

    /** Lets attempts in flight end, but not for long. An attempt that is cut off does not count: it is sent again at the next
     *  start. */
    async stop(quietMs: number) {
      isStopped = true;
      timer.stop();
      await flights.landAll(Math.min(quietMs, stopMaxMs));
      waiters.endAll();
    },
  };

  function wake() {
    if (isStopped || timer.isResting()) return;
    try {
      timer.sleepUntil(places.fill(takeOff));
    } catch (error) {
      rest(error);
    }
  }

  function takeOff(delivery: DueDelivery, isExtra: boolean) {
    const sendNow = (stopped: AbortSignal) => send(given, delivery, stopped).catch(rest);
    flights.takeOff({ ...delivery, isExtra }, sendNow, (tried) => {
      if (tried) report(delivery.id, tried);
      wake();
    });
  }

  function report(id: number, tried: EndedTry) {
    timer.noteRecorded();
    waiters.tell(id, tried);
    given.onTried(tried.status);
  }

  function rest(error: unknown): undefined {
    if (!isStopped) timer.rest();
    given.log.error({ err: error }, 'deliveries of webhooks are not sent; tried again soon');
  }
}

/** Resolves with nothing when the attempt was cut off, or its delivery was removed. */
async function send(
  { now, recordAttempt, tryDelivery }: Given,
  delivery: DueDelivery,
  stopped: AbortSignal,
): Promise<EndedTry | undefined> {
  const made = { at: now().toISOString(), by: delivery.asked_by };
  const exchange = await tryDelivery(delivery, delivery.url, stopped);
  const status = exchange && (await recordAttempt(delivery, exchange, made));
  return exchange && status ? { status, exchange } : undefined;
}
