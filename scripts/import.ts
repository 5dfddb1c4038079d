// The operation `import`: replaces the library with a sheet, or merges the sheet into it. Reads, checks and compares first,
// then writes in one transaction.
import { type Db, openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { AppError } from '../src/core/errors.ts';
import type { ScriptContext } from '../src/jobs/script.ts';
import { createLibrary, type Library } from '../src/library/repository.ts';
import { applyPlan } from '../src/sheets/apply.ts';
import { backupLibrary, removeBackup } from '../src/sheets/backup.ts';
import { type CheckedSheet, checkSheet, isComparable } from '../src/sheets/checks.ts';
import { type ImportArguments, importOperation, sourceOf } from '../src/sheets/import-operation.ts';
import { formatPath, mayRead, openSheet } from '../src/sheets/location.ts';
import { storePlan } from '../src/sheets/plan-repository.ts';
import {
  countHiddenChanges,
  countRows,
  type ImportPlan,
  planImport,
  refuseLargeRemoval,
} from '../src/sheets/plan.ts';
import { badSheet, reportHiddenChanges, reportInvalid, reportWarnings } from '../src/sheets/problems.ts';
import { readSheet } from '../src/sheets/read-sheet.ts';
import { libraryNotEmpty, planOutdated, planToken } from '../src/sheets/token.ts';
import { runOperation } from './run-operation.ts';

type Work = {
  args: ImportArguments;
  checked: CheckedSheet;
  hashes: string[];
  db: Db;
  library: Library;
  context: ScriptContext;
};

const maxAttempts = 5;

await runOperation<ImportArguments>(importOperation, async (args, context) => {
  const sheet = await openAndCheck(args, context);
  const db = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await importSheet({ args, ...sheet, db, library: createLibrary(db), context });
  } finally {
    db.close();
  }
});

async function openAndCheck(args: ImportArguments, context: ScriptContext) {
  const { config, progress, row } = context;
  const place = openSheet(config, sourceOf(args));
  const content = await readSheet(place, {
    mayRead: (file) => mayRead(config, file),
    onRead: (rows) => progress(rows, undefined, 'read'),
  });
  const total = content.contents.reduce((rows, { records }) => rows + records.length, 0);
  console.log(`Read ${total} rows from ${formatPath(config, place.path)}.`);
  const checked = checkSheet(content, (rows) => progress(rows, total, 'check'));
  if (isComparable(checked)) return { checked, hashes: content.hashes };
  reportWarnings(checked.warnings, row);
  reportInvalid([...checked.sheetProblems.map(({ problem }) => problem), ...checked.rowProblems], row);
  throw badSheet(checked.sheetProblems, checked.rowProblems);
}

/** Makes a new plan and a new backup when another program has written between plan and transaction. */
async function importSheet(work: Work): Promise<Record<string, unknown>> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const result = await tryImport(work);
    if (result) return result;
    console.log('Another program has changed the library; comparing again.');
  }
  throw new AppError(
    'temporary',
    'Another program keeps changing the library; nothing was written. Run the import again later.',
  );
}

/** Returns null when the library has changed since it was compared. */
async function tryImport(work: Work): Promise<Record<string, unknown> | null> {
  const { args, hashes, context } = work;
  const plan = compare(work);
  if (args.into_empty && countRows(plan.before) > 0) throw libraryNotEmpty();
  const token = planToken(plan.revision, hashes, args.mode);
  if (args.plan !== undefined && args.plan !== token) throw planOutdated('bad_input');
  refuseProblems(plan, args, context);
  const warnings = plan.warnings.length;
  const hidden_changes = countHiddenChanges(plan);
  const result = {
    mode: args.mode,
    dry_run: args.dry_run,
    ...plan.counts,
    warnings,
    hidden_changes,
    ...plan.after,
    plan: token,
  };
  if (args.dry_run) {
    reportFindings(plan, context);
    return { ...result, preview: plan.preview, backup: null };
  }
  if (args.plan === undefined && !args.allow_removals) refuseLargeRemoval(plan);
  const now = new Date().toISOString();
  const backup = needsBackup(plan) ? await backUp(work, plan, now) : null;
  const applied = { ...result, preview: plan.preview, backup };
  if (write(work, plan, applied, now)) {
    reportFindings(plan, context);
    return applied;
  }
  if (backup !== null) removeBackup(context.config, backup);
  return null;
}

function compare({ args, checked, library, context }: Work): ImportPlan {
  const onCompared = everyFewRows((rows, total) => context.progress(rows, total, 'compare'));
  const request = { checked, library, mode: args.mode, onCompared };
  if (!args.dry_run) return planImport({ ...request, store: null });
  return storePlan(context.config.root, context.job.id, (store) => planImport({ ...request, store }));
}

function refuseProblems(
  { sheetProblems, rowProblems, warnings }: ImportPlan,
  args: ImportArguments,
  context: ScriptContext,
) {
  const canContinue = args.dry_run || args.skip_invalid || rowProblems.length === 0;
  if (canContinue && sheetProblems.length === 0) return;
  reportWarnings(warnings, context.row);
  reportInvalid([...sheetProblems.map(({ problem }) => problem), ...rowProblems], context.row);
  throw badSheet(sheetProblems, rowProblems);
}

function reportFindings({ warnings, rowProblems, hiddenChanges }: ImportPlan, { row }: ScriptContext) {
  reportHiddenChanges(hiddenChanges, row);
  reportWarnings(warnings, row);
  reportInvalid(rowProblems, row);
}

/** An empty or unchanged library needs no backup. */
function needsBackup({ before, counts }: ImportPlan): boolean {
  return countRows(before) > 0 && countChanges(counts) > 0;
}

async function backUp({ db, context }: Work, { before }: ImportPlan, now: string): Promise<string> {
  const total = countRows(before);
  const name = await backupLibrary(db, context.config, context.job.id, now, (share) =>
    context.progress(Math.floor(share * total), total, 'back up'),
  );
  console.log(`Backed up the library to backups/${name}.`);
  return name;
}

/** Writes only if the library is unchanged since the comparison; returns whether it wrote. */
function write(work: Work, plan: ImportPlan, result: Record<string, unknown>, now: string): boolean {
  const { args, checked, library, context } = work;
  const total = countChanges(plan.counts);
  const onWritten = everyFewRows((rows) => context.progress(rows, total, 'write'));
  onWritten(0);
  return library.write(() => {
    if (library.revision() !== plan.revision) return false;
    if (args.into_empty && !library.isEmpty()) throw libraryNotEmpty();
    applyPlan(library, plan, checked, now, onWritten);
    context.progress(total, total, 'write');
    library.recordApplied({ job: context.job, result, at: now });
    context.assertFence();
    return true;
  });
}

function countChanges({ added, changed, removed }: ImportPlan['counts']): number {
  return added + changed + removed;
}

function everyFewRows(send: (rows: number, total: number) => void) {
  return (rows: number, total = 0) => {
    if (rows % 500 === 0) send(rows, total);
  };
}
