// The operation `export`: writes the library to a sheet for review, or to a file that is downloaded.
import fs from 'node:fs';
import path from 'node:path';
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { formatBytes } from '../src/core/format.ts';
import type { TabNames } from '../src/core/sheet-source.ts';
import type { ScriptContext } from '../src/jobs/script.ts';
import { createLibrary, type Library } from '../src/library/repository.ts';
import { describeOpen, warnOfOpenTabs } from '../src/sheets/desktop-files.ts';
import { downloadFolder, downloadName } from '../src/exports/downloads.ts';
import { type ExportArguments, exportOperation, targetOf } from '../src/exports/export-operation.ts';
import { countExported, exportSheet, noteExported, packLibrary, type Target } from '../src/exports/export.ts';
import { assertFitsWorkbook } from '../src/exports/limits.ts';
import { listSheetFiles } from '../src/sheets/file-facts.ts';
import { pathInRoot } from '../src/sheets/location.ts';
import { reportWarnings } from '../src/sheets/problems.ts';
import { repairExport } from '../src/sheets/swap.ts';
import { filesNamed } from '../src/sheets/tabs.ts';
import { openSourceFinder } from '../src/source-store/source-repository.ts';
import { runOperation } from './run-operation.ts';

const whatToClose = 'Close it there without saving: saving would replace the exported file.';

await runOperation<ExportArguments>(exportOperation, async (args, context) => {
  const { config } = context;
  const db = openDatabase(config.databasePath, { busyMs: scriptBusyMs });
  try {
    const library = createLibrary(db);
    if (args.download && !args.dry_run) return await writeDownload(library, args, context);
    const target = targetOf(config, openSourceFinder(config.opsDatabasePath), args);
    return args.dry_run ? forecast(library, target, context) : await writeSheet(library, target, context);
  } finally {
    db.close();
  }
});

function forecast(library: Library, { format, path: sheet }: Target, { config, row }: ScriptContext) {
  return library.read(() => {
    if (format === 'xlsx') assertFitsWorkbook(library, row);
    return { dry_run: true, ...countLeaving(library), path: pathInRoot(config, sheet) };
  });
}

function countLeaving(library: Library) {
  const all = library.counts();
  const local = library.localCounts();
  return {
    categories: all.categories,
    experiences: all.experiences - local.experiences,
    manuals: all.manuals - local.manuals,
    left_out: local.experiences + local.manuals,
  };
}

async function writeSheet(library: Library, target: Target, context: ScriptContext) {
  const { config, job, row, assertFence } = context;
  const { left_out, report } = prepare(library, context);
  const at = new Date().toISOString();
  assertFence();
  repairExport(target.path, filesNamed(target.tabs));
  warnOfPrograms(target, row);
  const { exported, hashes } = await exportSheet(library, target, at, report);
  const written = { dry_run: false, ...countExported(exported), left_out };
  const result = { ...written, ...describeFiles(config, target.path, target.tabs), hashes };
  library.write(() => {
    noteExported(library, exported, at);
    library.recordApplied({ job, result, at });
    assertFence();
  });
  return result;
}

async function writeDownload(library: Library, { format = 'csv' }: ExportArguments, context: ScriptContext) {
  const { config, job } = context;
  const { left_out, report } = prepare(library, context);
  const folder = downloadFolder(config, job.id || 'by-hand');
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, downloadName(format));
  const exported = await packLibrary(library, { format, path: file }, report);
  return { dry_run: false, ...countExported(exported), left_out, ...describeFiles(config, file, null) };
}

/** A program that has the old sheet open may write it over the new one. */
function warnOfPrograms({ format, path: sheet }: Target, row: ScriptContext['row']) {
  const names = (folder: string) => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []);
  if (format === 'csv') return reportWarnings(warnOfOpenTabs(names(sheet), whatToClose), row);
  const file = path.basename(sheet);
  for (const message of describeOpen(file, names(path.dirname(sheet)), whatToClose)) {
    row(file, 'warning', message);
    console.log(message);
  }
}

function prepare(library: Library, { progress, row }: ScriptContext) {
  const { left_out, categories, experiences, manuals } = library.read(() => countLeaving(library));
  const total = categories + experiences + manuals;
  return { left_out, report: { row, onRow: (rows: number) => progress(rows, total, 'write') } };
}

/** The log names them, too. */
function describeFiles(config: ScriptContext['config'], sheet: string, tabs: TabNames | null) {
  const files = listSheetFiles(sheet, filesNamed(tabs));
  const folder = fs.statSync(sheet).isDirectory() ? sheet : path.dirname(sheet);
  for (const { name, bytes } of files)
    console.log(`Wrote ${pathInRoot(config, path.join(folder, name))}, ${formatBytes(bytes)}.`);
  return { path: pathInRoot(config, sheet), files };
}
