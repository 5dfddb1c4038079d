// What waits for the thread of the log store. It is bounded: what comes while it is full is dropped and counted.
import type { Batch, Item, Kind } from './contents.ts';

/** Of each kind. */
const maxWaiting = 5000;

export function createWaiting(now: () => Date) {
  let kinds = new Map<Kind, unknown[]>();
  let dropped = { times: 0, at: null as Date | null };
  const drop = (items: number) => {
    dropped = { times: dropped.times + items, at: now() };
  };

  return {
    add<Name extends Kind>(kind: Name, item: Item<Name>) {
      const items = kinds.get(kind) ?? [];
      kinds.set(kind, items);
      if (items.length >= maxWaiting) drop(1);
      else items.push(item);
    },

    isEmpty: () => kinds.size === 0,

    /** Everything that waits, which the caller now has to write or to count with `drop`. */
    take(): { batch: Batch; items: number } {
      const items = [...kinds.values()].reduce((sum, { length }) => sum + length, 0);
      const batch = Object.fromEntries(kinds) as Batch;
      kinds = new Map();
      return { batch, items };
    },

    drop,

    /** Items that were not kept since the start, and when the last one was. */
    dropped: () => dropped,
  };
}
