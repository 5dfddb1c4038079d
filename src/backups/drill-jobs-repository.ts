// The jobs of restore tests that have reported what they saw.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { DrillFacts } from './drill-choice.ts';

/** `at`: when it ended. */
export type ReportedDrill = { number: number; at: string; facts: DrillFacts };

export type DrillJobs = ReturnType<typeof createDrillJobs>;

export function createDrillJobs(ops: Db) {
  const statements = prepareAll(ops, {
    reported: `
      SELECT number, finished_at AS at, coalesce(result, failure -> '$.detail') AS facts FROM job
      WHERE operation = 'drill' AND status IN ('succeeded', 'failed') AND mode = 'scripts'
      ORDER BY number DESC LIMIT ?
    `,
    end: `SELECT finished_at FROM job WHERE number = ? AND operation = 'drill'`,
  });
  return {
    /** The time at which the test with this number ended; null when there is none. */
    endOf: (number: number) => (statements.end.pluck().get(number) as string | null | undefined) ?? null,

    /** The newest ones, newest first. A test that failed for another reason than its backup has reported nothing. */
    newest: (limit: number): ReportedDrill[] =>
      (statements.reported.all(limit) as { number: number; at: string; facts: string | null }[]).flatMap(
        ({ facts: text, ...drill }) => {
          const facts = text === null ? null : (JSON.parse(text) as Partial<DrillFacts> | null);
          return facts?.proof ? [{ ...drill, facts: facts as DrillFacts }] : [];
        },
      ),
  };
}
