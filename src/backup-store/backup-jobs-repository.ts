// The jobs behind backups, in ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';

export type BackupJobs = ReturnType<typeof createBackupJobs>;

const sql = {
  number: 'SELECT number FROM job WHERE id = ?',
  byPrefix: 'SELECT number FROM job WHERE id >= @prefix AND id < @prefix || char(127) LIMIT 1',
  inUse: `
    SELECT 1 FROM job WHERE status IN ('queued', 'running', 'retrying')
      AND (args ->> '$.backup' = @id OR operation = 'drill' AND args ->> '$.backup' IS NULL) LIMIT 1
  `,
  written: 'SELECT 1 FROM audit WHERE id = @id AND hash = @hash',
  maker: `SELECT status, result FROM job WHERE number = ? AND operation = 'backup'`,
};

type Maker = { status: string; result: { backup?: unknown; sha256?: unknown } | null };

export function createBackupJobs(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    /** Null for a script that was started by hand. */
    numberOf: (jobId: string) => (statements.number.pluck().get(jobId) as number | undefined) ?? null,

    /** The number of the job whose id begins so. */
    numberOfPrefix: (prefix: string) =>
      (statements.byPrefix.pluck().get({ prefix }) as number | undefined) ?? null,

    /** Whether a job tests or restores it, or is about to. A test that names no backup may take any. */
    isInUse: (id: string): boolean => statements.inUse.get({ id }) !== undefined,

    /** Whether the audit log has this row: a set with it was made from this data folder. */
    hasWritten: (head: { id: number; hash: string } | null): boolean =>
      head !== null && statements.written.get(head) !== undefined,

    /** The job of this number, if it is a backup. */
    maker(number: number): Maker | null {
      const row = statements.maker.get(number) as { status: string; result: string | null } | undefined;
      return row ? { status: row.status, result: JSON.parse(row.result ?? 'null') } : null;
    },
  };
}
