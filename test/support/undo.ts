// Imports with a backup, removes, and undoes both, within this process: as the scripts do, without a job.
import { hash } from 'node:crypto';
import { type Db, openDatabase } from '../../src/core/db/open.ts';
import type { ScriptContext } from '../../src/jobs/script.ts';
import { createLibrary } from '../../src/library/repository.ts';
import { removeFromLibrary } from '../../src/removal/remove-library.ts';
import type { RemoveArguments } from '../../src/removal/remove-operation.ts';
import { applyPlan, changesOf, recordOrigins } from '../../src/sheets/apply.ts';
import { backupFile, backupLibrary } from '../../src/sheets/backup.ts';
import type { Mode } from '../../src/sheets/compare.ts';
import { badSheet } from '../../src/sheets/problems.ts';
import { undoLibrary } from '../../src/undo/undo-library.ts';
import type { UndoArguments } from '../../src/undo/undo-operation.ts';
import { type Root, type Sheet, writeSheet } from './library.ts';
import { checkFolder, now, planSheet, unfollowed } from './plan.ts';

/** Imports from a named source, or else from a file; skips invalid rows. Returns the name of the backup. Throws the refusal
 *  of a sheet that is wrong as a whole. */
export async function importRecorded(
  root: Root,
  content: Sheet,
  mode: Mode = 'replace',
  source: string | null = 'published',
): Promise<string> {
  const library = createLibrary(root.db);
  const checked = checkFolder(writeSheet(root, content));
  const plan = planSheet(checked, library, mode);
  if (plan.sheetProblems.length > 0) throw badSheet(plan.sheetProblems, []);
  const job = { id: `job-${++jobs}`, operation: 'import' };
  const backup = { job, changes: changesOf(plan, checked), now: new Date(jobs * 1000).toISOString() };
  const name = await backupLibrary(root.config, backup, unfollowed);
  library.write(() => {
    applyPlan(library, plan, checked, now, unfollowed);
    if (source !== null) recordOrigins(library, plan, checked, { source, job: job.id });
  });
  return name;
}

let jobs = 0;

type Result = {
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  left_alone: number;
  backup: string | null;
  plan: string;
  preview: Record<string, { id: string; message?: string }[]>;
};

/** Undoes the job of that backup. */
export function undo(root: Root, backup: string | null, args: Partial<UndoArguments> = {}) {
  const given = { job: '1', dry_run: false, allow_changed: false, ...args };
  const file = backupFile(root.config, backup ?? '');
  return runAsScript(root, (db, context) => undoLibrary(given, db, file, context));
}

export function remove(root: Root, args: Partial<RemoveArguments>) {
  const given = { dry_run: false, allow_removals: false, ...args };
  return runAsScript(root, (db, context) => removeFromLibrary(given, db, context));
}

/** Runs the work of a script with a connection of its own. */
async function runAsScript(
  { config }: Root,
  work: (db: Db, context: ScriptContext) => Promise<Record<string, unknown>>,
): Promise<Result> {
  const db = openDatabase(config.databasePath, { busyMs: 1000 });
  const job = { id: `job-${++jobs}`, attempt: 1 };
  try {
    const unused = { progress: unfollowed, row: unfollowed, assertFence: unfollowed, countUsage: unfollowed };
    return (await work(db, { config, job, ...unused })) as Result;
  } finally {
    db.close();
  }
}

/** A hash of all columns of every category, entry, embedding and origin. */
export function hashLibrary({ db }: Pick<Root, 'db'>): string {
  const rows = ['categories ORDER BY code', 'experiences ORDER BY id', 'category_manuals ORDER BY id']
    .concat('embeddings ORDER BY entity_type, entity_id, created_at, model_name')
    .concat('ops_origin ORDER BY entity_type, entity_id')
    .map((table) => db.prepare(`SELECT * FROM ${table}`).raw().all());
  return hash('sha256', JSON.stringify(rows));
}

/** Each row of the library, by table and key. */
export function rowsOf({ db }: Root): Map<string, string> {
  const keys = { categories: 'code', experiences: 'id', category_manuals: 'id' };
  return new Map(
    Object.entries(keys).flatMap(([table, key]) =>
      (db.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[]).map(
        ({ embedding_status: _, ...row }): [string, string] => [`${table} ${row[key]}`, JSON.stringify(row)],
      ),
    ),
  );
}
