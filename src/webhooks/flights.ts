// The deliveries that are being sent now, and who gets the next place.
import type { DueDelivery, WaitingOf } from './delivery-repository.ts';

type Flight = { webhook: string; isExtra: boolean; stopped: AbortController; ended: Promise<void> };

const maxAtOnce = 4;
const maxOfWebhook = 2;
/** All those together that fail: each of their attempts may last until its limit. */
const maxFailing = 2;
/** Tests have places of their own. */
const maxExtra = 2;

export type Flights = ReturnType<typeof createFlights>;

export function createFlights() {
  const flights = new Map<number, Flight>();
  /** The number of the last start of each webhook. */
  const lastStarts = new Map<string, number>();
  let starts = 0;

  return {
    has: (id: number) => flights.has(id),

    ids: () => [...flights.keys()],

    hasExtra: () => [...flights.values()].filter(({ isExtra }) => isExtra).length < maxExtra,

    /** The webhooks that may get one more now, the next one first: the one with the fewest flights that has waited longest. */
    open(all: WaitingOf[]): WaitingOf[] {
      const flying = [...flights.values()].filter(({ isExtra }) => !isExtra).map(({ webhook }) => webhook);
      const countOf = (name: string) => flying.filter((other) => other === name).length;
      const failing = all.filter(({ isFailing }) => isFailing).map(({ name }) => name);
      const failingPlaces = maxFailing - flying.filter((name) => failing.includes(name)).length;
      /** The last place is kept for a webhook without a flight. */
      const hasSecond = flying.length < maxAtOnce - 1;
      const isOpen = ({ name, isFailing }: WaitingOf) => {
        const count = countOf(name);
        if (isFailing) return count === 0 && failingPlaces > 0;
        return count === 0 || (count < maxOfWebhook && hasSecond);
      };
      const turnOf = (name: string) => lastStarts.get(name) ?? 0;
      if (flying.length >= maxAtOnce) return [];
      return all
        .filter(isOpen)
        .sort(
          (one, other) => countOf(one.name) - countOf(other.name) || turnOf(one.name) - turnOf(other.name),
        );
    },

    /** `landed` is called when the delivery is no longer sent, so that its next attempt may be asked for. */
    takeOff<Result>(
      { id, webhook, isExtra }: Pick<DueDelivery, 'id' | 'webhook'> & { isExtra: boolean },
      send: (stopped: AbortSignal) => Promise<Result>,
      landed: (result: Result) => void,
    ) {
      const stopped = new AbortController();
      const ended = send(stopped.signal).then((result) => {
        flights.delete(id);
        landed(result);
      });
      flights.set(id, { webhook, isExtra, stopped, ended });
      lastStarts.set(webhook, ++starts);
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
