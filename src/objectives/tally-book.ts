// The stored counts in memory, as far as pages and checks need them, so that no page reads tens of thousands of rows. It is
// read from ops.db once, and again after a jump of the clock; it changes with each write.
import { windowDays } from '../objective-store/objective-values.ts';
import { daySec, floorTo, hourSec, minuteSec, type Span, type StoredTally, type Tally } from './tally.ts';
import type { TallyRepository } from './tally-repository.ts';

/** The longest window that is judged by minutes, and the longest one at all with the days of a strip. */
const minutesForSec = 6 * hourSec;
const hoursForSec = (windowDays.max + 1) * daySec;
/** A clock that moves further between two calls was set, or the machine has slept: forgotten rows may be needed again. */
const jumpSec = 2 * hourSec;

type Given = { tallyRepository: Pick<TallyRepository, 'since'>; now: () => Date };

export type TallyBook = ReturnType<typeof createTallyBook>;

export function createTallyBook({ tallyRepository, now }: Given) {
  let rows: Record<Span, Map<string, Map<number, Tally>>> | null = null;
  let version = 0;
  let lastMs: number | null = null;

  return {
    /** It changes with each write. */
    version: () => version,

    /** Enters rows as they are stored. */
    enter(stored: readonly StoredTally[]) {
      heedJump();
      if (rows) for (const row of stored) put(rows, row);
      version += 1;
      if (rows) forgetOld(rows, now());
    },

    /** The rows of an objective by their start. Throws the errors of SQLite. */
    rows: (name: string, span: Span): ReadonlyMap<number, Tally> => read()[span].get(name) ?? new Map(),

    /** The sum over the last `lengthSec`, the span that is not over included. Throws the errors of SQLite. */
    sum(name: string, lengthSec: number): Tally {
      const span = lengthSec <= minutesForSec ? minuteSec : hourSec;
      const last = floorTo(now().getTime() / 1000, span);
      const sum = { good: 0, total: 0 };
      for (const [at, { good, total }] of read()[span].get(name) ?? []) {
        if (at <= last - lengthSec || at > last) continue;
        sum.good += good;
        sum.total += total;
      }
      return sum;
    },
  };

  function heedJump() {
    const ms = now().getTime();
    if (lastMs !== null && Math.abs(ms - lastMs) > jumpSec * 1000) rows = null;
    lastMs = ms;
  }

  function read() {
    heedJump();
    if (rows) return rows;
    const seconds = now().getTime() / 1000;
    const found = { [minuteSec]: new Map(), [hourSec]: new Map() } as NonNullable<typeof rows>;
    for (const row of tallyRepository.since(minuteSec, seconds - minutesForSec - jumpSec)) put(found, row);
    for (const row of tallyRepository.since(hourSec, seconds - hoursForSec - jumpSec)) put(found, row);
    rows = found;
    return found;
  }
}

type Rows = Record<Span, Map<string, Map<number, Tally>>>;

function put(rows: Rows, { name, span, at, good, total }: StoredTally) {
  const ofName = rows[span].get(name) ?? new Map<number, Tally>();
  ofName.set(at, { good, total });
  rows[span].set(name, ofName);
}

function forgetOld(rows: Rows, time: Date) {
  const seconds = time.getTime() / 1000;
  for (const [span, keptSec] of [
    [minuteSec, minutesForSec],
    [hourSec, hoursForSec],
  ] as const)
    for (const ofName of rows[span].values())
      for (const at of ofName.keys()) if (at < seconds - keptSec - jumpSec - span) ofName.delete(at);
}
