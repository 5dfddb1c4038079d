// Sends what is due: a few at once, and never so many to one webhook that a receiver that hangs would hold up the others. One timer
// waits for the next due time.
import type { Kernel } from '../core/kernel.ts';
import type { TryDelivery } from './attempt.ts';
import type { DeliveryStatus, Exchange } from './delivery.ts';
import type { DeliveryRepository, DueDelivery } from './delivery-repository.ts';
import type { RecordAttempt } from './record-attempt.ts';

type Given = Pick<Kernel, 'log' | 'now'> & {
  deliveryRepository: Pick<DeliveryRepository, 'nextDue' | 'nextAt'>;
  tryDelivery: TryDelivery;
  recordAttempt: RecordAttempt;
  /** Called after each attempt. */
  onTried: (status: DeliveryStatus) => void;
};

type EndedTry = { status: DeliveryStatus; exchange: Exchange };
/** What became of an attempt; null when it has not ended. */
export type Tried = EndedTry | null;

type Flight = { webhook: string; stopped: AbortController; ended: Promise<void> };

const maxAtOnce = 4;
const maxOfWebhook = 2;
/** A machine that slept, and a clock that was set, are noticed within this time. */
const sleepMaxMs = 30_000;
/** Pause after an error of the database. */
const restMs = 5000;
const stopMaxMs = 2000;

export type Sender = ReturnType<typeof createSender>;

export function createSender(given: Given) {
  const { deliveryRepository, log, now, onTried, recordAttempt, tryDelivery } = given;
  const flights = new Map<number, Flight>();
  /** The names of people who asked for the next attempt, by the delivery. */
  const askedBy = new Map<number, string>();
  const waiters = new Map<number, (tried: Tried) => void>();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = true;
  let isResting = false;

  return {
    start() {
      isStopped = false;
      wake();
    },

    /** Something new is due. */
    wake,

    isSending: (id: number) => flights.has(id),

    /** The next attempt of a delivery that is due is made for this person. */
    askFor(id: number, by: string) {
      askedBy.set(id, by);
    },

    /** Resolves after the next attempt of this delivery; with null after `maxMs`. */
    whenTried(id: number, maxMs: number): Promise<Tried> {
      return new Promise((resolve) => {
        const late = setTimeout(() => end(null), maxMs);
        const end = (tried: Tried) => {
          clearTimeout(late);
          waiters.delete(id);
          resolve(tried);
        };
        waiters.set(id, end);
        if (isStopped) end(null);
      });
    },

    /** Lets what is being sent end, but not for long. An attempt that is cut off does not count: it is sent again at the next
     *  start. */
    async stop(quietMs: number) {
      isStopped = true;
      clearTimeout(timer);
      const all = Promise.all([...flights.values()].map(({ ended }) => ended));
      const cutOff = setTimeout(
        () => {
          for (const { stopped } of flights.values()) stopped.abort();
        },
        Math.min(quietMs, stopMaxMs),
      );
      await all;
      clearTimeout(cutOff);
      for (const end of waiters.values()) end(null);
    },
  };

  function wake() {
    if (isStopped || isResting) return;
    try {
      while (flights.size < maxAtOnce) {
        const delivery = deliveryRepository.nextDue(now().toISOString(), busy());
        if (!delivery) break;
        takeOff(delivery);
      }
      // The end of an attempt wakes it, too.
      sleepUntil(flights.size < maxAtOnce ? deliveryRepository.nextAt(busy()) : null);
    } catch (error) {
      rest(error);
    }
  }

  function busy() {
    const all = [...flights.values()].map(({ webhook }) => webhook);
    const full = all.filter((name) => all.filter((other) => other === name).length >= maxOfWebhook);
    return { webhooks: [...new Set(full)], ids: [...flights.keys()] };
  }

  function takeOff(delivery: DueDelivery) {
    const stopped = new AbortController();
    const ended = send(delivery, stopped.signal)
      .catch(rest)
      .then((tried) => {
        // Before anybody hears of the end, because they may ask for the next attempt.
        flights.delete(delivery.id);
        if (tried) report(delivery.id, tried);
        wake();
      });
    flights.set(delivery.id, { webhook: delivery.webhook, stopped, ended });
  }

  /** Resolves with nothing when the attempt was cut off, or its delivery was removed. */
  async function send(delivery: DueDelivery, stopped: AbortSignal): Promise<EndedTry | undefined> {
    const { id, url } = delivery;
    const made = { at: now().toISOString(), by: askedBy.get(id) ?? null };
    askedBy.delete(id);
    const exchange = await tryDelivery(delivery, url, stopped);
    const status = exchange && (await recordAttempt(delivery, exchange, made));
    return exchange && status ? { status, exchange } : undefined;
  }

  function report(id: number, tried: EndedTry) {
    waiters.get(id)?.(tried);
    onTried(tried.status);
  }

  function sleepUntil(at: string | null) {
    clearTimeout(timer);
    if (at === null) return;
    const ms = Date.parse(at) - now().getTime();
    timer = setTimeout(wake, Math.min(Math.max(ms, 1), sleepMaxMs));
  }

  /** Otherwise what could not be recorded would be sent again at once. */
  function rest(error: unknown) {
    log.error({ err: error }, 'deliveries of webhooks are not sent; tried again soon');
    if (isStopped) return;
    isResting = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      isResting = false;
      wake();
    }, restMs);
  }
}
