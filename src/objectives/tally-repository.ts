// The counts of the objectives by minute and by hour, in ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';
import { daySec, floorTo, hourSec, type MinuteTally, minuteNames, minuteSec, type Span } from './tally.ts';
import type { StoredTally } from './tally.ts';

/** How long minutes and hours are kept. */
const keptMinutesSec = 3 * daySec;
const keptHoursSec = 400 * daySec;
/** A clock that is wrong for some minutes must not empty the table. */
const removedAtOnce = 1000;

/** `most`: the most that a row may count, so that no minute is counted twice. */
const sql = {
  add: `
    INSERT INTO objective_tally (name, span, at, good, total) VALUES (@name, @span, @at, @good, @total)
    ON CONFLICT (name, span, at) DO UPDATE SET good = min(good + excluded.good, @most),
      total = min(total + excluded.total, @most)
    WHERE total < @most
    RETURNING name, span, at, good, total
  `,
  since: `
    SELECT name, span, at, good, total FROM objective_tally INDEXED BY objective_tally_at
    WHERE span = @span AND at >= @since
  `,
  first: 'SELECT min(at) AS at FROM objective_tally WHERE name = @name AND span = 3600',
  hasUp: `
    SELECT 1 FROM objective_tally WHERE name = 'up' AND span = 60 AND at >= @from AND at < @to AND good > 0 LIMIT 1
  `,
  prune: `
    DELETE FROM objective_tally WHERE (name, span, at) IN (
      SELECT name, span, at FROM objective_tally INDEXED BY objective_tally_at
      WHERE span = @span AND at < @before LIMIT ${removedAtOnce}
    )
  `,
};

export type TallyRepository = ReturnType<typeof createTallyRepository>;

export function createTallyRepository(ops: Db) {
  const { add, since, first, hasUp, prune } = prepareAll(ops, sql);

  return {
    /** Adds minutes to their rows and to those of their hours, in one transaction. Returns the rows as they are now. */
    add: (minutes: readonly MinuteTally[]): StoredTally[] =>
      ops.transaction(() => minutes.flatMap(addMinute)).immediate(),

    /** Adds minutes to the rows of hours alone, as for a time of which no minutes are kept. */
    addToHours: (hours: readonly MinuteTally[]): StoredTally[] =>
      ops.transaction(() => hours.flatMap((one) => addRow(one, hourSec, hourSec / minuteSec))).immediate(),

    since: (span: Span, since: number) => readSince(span, since),

    /** The start of the first hour of an objective that is kept, in seconds since 1970; null without one. */
    first: (name: string): number | null => (first.get({ name }) as { at: number | null }).at,

    /** Whether a minute from `from` until `to` was counted as up. */
    hasUp: (from: number, to: number): boolean => hasUp.get({ from, to }) !== undefined,

    /** Removes some of the rows that are too old. */
    prune(now: Date) {
      const seconds = now.getTime() / 1000;
      prune.run({ span: minuteSec, before: seconds - keptMinutesSec });
      prune.run({ span: hourSec, before: seconds - keptHoursSec });
    },
  };

  function readSince(span: Span, from: number): StoredTally[] {
    return since.all({ span, since: from }) as StoredTally[];
  }

  /** A minute that is counted already adds nothing to its hour. */
  function addMinute(minute: MinuteTally): StoredTally[] {
    const isOnce = minuteNames.has(minute.name);
    const added = addRow(minute, minuteSec, isOnce ? 1 : null);
    if (added.length === 0) return [];
    return [...added, ...addRow(minute, hourSec, isOnce ? hourSec / minuteSec : null)];
  }

  function addRow({ name, at, good, total }: MinuteTally, span: Span, most: number | null): StoredTally[] {
    const row = { name, span, at: floorTo(at, span), good, total, most: most ?? Number.MAX_SAFE_INTEGER };
    return add.all(row) as StoredTally[];
  }
}
