// Usage that is counted and not written yet.
import { isLastOfDay } from './usage-item.ts';
import type { UsageRow } from './usage-repository.ts';

export function createUnwrittenUsage() {
  let rows = new Map<string, UsageRow>();
  /** Taken by a write that has not ended. */
  let inFlight: readonly UsageRow[] = [];

  return {
    /** The last measurement of a day counts, other items are added up. */
    add,

    take,

    /** Takes the rows of an unfinished write, too, which then writes nothing. */
    takeAll(): readonly UsageRow[] {
      giveBack(inFlight);
      const all = take();
      inFlight = [];
      return all;
    },

    /** Writes the taken rows, unless `takeAll` has them. Throws the error of `write`: then they are still in flight. */
    settle(taken: readonly UsageRow[], write: (rows: readonly UsageRow[]) => void) {
      if (inFlight !== taken) return;
      write(taken);
      inFlight = [];
    },

    /** After a write that has failed; newer measurements stay. False when `takeAll` has it. */
    giveBack,
  };

  function take(): readonly UsageRow[] {
    inFlight = [...rows.values()];
    rows = new Map();
    return inFlight;
  }

  function giveBack(taken: readonly UsageRow[]): boolean {
    if (inFlight !== taken) return false;
    const newer = [...rows.values()];
    [rows, inFlight] = [new Map(), []];
    for (const row of [...taken, ...newer]) add(row);
    return true;
  }

  function add(row: UsageRow) {
    const key = keyOf(row);
    const known = rows.get(key);
    if (!known || isLastOfDay(row.item)) rows.set(key, { ...row });
    else known.quantity += row.quantity;
  }
}

const keyOf = ({ day, item, is_estimate }: UsageRow) => `${day} ${item} ${is_estimate}`;
