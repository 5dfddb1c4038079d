// Statements on the rows of the lock queue: a row for each claim of a job that waits or runs, or of a maintenance window, in
// order of arrival.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Claim } from './job.ts';
import type { Position } from './locks.ts';

export type Claims = ReturnType<typeof createClaims>;

const sql = {
  insert: `
    INSERT INTO job_claim (job_id, name, mode, place) VALUES (@jobId, @name, @mode, @position)
  `,
  nextPosition: 'SELECT coalesce(max(place), 0) + 1 FROM job_claim',
  firstPosition: 'SELECT coalesce(min(place), 0) - 1 FROM job_claim',
  all: `
    SELECT job_id, name, job_claim.mode, held_at, ignores_windows
    FROM job_claim LEFT JOIN job ON job.id = job_id ORDER BY place, name
  `,
  claimsOf: `SELECT name, mode FROM job_claim WHERE job_id = ? AND name <> '' ORDER BY name`,
  moveToEnd: 'UPDATE job_claim SET place = @position, held_at = NULL WHERE job_id = @jobId',
  hold: 'UPDATE job_claim SET held_at = @at WHERE job_id = @id',
  release: 'DELETE FROM job_claim WHERE job_id = ?',
};
/** Keeps the position of a job that claims nothing; it conflicts with no claim of another job. */
const nameless: Claim = { name: '', mode: 'shared' };

type Row = Claim & { job_id: string; held_at: string | null; ignores_windows: number | null };

export function createClaims(ops: Db) {
  const statements = prepareAll(ops, sql);

  return {
    /** Adds the job or window at the end of the queue. */
    join: (jobId: string, claims: Claim[]) =>
      insert(statements.nextPosition.pluck().get() as number, jobId, claims),

    /** Moves the job to the end of the queue, where it waits with the claims it had. */
    rejoin(jobId: string) {
      statements.moveToEnd.run({ jobId, position: statements.nextPosition.pluck().get() });
    },

    /** Adds the window before everything that waits. */
    joinAhead: (key: string, claims: Claim[]) =>
      insert(statements.firstPosition.pluck().get() as number, key, claims),

    /** In order of arrival; a holder keeps its position. */
    positions(): Position[] {
      const positions = new Map<string, Position>();
      for (const row of statements.all.all() as Row[]) {
        const { job_id: jobId, name, mode } = row;
        const facts = { isHeld: row.held_at !== null, ignoresWindows: row.ignores_windows === 1 };
        const position = positions.get(jobId) ?? { jobId, claims: [], ...facts };
        if (name !== '') position.claims.push({ name, mode });
        positions.set(jobId, position);
      }
      return [...positions.values()];
    },

    claimsOf: (jobId: string) => statements.claimsOf.all(jobId) as Claim[],
    hold: (jobId: string, at: string) => statements.hold.run({ id: jobId, at }),
    release: (jobId: string) => statements.release.run(jobId),
  };

  function insert(position: number, jobId: string, claims: Claim[]) {
    for (const claim of claims.length > 0 ? claims : [nameless])
      statements.insert.run({ jobId, position, ...claim });
  }
}
