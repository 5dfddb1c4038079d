// The jobs behind backups, in ops.db.
import { type Db, prepareAll } from '../core/db/open.ts';

export type BackupJobs = ReturnType<typeof createBackupJobs>;

const sql = {
  number: 'SELECT number FROM job WHERE id = ?',
  byPrefix: 'SELECT number FROM job WHERE id >= @prefix AND id < @prefix || char(127) LIMIT 1',
  inUse: `
    SELECT DISTINCT args ->> '$.backup' AS backup FROM job
    WHERE status IN ('queued', 'running', 'retrying') AND args ->> '$.backup' IS NOT NULL
  `,
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

    /** The backups that jobs test or restore, or are about to. */
    inUse: () => new Set(statements.inUse.pluck().all() as string[]),

    /** The job of this number, if it is a backup. */
    maker(number: number): Maker | null {
      const row = statements.maker.get(number) as { status: string; result: string | null } | undefined;
      return row ? { status: row.status, result: JSON.parse(row.result ?? 'null') } : null;
    },
  };
}
