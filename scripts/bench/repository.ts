// The statements that only benches need: a running job, a long history, and tables for `sqlite3 .import`.
import { randomUUID } from 'node:crypto';
import type { Db } from '../../src/db/open.ts';

/** Gives the id of a job whose first attempt is running, so that a script's fence holds. */
export function insertRunningJob(ops: Db, operation: string): string {
  const id = randomUUID();
  ops
    .prepare(
      `INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at)
        VALUES (?, ?, 'running', 'scripts', 'bench', '{}', 1, ?)`,
    )
    .run(id, operation, new Date().toISOString());
  return id;
}

/** The library's own tables with their keys and indexes, but without triggers, in an empty file. */
export function copyTables(library: Db, plain: Db) {
  const statements = library
    .prepare<[], string>(
      `SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL
        AND tbl_name IN ('categories', 'experiences', 'category_manuals') ORDER BY type DESC`,
    )
    .pluck()
    .all();
  for (const sql of statements) plain.exec(sql);
}

/** Finished jobs of a long history, one every two minutes until now, each with its audit row; one in ten failed. */
export function insertHistory(ops: Db, jobs: number) {
  ops
    .prepare(
      `WITH RECURSIVE job_at (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM job_at WHERE n < ?)
        INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at, started_at, finished_at,
          result, failure, progress, log_bytes)
        SELECT lower(hex(randomblob(16))), iif(n % 3, 'import', 'index'), iif(n % 10, 'succeeded', 'failed'), 'scripts',
          'operator', '{"mode":"merge","source":"published","dry_run":false}', 1, at, at, at,
          iif(n % 10, '{"mode":"merge","added":3,"changed":2,"unchanged":39561}', NULL),
          iif(n % 10, NULL, '{"code":"exited","message":"It ended with 1.","detail":null,"stderr_tail":null}'),
          '{"done":1,"total":1,"phase":"write","note":null,"rate":null}', 4096
        FROM (SELECT n, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || ((? - n) * 2) || ' minutes') AS at FROM job_at)`,
    )
    .run(jobs, jobs);
  ops.exec(
    `INSERT INTO audit (at, actor, event, target, outcome, detail)
      SELECT finished_at, 'system', 'job.finished', 'job:' || number, 'ok', '{"status":"succeeded"}' FROM job`,
  );
}
