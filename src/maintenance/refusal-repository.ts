// How many requests a window has refused, counted from their audit rows.
import { type Db, prepareAll } from '../core/db/open.ts';

/** Older refusals are not counted, so that a window of many refusals costs no more. */
export const maxRefusals = 1000;

/** The rows that stand for several requests have their number in `suppressed`. A row whose detail somebody has damaged by other
 *  means is left out. */
const sql = {
  since: `
    SELECT event, coalesce(sum(coalesce(detail ->> 'suppressed', 1)), 0) AS times
    FROM (
      SELECT event, at, detail FROM audit WHERE outcome = 'refused' AND outcome <> 'ok' ORDER BY id DESC LIMIT ${maxRefusals}
    )
    WHERE at >= ? AND json_valid(detail) AND detail ->> 'code' = 'maintenance'
    GROUP BY event
  `,
};

export type RefusalRepository = ReturnType<typeof createRefusalRepository>;

export function createRefusalRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    /** The number of refused requests since a time, by the event of their audit rows. */
    since: (at: string) => statements.since.all(at) as { event: string; times: number }[],
  };
}
