// Sends what is due: a few at once, and never so many to one webhook that a receiver that hangs would hold up the others. One timer
// waits for the next due time.
import type { Kernel } from '../core/kernel.ts';
import type { TryDelivery } from './attempt.ts';
import type { DeliveryStatus } from './delivery.ts';
import type { DeliveryRepository, DueDelivery } from './delivery-repository.ts';
import type { Made, RecordAttempt } from './record-attempt.ts';
import { createFlights, type Flights } from './flights.ts';
import { createSenderTimer } from './sender-timer.ts';
import { createTriedWaiters, type EndedTry, type Tried } from './tried-waiters.ts';

type Given = Pick<Kernel, 'log' | 'now'> & {
  deliveryRepository: Pick<DeliveryRepository, 'nextDue' | 'nextAt'>;
  tryDelivery: TryDelivery;
  recordAttempt: RecordAttempt;
  /** Called after each attempt. */
  onTried: (status: DeliveryStatus) => void;
};

const maxAtOnce = 4;
const stopMaxMs = 2000;

export type Sender = ReturnType<typeof createSender>;

export function createSender(given: Given) {
  const flights = createFlights();
  /** The names of people who asked for the next attempt, by the delivery. */
  const askedBy = new Map<number, string>();
  const waiters = createTriedWaiters();
  const timer = createSenderTimer({ ...given, wake });
  let isStopped = true;

  return {
    start() {
      isStopped = false;
      wake();
    },
    /** Something new is due. */
    wake,
    isSending: flights.has,
    /** The next attempt of a delivery that is due is made for this person. */
    askFor: (id: number, by: string) => void askedBy.set(id, by),

    /** Resolves after the next attempt of this delivery; with null after `maxMs`. */
    whenTried: (id: number, maxMs: number): Promise<Tried> =>
      isStopped ? Promise.resolve(null) : waiters.wait(id, maxMs),

    /** Lets what is being sent end, but not for long. An attempt that is cut off does not count: it is sent again at the next
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
      timer.sleepUntil(fillFlights(given, flights, takeOff));
    } catch (error) {
      rest(error);
    }
  }

  function takeOff(delivery: DueDelivery) {
    const { id } = delivery;
    const made = { at: given.now().toISOString(), by: askedBy.get(id) ?? null };
    askedBy.delete(id);
    const sendNow = (stopped: AbortSignal) => send(given, delivery, made, stopped).catch(rest);
    flights.takeOff(delivery, sendNow, (tried) => {
      if (tried) report(id, tried);
      wake();
    });
  }

  function report(id: number, tried: EndedTry) {
    waiters.tell(id, tried);
    given.onTried(tried.status);
  }

  function rest(error: unknown): undefined {
    if (!isStopped) timer.rest();
    given.log.error({ err: error }, 'deliveries of webhooks are not sent; tried again soon');
  }
}

/** Returns when it is to be called again; null without such a time. The end of an attempt is a reason to, in any case. */
function fillFlights(
  { deliveryRepository, now }: Given,
  flights: Flights,
  takeOff: (delivery: DueDelivery) => void,
): string | null {
  while (flights.count() < maxAtOnce) {
    const delivery = deliveryRepository.nextDue(now().toISOString(), flights.full());
    if (!delivery) return deliveryRepository.nextAt(flights.full());
    takeOff(delivery);
  }
  return null;
}

/** Resolves with nothing when the attempt was cut off, or its delivery was removed. */
async function send(
  { recordAttempt, tryDelivery }: Given,
  delivery: DueDelivery,
  made: Made,
  stopped: AbortSignal,
): Promise<EndedTry | undefined> {
  const exchange = await tryDelivery(delivery, delivery.url, stopped);
  const status = exchange && (await recordAttempt(delivery, exchange, made));
  return exchange && status ? { status, exchange } : undefined;
}
