// The rows of the backups, in ops.db. The files in the folder of backups are the truth: a row whose files have vanished is
// marked as gone, and stays.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Backup, BackupKind, Test } from './backup.ts';

type Row = Omit<Backup, 'proof_steps' | 'is_kept'> & { proof_steps: string | null; is_kept: number };
/** Counts the backups of one kind whose files are there. */
type Total = { kind: BackupKind; sets: number; bytes: number };
/** A backup, also one that is gone, in a history. */
export type Mark = Pick<Backup, 'at' | 'kind' | 'proof'>;
type PageOf = { kind?: BackupKind; limit: number; before?: { at: string; id: string } };

export type BackupRepository = ReturnType<typeof createBackupRepository>;

const newestFirst = 'ORDER BY at DESC, id DESC';

const sql = {
  all: `SELECT * FROM backup WHERE gone_at IS NULL ${newestFirst}`,
  page: `
    SELECT * FROM backup WHERE gone_at IS NULL AND (@kind IS NULL OR kind = @kind)
      AND (@at IS NULL OR (at, id) < (@at, @id)) ${newestFirst} LIMIT @limit
  `,
  find: 'SELECT * FROM backup WHERE id = ?',
  since: `SELECT * FROM backup WHERE at >= ? ${newestFirst}`,
  marks: 'SELECT at, kind, proof FROM backup WHERE at >= ? ORDER BY at',
  totals:
    'SELECT kind, count(*) AS sets, sum(bytes) AS bytes FROM backup WHERE gone_at IS NULL GROUP BY kind',
  testedBy: `SELECT * FROM backup WHERE proof_job = ? ${newestFirst} LIMIT 1`,
  otherProven: `SELECT * FROM backup WHERE gone_at IS NULL AND proof = 'proven' AND id <> ? ${newestFirst} LIMIT 1`,
  newest: `SELECT * FROM backup WHERE gone_at IS NULL AND kind = ? ORDER BY at > ?, at DESC, id DESC LIMIT 1`,
  newestProven: `SELECT * FROM backup WHERE gone_at IS NULL AND proof = 'proven' ORDER BY at > ?, at DESC, id DESC LIMIT 1`,
  add: `
    INSERT INTO backup (id, job, at, kind, bytes, sha256, proof, proof_job, proof_at, proof_text, proof_steps,
      note, is_kept, gone_at)
    VALUES (@id, @job, @at, @kind, @bytes, @sha256, @proof, @proof_job, @proof_at, @proof_text, @proof_steps,
      @note, @is_kept, @gone_at)
    ON CONFLICT (id) DO UPDATE SET job = excluded.job, at = excluded.at, kind = excluded.kind,
      bytes = excluded.bytes, sha256 = excluded.sha256, proof = excluded.proof,
      proof_job = excluded.proof_job, proof_at = excluded.proof_at, proof_text = excluded.proof_text,
      proof_steps = excluded.proof_steps, note = excluded.note, gone_at = excluded.gone_at
  `,
  prove: `
    UPDATE backup SET proof = @proof, proof_job = @proof_job, proof_at = @proof_at, proof_text = @proof_text,
      proof_steps = @proof_steps
    WHERE id = @id
  `,
  describe: 'UPDATE backup SET is_kept = @is_kept, note = @note WHERE id = @id',
  markGone: 'UPDATE backup SET gone_at = @at WHERE id = @id AND gone_at IS NULL',
};

/** Times are ISO 8601 UTC. */
export function createBackupRepository(ops: Db, now = () => new Date()) {
  const statements = prepareAll(ops, sql);
  const first = (name: keyof typeof sql, ...given: unknown[]) => {
    const row = statements[name].get(...given) as Row | undefined;
    return row ? parse(row) : null;
  };
  const list = (name: keyof typeof sql, ...given: unknown[]) =>
    (statements[name].all(...given) as Row[]).map(parse);

  return {
    /** Those whose files are there, newest first, as in all lists here. */
    all: () => list('all'),
    /** `before`: the last one of the page before. */
    page: ({ kind, limit, before }: PageOf) =>
      list('page', { kind: kind ?? null, limit, at: before?.at ?? null, id: before?.id ?? null }),
    /** Also one that is gone. */
    find: (id: string) => first('find', id),
    /** Those made since a time, also those that are gone. */
    since: (at: string) => list('since', at),
    /** One that is dated later than now, by another clock, only where there is no other. */
    newest: (kind: BackupKind = 'full') => first('newest', kind, now().toISOString()),
    newestProven: () => first('newestProven', now().toISOString()),
    /** The one whose last test was that job. */
    testedBy: (job: number) => first('testedBy', job),
    /** The newest one besides `id` that is proven. */
    otherProven: (id: string) => first('otherProven', id),
    /** Those made since a time, the oldest first, also those that are gone. */
    marks: (since: string) => statements.marks.all(since) as Mark[],
    totals: () => statements.totals.all() as Total[],

    /** Adds a backup, or brings back one that was gone; a backup that a person has asked to keep stays kept. */
    add({ proof_steps, is_kept, ...backup }: Backup) {
      statements.add.run({ ...backup, proof_steps: JSON.stringify(proof_steps), is_kept: Number(is_kept) });
    },

    /** Records the outcome of a restore test; returns whether there is such a backup. */
    prove: (id: string, { proof_steps, ...test }: Test): boolean =>
      statements.prove.run({ id, ...test, proof_steps: JSON.stringify(proof_steps) }).changes > 0,

    /** Keeps it for good or no longer, and sets its note. */
    describe: (id: string, { is_kept, note }: Pick<Backup, 'is_kept' | 'note'>): boolean =>
      statements.describe.run({ id, is_kept: Number(is_kept), note }).changes > 0,

    markGone: (id: string, at: string): boolean => statements.markGone.run({ id, at }).changes > 0,

    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
  };
}

function parse({ proof_steps, is_kept, ...row }: Row): Backup {
  return { ...row, proof_steps: JSON.parse(proof_steps ?? '[]'), is_kept: is_kept === 1 };
}
