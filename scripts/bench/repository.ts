// Statements for benches: a running job, a long history, and tables for `sqlite3 .import`.
import { randomUUID } from 'node:crypto';
import { chainHash } from '../../src/core/db/audit-chain.ts';
import type { Db } from '../../src/core/db/open.ts';
import { contentHash, embeddedText } from '../../src/library/content.ts';
import type { Embedder } from '../../src/embedding/embedder.ts';

/** Adds a job whose first attempt is running, as a script's fence requires; returns its id. */
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

/** Copies the library's tables with keys and indexes, but without triggers, to an empty file. */
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

/** Keeps all jobs, so that no clean-up runs during a measurement. */
const historyDays = 60;

/** Adds finished jobs, at least one every two minutes until now, each with its audit row; one in ten has failed. */
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
        FROM (SELECT n, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || ((? - n) * ?) || ' seconds') AS at FROM job_at)`,
    )
    .run(jobs, jobs, Math.min(120, (historyDays * 86_400) / jobs));
  chainRows(ops);
  ops.exec(
    `INSERT INTO audit (id, at, actor, event, target, outcome, detail, hash)
      SELECT number, finished_at, 'system', 'job.finished', 'job:' || number, 'ok', '{"status":"succeeded"}',
        next_hash(json_array(number, finished_at, 'system', 'job.finished', 'job:' || number, 'ok', NULL,
          '{"status":"succeeded"}', NULL, NULL))
      FROM job ORDER BY number`,
  );
}

/** Fills the empty audit log with rows of jobs, each linked to the one before it. */
export function insertAuditRows(ops: Db, rows: number) {
  chainRows(ops);
  ops
    .prepare(
      `WITH RECURSIVE row_at (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM row_at WHERE id < ?),
        event_of (id, at, target, detail) AS (
          SELECT id, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (? - id) || ' seconds'), 'job:' || (id / 3),
            '{"status":"succeeded","attempt":1,"failure":null}' FROM row_at
        )
        INSERT INTO audit (id, at, actor, event, target, outcome, detail, peer, request_id, hash)
        SELECT id, at, 'operator', 'job.finished', target, 'ok', detail, '127.0.0.1', 'req-' || id,
          next_hash(json_array(id, at, 'operator', 'job.finished', target, 'ok', NULL, detail, '127.0.0.1', 'req-' || id))
        FROM event_of`,
    )
    .run(rows, rows);
}

/** Lets SQL call `next_hash` for each row of the empty audit log, in order. */
function chainRows(ops: Db) {
  let previous = '';
  ops.function('next_hash', (row) => {
    previous = chainHash(previous, row as string);
    return previous;
  });
}

/** Adds experiences from `EXP-0000000` on to the category AAA, each with a current embedding. `vectorOf` returns a unit
 *  vector. */
export function insertEmbedded(
  library: Db,
  count: number,
  model: Pick<Embedder, 'name' | 'version' | 'dimension'>,
  vectorOf: (number: number) => Float32Array,
) {
  const at = '2026-01-02T03:04:05.000Z';
  const addEntry = library.prepare(
    `INSERT INTO experiences (id, category_code, section, title, playbook, source, sync_status, embedding_status,
       created_at, updated_at) VALUES (?, 'AAA', 'useful', ?, ?, 'global', 0, 'embedded', '${at}', '${at}')`,
  );
  const addVector = library.prepare(
    `INSERT INTO embeddings (entity_id, entity_type, model_name, model_version, embedding_dimension, embedding_data,
       created_at, content_hash) VALUES (?, 'experience', ?, ?, ?, ?, '${at}', ?)`,
  );
  const addAll = library.transaction(() => {
    library.prepare(`INSERT INTO categories VALUES ('AAA', 'Category AAA', NULL, ?)`).run(at);
    for (let number = 0; number < count; number++) {
      const id = `EXP-${String(number).padStart(7, '0')}`;
      const entry = {
        kind: 'experience',
        title: `Title of ${id}`,
        body: `Playbook of ${id}`,
        note: null,
      } as const;
      const { buffer } = vectorOf(number);
      addEntry.run(id, entry.title, entry.body);
      const hash = contentHash(embeddedText(entry));
      addVector.run(id, model.name, model.version, model.dimension, Buffer.from(buffer), hash);
    }
  });
  addAll();
}
