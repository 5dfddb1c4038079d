// The jobs behind backups, in ops.db.
import { ownRows } from '../core/db/audit-chain.ts';
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Backup } from './backup.ts';

export type BackupJobs = ReturnType<typeof createBackupJobs>;

const sql = {
  number: 'SELECT number FROM job WHERE id = ?',
  byPrefix: 'SELECT number FROM job WHERE id >= @prefix AND id < @prefix || char(127) LIMIT 1',
  user: `
    SELECT number FROM job WHERE status IN ('queued', 'running', 'retrying') AND (
      args ->> '$.backup' = @id
      OR operation = 'drill' AND args ->> '$.backup' IS NULL AND @kind = 'full'
      OR operation = 'undo' AND EXISTS (
        SELECT 1 FROM job AS undone
        WHERE undone.number = CAST(job.args ->> '$.job' AS INTEGER) AND undone.result ->> '$.backup' = @id
      )
    ) ORDER BY number LIMIT 1
  `,
  began: `SELECT at FROM audit WHERE ${ownRows} ORDER BY id LIMIT 1`,
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

    /** The number of a job that tests or restores it, or undoes the job that it was made for, or is about to; null without one. A
     *  test that names no backup may take any full one. */
    userOf: ({ id, kind }: Pick<Backup, 'id' | 'kind'>) =>
      (statements.user.pluck().get({ id, kind }) as number | undefined) ?? null,

    /** Whether this history of jobs had begun by then. */
    hadBegunBy(at: string): boolean {
      const began = statements.began.pluck().get() as string | undefined;
      return began !== undefined && began <= at;
    },

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
