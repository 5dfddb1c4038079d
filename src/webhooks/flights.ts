// The deliveries that are being sent now.
import type { DueDelivery, Excluded } from './delivery-repository.ts';

type Flight = { webhook: string; stopped: AbortController; ended: Promise<void> };

const maxOfWebhook = 2;

export type Flights = ReturnType<typeof createFlights>;

export function createFlights() {
  const flights = new Map<number, Flight>();

  return {
    count: () => flights.size,

    has: (id: number) => flights.has(id),

    /** Those that get no further one now. */
    full(): Excluded {
      const all = [...flights.values()].map(({ webhook }) => webhook);
      const full = all.filter((name) => all.filter((other) => other === name).length >= maxOfWebhook);
      return { webhooks: [...new Set(full)], ids: [...flights.keys()] };
    },

    /** `landed` is called when the delivery is no longer sent, so that its next attempt may be asked for. */
    takeOff<Result>(
      { id, webhook }: Pick<DueDelivery, 'id' | 'webhook'>,
      send: (stopped: AbortSignal) => Promise<Result>,
      landed: (result: Result) => void,
    ) {
      const stopped = new AbortController();
      const ended = send(stopped.signal).then((result) => {
        flights.delete(id);
        landed(result);
      });
      flights.set(id, { webhook, stopped, ended });
    },

    /** Waits for all, and cuts off those that last longer. */
    async landAll(quietMs: number) {
      const cutOff = setTimeout(() => {
        for (const { stopped } of flights.values()) stopped.abort();
      }, quietMs);
      await Promise.all([...flights.values()].map(({ ended }) => ended));
      clearTimeout(cutOff);
    },
  };
}
