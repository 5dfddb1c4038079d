// What waits for the thread of the log store. It is bounded: what comes while it is full is dropped, and lines are counted.
import type { Batch, Item, Kind } from './contents.ts';

/** Of each kind. */
const maxWaiting = 5000;
/** Of all lines. */
const maxChars = 4_000_000;
/** Lines that are dropped within this time count as one loss. */
const lossMs = 60_000;

/** Lines that were not kept: since the start, and in the latest loss; `at`: when the last one was dropped. */
export type Dropped = { times: number; latest: number; at: Date | null };

export function createWaiting(now: () => Date) {
  let kinds = new Map<Kind, unknown[]>();
  let chars = 0;
  let dropped: Dropped = { times: 0, latest: 0, at: null };
  const drop = (lines: number) => {
    if (lines === 0) return;
    const at = now();
    const goesOn = dropped.at !== null && at.getTime() - dropped.at.getTime() < lossMs;
    dropped = { times: dropped.times + lines, latest: (goesOn ? dropped.latest : 0) + lines, at };
  };

  return {
    add<Name extends Kind>(kind: Name, item: Item<Name>) {
      const items = kinds.get(kind) ?? [];
      kinds.set(kind, items);
      const length = kind === 'lines' ? (item as string).length : 0;
      if (items.length >= maxWaiting || chars + length > maxChars) {
        drop(kind === 'lines' ? 1 : 0);
        return;
      }
      items.push(item);
      chars += length;
    },

    isEmpty: () => kinds.size === 0,

    /** Everything that waits, which the caller now has to write or to count with `drop`. */
    take(): Batch {
      const batch = Object.fromEntries(kinds) as Batch;
      kinds = new Map();
      chars = 0;
      return batch;
    },

    drop,
    dropped: () => dropped,
  };
}
