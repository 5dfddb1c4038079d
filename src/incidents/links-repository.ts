// Reads the records of other features that belong to incidents: runs of runbooks, and post-mortems.
import { type Db, prepareAll } from '../core/db/open.ts';

/** `steps`: of its checklist. `done`: those that are done or skipped. */
export type LinkedRun = {
  number: number;
  slug: string;
  title: string | null;
  started_at: string;
  ended_at: string | null;
  outcome: 'done' | 'stopped' | null;
  steps: number;
  done: number;
};

type PostMortem = { slug: string; title: string; by: string; at: string };

const sql = {
  runs: `
    SELECT number, slug, started_at, ended_at, outcome,
      (SELECT title FROM document WHERE kind = 'runbook' AND document.slug = run.slug) AS title,
      (SELECT count(*) FROM checklist_item WHERE of = 'run:' || number) AS steps,
      (SELECT count(*) FROM checklist_item WHERE of = 'run:' || number AND state IN ('done', 'skipped')) AS done
    FROM run WHERE incident = ? ORDER BY number DESC LIMIT ?
  `,
  /** The newest numbers come from the index alone, as texts are long. */
  postMortems: `
    SELECT slug, title, by, at FROM document
    WHERE kind = 'post_mortem' AND removed_at IS NULL AND slug IN (
      SELECT slug FROM document WHERE kind = 'post_mortem'
      ORDER BY CAST(substr(slug, length('incident-') + 1) AS INTEGER) DESC LIMIT ?
    )
    ORDER BY CAST(substr(slug, length('incident-') + 1) AS INTEGER) DESC
  `,
  runbooks: `SELECT slug, title FROM document WHERE kind = 'runbook' AND removed_at IS NULL ORDER BY title`,
};

export function createLinksRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    /** The newest first. */
    runsOf: (incident: number, limit: number) => statements.runs.all(incident, limit) as LinkedRun[],

    /** Of the newest incidents. */
    postMortems: (limit: number) => statements.postMortems.all(limit) as PostMortem[],

    runbooks: () => statements.runbooks.all() as { slug: string; title: string }[],
  };
}
