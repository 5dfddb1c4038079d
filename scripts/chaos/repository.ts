// Statements by which the chaos suite reads both databases of a running server: one consistent state of each, and whether
// the files are intact.
import { createChainRepository } from '../../src/audit/chain-repository.ts';
import { type Head, headFile, readHead } from '../../src/audit/head-file.ts';
import { verifyChain } from '../../src/audit/verify-chain.ts';
import type { Config } from '../../src/core/config.ts';
import { type Db, openDatabase, scriptBusyMs } from '../../src/core/db/open.ts';
import type { JobStatus } from '../../src/jobs/job.ts';

export type JobFacts = {
  number: number;
  id: string;
  operation: string;
  status: JobStatus;
  attempt: number;
  cancel_requested_at: string | null;
};
type ClaimFacts = { job_id: string; held_at: string | null };
type AuditFacts = { event: string; target: string | null; detail: string | null; text: string };

export type State = {
  jobs: JobFacts[];
  claims: ClaimFacts[];
  audit: AuditFacts[];
  /** Jobs whose work is recorded in the library. */
  applied: string[];
  experiences: number;
  /** Findings of integrity_check; empty when both files are intact. */
  damage: string[];
  /** The first wrong row of the audit log; empty when its chain is whole and ends with `audit.head`, or later. */
  brokenChain: string[];
};

/** Reads the library first: a job whose work is applied there is running, or succeeds later. */
export function readState(config: Config): State {
  const library = withDatabase(config.databasePath, (db) => ({
    applied: db.prepare<[], string>('SELECT job_id FROM ops_applied').pluck().all(),
    experiences: db.prepare<[], number>('SELECT count(*) FROM experiences').pluck().get() ?? 0,
    damage: complaints(db),
  }));
  const { head } = readHead(headFile(config.root));
  const ops = withDatabase(config.opsDatabasePath, (db) => ({
    ...readOps(db),
    damage: complaints(db),
    brokenChain: findBrokenChain(db, head),
  }));
  return { ...ops, ...library, damage: [...ops.damage, ...library.damage] };
}

/** Returns the running jobs with their attempt. */
export function readRunning(config: Config): { id: string; number: number; attempt: number }[] {
  return withDatabase(config.opsDatabasePath, (db) =>
    db
      .prepare<[], { id: string; number: number; attempt: number }>(
        `SELECT id, number, attempt FROM job WHERE status = 'running'`,
      )
      .all(),
  );
}

function readOps(db: Db): Pick<State, 'jobs' | 'claims' | 'audit'> {
  return db.transaction(() => ({
    jobs: db
      .prepare<[], JobFacts>('SELECT number, id, operation, status, attempt, cancel_requested_at FROM job')
      .all(),
    claims: db.prepare<[], ClaimFacts>('SELECT job_id, held_at FROM job_claim').all(),
    audit: db
      .prepare<[], AuditFacts>(
        `SELECT event, target, detail, concat_ws('|', id, at, actor, event, target, outcome, reason, detail, peer,
          request_id) AS text FROM audit ORDER BY id`,
      )
      .all(),
  }))();
}

function findBrokenChain(db: Db, head: Head | null): string[] {
  try {
    verifyChain({ chain: createChainRepository(db), head, onProgress() {} });
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function complaints(db: Db): string[] {
  const lines = db.pragma('integrity_check') as { integrity_check: string }[];
  return lines.map((line) => line.integrity_check).filter((line) => line !== 'ok');
}

/** Opens a database for `work`, and closes it. */
export function withDatabase<T>(file: string, work: (db: Db) => T): T {
  const db = openDatabase(file, { busyMs: scriptBusyMs });
  try {
    return work(db);
  } finally {
    db.close();
  }
}
