import type { Db } from '../core/db/open.ts';

/** Returns how many runs of the server have ended since `since` (ISO 8601) without a stop. */
export function prepareLostStarts(ops: Db): (since: string) => number {
  const count = ops
    .prepare<[string], number>(`SELECT count(*) FROM server_start WHERE "end" = 'lost' AND ended_at > ?`)
    .pluck();
  return (since) => count.get(since) ?? 0;
}
