// The operation `import`: replaces the library with a sheet, or merges the sheet into it. Reads and checks the whole sheet
// first.
import type { Config } from '../src/core/config.ts';
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import type { SourceFinder } from '../src/core/sheet-source.ts';
import type { ScriptContext } from '../src/jobs/script.ts';
import { followWaits } from '../src/google/waits.ts';
import { createLibrary, type Library, type Origin } from '../src/library/repository.ts';
import { applyPlan, changesOf, recordOrigins } from '../src/sheets/apply.ts';
import { changeLibrary, everyFewRows, type LibraryPlan } from '../src/sheets/change-library.ts';
import { type CheckedSheet, checkSheet, isComparable } from '../src/sheets/checks.ts';
import { type ImportArguments, importOperation, sourceOf } from '../src/sheets/import-operation.ts';
import { listSheetFiles, type SheetFile } from '../src/sheets/file-facts.ts';
import {
  findSource,
  formatPlace,
  mayRead,
  namedSourceOf,
  openSheet,
  pathInRoot,
  type SheetPlace,
} from '../src/sheets/location.ts';
import {
  countHiddenChanges,
  countRows,
  type ImportPlan,
  planImport,
  refuseLargeRemoval,
  storeProblems,
} from '../src/sheets/plan.ts';
import { storePlan } from '../src/plan-store/plan-repository.ts';
import { keepLeftOut, readLeftOut } from '../src/sheets/left-out.ts';
import { badSheet, reportHiddenChanges, reportInvalid, reportWarnings } from '../src/sheets/problems.ts';
import { readSheet } from '../src/sheets/read-sheet.ts';
import { filesNamed } from '../src/sheets/tabs.ts';
import { libraryNotEmpty, planOutdated, planToken } from '../src/sheets/token.ts';
import { openSourceFinder } from '../src/source-store/source-repository.ts';
import { runOperation } from './run-operation.ts';

/** The sheet that was read. `place`: as named sheets spell it; null for an upload. */
type SheetRead = { place: string | null; files: SheetFile[]; hashes: string[] };

type Work = {
  args: ImportArguments;
  checked: CheckedSheet;
  read: SheetRead;
  /** Null for a sheet that is not a named source. */
  origin: Origin | null;
  library: Library;
  context: ScriptContext;
};

await runOperation<ImportArguments>(importOperation, async (args, context) => {
  const sheet = await openAndCheck(args, context);
  const db = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    const library = createLibrary(db);
    const work = {
      args,
      ...sheet,
      checked: chooseRows(args, sheet.checked, library, context),
      library,
      context,
    };
    return await changeLibrary({
      operation: importOperation.name,
      args,
      db,
      library,
      context,
      makePlan: () => planSheet(work),
      outdated: () => planOutdated('bad_input'),
    });
  } finally {
    db.close();
  }
});

async function openAndCheck(args: ImportArguments, context: ScriptContext) {
  const { config, job, progress, row } = context;
  const sources = openSourceFinder(config.opsDatabasePath);
  const place = openSheet(config, sources, sourceOf(args));
  const source = namedSourceOf(config, sources, sourceOf(args), place);
  const origin = source === null ? null : { source, job: job.id };
  const read = describeRead(args, place, sources, config);
  const content = await readSheet(place, {
    mayRead: (file) => mayRead(config, file),
    onRead: (rows) => progress(rows, undefined, 'read'),
    google: { ...config.google, onWait: followWaits(progress) },
  });
  const total = content.contents.reduce((rows, { records }) => rows + records.length, 0);
  console.log(`Read ${total} rows from ${args.sheet_name ?? formatPlace(config, place)}.`);
  const checked = checkSheet(content, config.root, (rows) => progress(rows, total, 'check'));
  if (isComparable(checked)) return { checked, read: { ...read, hashes: content.hashes }, origin };
  reportWarnings(checked.warnings, row);
  reportInvalid([...checked.sheetProblems.map(({ problem }) => problem), ...checked.rowProblems], row);
  throw badSheet(checked.sheetProblems, checked.rowProblems);
}

/** The files as they were before they were read: a later save changes them. */
function describeRead(
  args: ImportArguments,
  { kind, path, tabs = null }: SheetPlace,
  sources: SourceFinder,
  config: Config,
) {
  if (args.sheet !== undefined) return { place: null, files: [] };
  // The folder of a named sheet may have become a link since: its own place still identifies it.
  const place =
    args.path === undefined ? findSource(sources, sourceOf(args).name).place : pathInRoot(config, path);
  return { place, files: kind === 'google' ? [] : listSheetFiles(path, filesNamed(tabs)) };
}

/** The whole sheet, or the rows of it that another import has left out. */
function chooseRows(
  args: ImportArguments,
  checked: CheckedSheet,
  library: Library,
  { config }: ScriptContext,
) {
  if (args.rows_of === undefined) return checked;
  const codes = new Set([...library.category.compared()].map(([code = null]) => code));
  return keepLeftOut(checked, readLeftOut(config.root, args.rows_of), codes, config.root);
}

/** Keeps the rows that were left out, so that they can be imported by themselves. */
function storeLeftOut({ checked, context }: Work, plan: ImportPlan) {
  if (plan.rowProblems.length === 0) return;
  storePlan(context.config.root, context.job.id, (store) => store && storeProblems(store, checked, plan));
}

/** Applies the sheet to one state of the library. */
function planSheet(work: Work): LibraryPlan {
  const { args, checked, read, origin, library, context } = work;
  const plan = compare(work);
  const { revision, before, counts } = plan;
  return {
    revision,
    before,
    token: planToken(revision, read.hashes, args.mode, args.rows_of),
    size: counts.added + counts.changed + counts.removed,
    result: {
      mode: args.mode,
      dry_run: args.dry_run,
      ...counts,
      warnings: plan.warnings.length,
      hidden_changes: countHiddenChanges(plan),
      ...plan.after,
      preview: plan.preview,
      ...read,
    },
    assertAllowed() {
      if (args.into_empty && countRows(before) > 0) throw libraryNotEmpty();
      refuseProblems(plan, args, context);
      if (!args.dry_run && args.plan === undefined && !args.allow_removals)
        refuseLargeRemoval(plan, 'If the sheet is only a part of the library, use the mode merge.');
    },
    changes: () => changesOf(plan, checked),
    apply(now, onWritten) {
      if (args.into_empty && !library.isEmpty()) throw libraryNotEmpty();
      applyPlan(library, plan, checked, now, onWritten);
      if (origin) recordOrigins(library, plan, checked, origin);
    },
    report() {
      reportFindings(plan, context);
      if (!args.dry_run) storeLeftOut(work, plan);
    },
  };
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
