// The use of the disk by day and part, in ops.db: as last measured on that day (UTC).
import { type Db, prepareAll } from '../core/db/open.ts';
import type { DiskPartName } from './parts-of-disk.ts';

export type DayUse = { day: string; part: DiskPartName; bytes: number };
export type DiskUseRepository = ReturnType<typeof createDiskUseRepository>;

const sql = {
  put: 'INSERT INTO disk_use (day, part, bytes) VALUES (@day, @part, @bytes) ON CONFLICT DO UPDATE SET bytes = @bytes',
  prune: 'DELETE FROM disk_use WHERE day < ?',
  since: 'SELECT day, part, bytes FROM disk_use WHERE day >= ? ORDER BY day, part',
};

export function createDiskUseRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const save = ops.transaction((uses: DayUse[], firstDay: string) => {
    for (const use of uses) statements.put.run(use);
    statements.prune.run(firstDay);
  });
  return {
    /** Replaces the uses of the day, and removes those before `firstDay`. */
    save: (uses: DayUse[], firstDay: string) => save.immediate(uses, firstDay),

    /** The uses from that day on, the oldest first. */
    since: (day: string) => statements.since.all(day) as DayUse[],
  };
}
