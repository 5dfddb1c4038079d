import type { Db } from '../core/db/open.ts';

export type OpenErrors = ReturnType<typeof createOpenErrors>;

/** Errors that checks have found and that nobody has muted. */
export function createOpenErrors(ops: Db, now: () => Date) {
  const count = ops
    .prepare<[string], number>(
      `
        SELECT count(*) FROM finding
        WHERE cleared_at IS NULL AND severity = 'error' AND coalesce(muted_until, '') <= ?
      `,
    )
    .pluck();
  return { count: (): number => count.get(now().toISOString()) ?? 0 };
}
