// Statements on the table `run` of ops.db, and on the steps of runs.
import type { ChecklistItem } from '../checklist/checklist.ts';
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Run, RunOutcome } from './run.ts';

export type RunRepository = ReturnType<typeof createRunRepository>;

/** `done`: its steps that are done or skipped. */
export type StepCount = { total: number; done: number };

const sql = {
  add: `
    INSERT INTO run (slug, version, incident, started_at, started_by)
    VALUES (@slug, @version, @incident, @started_at, @started_by) RETURNING *
  `,
  find: 'SELECT * FROM run WHERE number = ?',
  end: `
    UPDATE run SET ended_at = @at, outcome = @outcome WHERE number = @number AND ended_at IS NULL RETURNING *
  `,
  newest: 'SELECT * FROM run ORDER BY number DESC LIMIT 1',
  ofSlug: 'SELECT * FROM run WHERE slug = @slug AND number < @before ORDER BY number DESC LIMIT @limit',
  ofIncident: 'SELECT * FROM run WHERE incident = ? ORDER BY number DESC',
  digest: 'SELECT max(number) AS newest, count(ended_at) AS ended FROM run',
  count: `SELECT count(*) AS total, coalesce(sum(state <> 'open'), 0) AS done FROM checklist_item WHERE of = ?`,
  waiting: `
    SELECT item.* FROM run JOIN checklist_item item ON item.of = 'run:' || run.number
    WHERE run.ended_at IS NULL AND item.state = 'open' AND item.job IS NOT NULL
  `,
};

export function createRunRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    add: (run: Omit<Run, 'number' | 'ended_at' | 'outcome'>) => statements.add.get(run) as Run,

    find: (number: number) => (statements.find.get(number) as Run | undefined) ?? null,

    /** Null for a run that has ended. */
    end: (number: number, outcome: RunOutcome, at: string) =>
      (statements.end.get({ number, outcome, at }) as Run | undefined) ?? null,

    newest: () => (statements.newest.get() as Run | undefined) ?? null,

    /** Newest first. */
    ofSlug: (slug: string, limit: number, before = Number.MAX_SAFE_INTEGER) =>
      statements.ofSlug.all({ slug, before, limit }) as Run[],

    /** Newest first. */
    ofIncident: (incident: number) => statements.ofIncident.all(incident) as Run[],

    /** Changes when a run is started or ended. */
    digest: () => statements.digest.get(),

    countSteps: (number: number) => statements.count.get(`run:${number}`) as StepCount,

    /** The open steps of runs that go on which have started a job. */
    stepsWithJobs: () => statements.waiting.all() as ChecklistItem[],
  };
}
