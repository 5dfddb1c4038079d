// Items that wait for the thread of the log store. Their number is bounded: one that comes beyond it is dropped and counted.
import { plural } from '../core/format.ts';
import type { Batch, Item, Kind } from './contents.ts';

/** Of each kind. */
const maxWaiting = 5000;
/** Of all lines. */
const maxChars = 4_000_000;
/** Items that are dropped within this time count as one loss. */
const lossMs = 60_000;

/** Numbers of items: lines of the log, and all others, which are measures. */
export type DroppedCounts = { lines: number; measures: number };
/** Items that were not kept: since the start, and in the latest loss; `at`: when the last one was dropped. */
export type Dropped = { all: DroppedCounts; latest: DroppedCounts; at: Date | null };

const none: DroppedCounts = { lines: 0, measures: 0 };

export function createWaiting(now: () => Date) {
  let kinds = new Map<Kind, unknown[]>();
  let chars = 0;
  let dropped: Dropped = { all: none, latest: none, at: null };
  const drop = (batch: Batch) => {
    const counts = countsOf(batch);
    if (isNone(counts)) return;
    const at = now();
    const goesOn = dropped.at !== null && at.getTime() - dropped.at.getTime() < lossMs;
    dropped = { all: sum(dropped.all, counts), latest: sum(goesOn ? dropped.latest : none, counts), at };
  };

  return {
    add<Name extends Kind>(kind: Name, item: Item<Name>) {
      const items = kinds.get(kind) ?? [];
      kinds.set(kind, items);
      const length = kind === 'lines' ? (item as string).length : 0;
      if (items.length >= maxWaiting || chars + length > maxChars) {
        drop({ [kind]: [item] });
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

/** `312 lines and 1 measure of requests` */
export function nameDropped({ lines, measures }: DroppedCounts): string {
  const named = [
    lines > 0 ? plural(lines, 'line') : '',
    measures > 0 ? plural(measures, 'measure of requests', 'measures of requests') : '',
  ];
  return named.filter((part) => part !== '').join(' and ');
}

/** `312 lines and 1 measure of requests were not kept` */
export function describeDropped(counts: DroppedCounts): string {
  return `${nameDropped(counts)} ${counts.lines + counts.measures === 1 ? 'was' : 'were'} not kept`;
}

const isNone = ({ lines, measures }: DroppedCounts) => lines + measures === 0;

function countsOf({ lines = [], ...others }: Batch): DroppedCounts {
  return {
    lines: lines.length,
    measures: Object.values(others).reduce((total, { length }) => total + length, 0),
  };
}

function sum(one: DroppedCounts, other: DroppedCounts): DroppedCounts {
  return { lines: one.lines + other.lines, measures: one.measures + other.measures };
}
