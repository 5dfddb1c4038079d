// Gives the places of the sender to the deliveries that are due.
import type { Kernel } from '../core/kernel.ts';
import { maxRetryAfterMs } from './delivery.ts';
import type { DeliveryRepository, DueDelivery, WaitingOf } from './delivery-repository.ts';
import type { Flights } from './flights.ts';

type Given = Pick<Kernel, 'now'> & {
  deliveryRepository: Pick<DeliveryRepository, 'waiting' | 'nextDue' | 'dueById'>;
};
type TakeOff = (delivery: DueDelivery, isExtra: boolean) => void;

/** Longer than any delivery waits: one that is due later was queued before the clock was set back. */
const farMs = maxRetryAfterMs + 3_600_000;

export function createPlaces({ deliveryRepository, now }: Given, flights: Flights) {
  /** Deliveries that people wait for: they go before all others, at places of their own. */
  const first = new Set<number>();
  const timeIn = (ms: number) => new Date(now().getTime() + ms).toISOString();

  return {
    addFirst: (id: number) => void first.add(id),

    /** Returns when it is to be called again; null without such a time. The end of an attempt is a reason to, in any case. */
    fill(takeOff: TakeOff): string | null {
      for (const id of first) if (flights.hasExtra()) takeFirst(id, takeOff);
      return fillOthers(takeOff);
    },

    isDueSince(ms: number): boolean {
      const before = timeIn(-ms);
      return deliveryRepository.waiting([]).some(({ first: at }) => at !== null && at <= before);
    },
  };

  function takeFirst(id: number, takeOff: TakeOff) {
    first.delete(id);
    const delivery = flights.has(id) ? undefined : deliveryRepository.dueById(id);
    if (delivery) takeOff(delivery, true);
  }

  function fillOthers(takeOff: TakeOff): string | null {
    for (;;) {
      const ids = flights.ids();
      const times = { at: timeIn(0), far: timeIn(farMs) };
      const open = flights.open(deliveryRepository.waiting(ids)).filter(({ first: at }) => at !== null);
      const name = open.find((one) => isDue(one, times))?.name;
      const delivery = name === undefined ? undefined : deliveryRepository.nextDue(name, times, ids);
      if (!delivery) return open.map(({ first: at }) => at).sort()[0] ?? null;
      takeOff(delivery, false);
    }
  }
}

const isDue = ({ first, last }: WaitingOf, { at, far }: { at: string; far: string }) =>
  (first !== null && first <= at) || (last !== null && last > far);
