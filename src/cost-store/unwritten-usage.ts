// Usage that is counted and not written yet.
import { isLastOfDay } from './usage-item.ts';
import type { UsageRow } from './usage-repository.ts';

export function createUnwrittenUsage() {
  let rows = new Map<string, UsageRow>();

  return {
    /** The last measurement of a day counts, other items are added up. */
    add,

    take(): UsageRow[] {
      const taken = [...rows.values()];
      rows = new Map();
      return taken;
    },

    /** After a write that has failed or will not happen; newer measurements stay. */
    giveBack(taken: readonly UsageRow[]) {
      const newer = [...rows.values()];
      rows = new Map();
      for (const row of [...taken, ...newer]) add(row);
    },
  };

  function add(row: UsageRow) {
    const key = keyOf(row);
    const known = rows.get(key);
    if (!known || isLastOfDay(row.item)) rows.set(key, { ...row });
    else known.quantity += row.quantity;
  }
}

const keyOf = ({ day, item, is_estimate }: UsageRow) => `${day} ${item} ${is_estimate}`;
