// The ways in which backups have gone: deleted by a person, removed by the job of a later backup, or neither.
import { type Db, prepareAll } from '../core/db/open.ts';

export type Vanished = { id: string; at: string; gone_at: string };

/** The jobs that can have removed a backup are those that ended after it was made. A running one says only at its end what it has
 *  removed. */
const removing = `
  operation = 'backup' AND (
    finished_at > backup.at AND EXISTS (SELECT 1 FROM json_each(job.result, '$.removed') WHERE value = backup.id)
    OR status = 'running' AND started_at <= backup.gone_at
  )
`;

const sql = {
  remover: `SELECT max(job.number) FROM backup JOIN job ON ${removing} WHERE backup.id = ?`,
  unasked: `
    SELECT id, at, gone_at FROM backup
    WHERE kind = 'full' AND gone_at IS NOT NULL
      AND gone_at > coalesce((SELECT max(at) FROM backup WHERE kind = 'full' AND gone_at IS NULL), '')
      AND NOT EXISTS (
        SELECT 1 FROM audit
        WHERE target = 'backup:' || backup.id AND event = 'backup.removed' AND outcome = 'ok'
      )
      AND NOT EXISTS (SELECT 1 FROM job WHERE ${removing})
    ORDER BY at DESC LIMIT 20
  `,
};

export function createVanishedBackups(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    /** The number of the job that has removed it by the rules of retention. */
    removerOf: (id: string) => (statements.remover.pluck().get(id) as number | null | undefined) ?? null,

    /** The full ones that nobody has deleted here, gone since the newest backup that is there was made; newest first. */
    unasked: () => statements.unasked.all() as Vanished[],
  };
}
