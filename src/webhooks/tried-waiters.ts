// Callers that wait for the end of the next attempt of a delivery.
import type { DeliveryStatus, Exchange } from './delivery.ts';

export type EndedTry = { status: DeliveryStatus; exchange: Exchange };
/** The end of an attempt; null while it has not ended. */
export type Tried = EndedTry | null;

export function createTriedWaiters() {
  const waiters = new Map<number, (tried: Tried) => void>();

  return {
    /** Resolves after the next attempt of this delivery; with null after `maxMs`. */
    wait(id: number, maxMs: number): Promise<Tried> {
      return new Promise((resolve) => {
        const late = setTimeout(() => end(null), maxMs);
        const end = (tried: Tried) => {
          clearTimeout(late);
          waiters.delete(id);
          resolve(tried);
        };
        waiters.set(id, end);
      });
    },

    tell: (id: number, tried: EndedTry) => waiters.get(id)?.(tried),

    /** Nothing is sent any more. */
    endAll() {
      for (const end of waiters.values()) end(null);
    },
  };
}
