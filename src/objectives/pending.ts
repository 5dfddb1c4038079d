// Counts of the current minutes that are not written yet. They are bounded: while ops.db cannot be written for a day, the
// oldest ones are dropped.
import type { ObjectiveName } from '../objective-store/declared.ts';
import { type MinuteTally, minuteNames, minuteOf } from './tally.ts';

const maxMinutes = 10_000;

export type Pending = ReturnType<typeof createPending>;

export function createPending(now: () => Date) {
  let minutes = new Map<string, MinuteTally>();

  return {
    /** Counts an event in the minute that is now, or in the given one; a minute itself counts once. */
    add(name: ObjectiveName, isGood: boolean, at = minuteOf(now())) {
      count({ name, at, good: isGood ? 1 : 0, total: 1 });
    },

    /** The oldest counts, which the caller writes or gives back. */
    take(max: number): MinuteTally[] {
      const taken = [...minutes].slice(0, max);
      for (const [key] of taken) minutes.delete(key);
      return taken.map(([, minute]) => minute);
    },

    /** Puts counts back after a failed write, before those that came meanwhile. */
    giveBack(taken: readonly MinuteTally[]) {
      const newer = [...minutes.values()];
      minutes = new Map();
      for (const one of [...taken, ...newer]) count(one);
    },
  };

  function count({ name, at, good, total }: MinuteTally) {
    const key = `${name} ${at}`;
    const known = minutes.get(key);
    if (known) {
      if (minuteNames.has(name)) return;
      known.good += good;
      known.total += total;
      return;
    }
    const [oldest] = minutes.size >= maxMinutes ? minutes.keys() : [];
    if (oldest !== undefined) minutes.delete(oldest);
    minutes.set(key, { name, at, good, total });
  }
}
