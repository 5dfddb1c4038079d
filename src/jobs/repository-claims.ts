// Statements on the rows of the lock queue: a row for each claim of a job that waits or runs, in order of arrival.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Claim } from './job.ts';
import type { Position } from './locks.ts';

export type Claims = ReturnType<typeof createClaims>;

const sql = {
  insert: 'INSERT INTO job_claim (job_id, name, mode, place) VALUES (@jobId, @name, @mode, @position)',
  nextPosition: 'SELECT coalesce(max(place), 0) + 1 AS position FROM job_claim',
  all: 'SELECT job_id, name, mode, held_at FROM job_claim ORDER BY place, name',
  claimsOf: `SELECT name, mode FROM job_claim WHERE job_id = ? AND name <> '' ORDER BY name`,
  hold: 'UPDATE job_claim SET held_at = @at WHERE job_id = @id',
  release: 'DELETE FROM job_claim WHERE job_id = ?',
};
/** Keeps the position of a job that claims nothing; it conflicts with no claim. */
const nameless = { name: '', mode: 'shared' };

export function createClaims(ops: Db) {
  const statements = prepareAll(ops, sql);

  return {
    /** Adds the job at the end of the queue. */
    join(jobId: string, claims: Claim[]) {
      const { position } = statements.nextPosition.get() as { position: number };
      for (const claim of claims.length > 0 ? claims : [nameless])
        statements.insert.run({ jobId, position, ...claim });
    },

    /** In order of arrival; a holder keeps its position. */
    positions(): Position[] {
      const positions = new Map<string, Position>();
      for (const row of statements.all.all() as (Claim & { job_id: string; held_at: string | null })[]) {
        const isHeld = row.held_at !== null;
        const position = positions.get(row.job_id) ?? { jobId: row.job_id, claims: [], isHeld };
        if (row.name !== '') position.claims.push({ name: row.name, mode: row.mode });
        positions.set(row.job_id, position);
      }
      return [...positions.values()];
    },

    claimsOf: (jobId: string) => statements.claimsOf.all(jobId) as Claim[],
    hold: (jobId: string, at: string) => statements.hold.run({ id: jobId, at }),
    release: (jobId: string) => statements.release.run(jobId),
  };
}
