// Counts attempts by the state of their delivery after them, since the start of this server.
import type { DeliveryStatus } from './delivery.ts';

export function createTriedCounts() {
  const counts = { delivered: 0, retrying: 0, failed: 0 };
  return {
    add(status: DeliveryStatus) {
      if (status !== 'pending') counts[status] += 1;
    },
    all: () => Object.entries(counts),
  };
}
