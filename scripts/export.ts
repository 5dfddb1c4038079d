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
import {
  countExported,
  countLeaving,
  exportSheet,
  type GoogleTarget,
  noteExported,
  packLibrary,
  type Report,
  type Target,
} from '../src/exports/export.ts';
import { assertFits } from '../src/exports/limits.ts';
import { spreadsheetAddress } from '../src/google/address.ts';
import { followWaits } from '../src/google/waits.ts';
import { listSheetFiles } from '../src/sheets/file-facts.ts';
import { pathInRoot } from '../src/sheets/location.ts';
import { reportWarnings } from '../src/sheets/problems.ts';
import { repairExport } from '../src/sheets/swap.ts';
import { filesNamed, tabsNamed } from '../src/sheets/tabs.ts';
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

async function forecast(library: Library, target: Target | GoogleTarget, context: ScriptContext) {
  const counts = library.read(() => {
    assertFits(library, target.format, context.row);
    return countLeaving(library);
  });
  if (target.format !== 'google')
    return { dry_run: true, ...counts, path: pathInRoot(context.config, target.path) };
  const { spreadsheet } = await openTargetBook(target, context);
  return { dry_run: true, ...counts, spreadsheet };
}

async function writeSheet(library: Library, target: Target | GoogleTarget, context: ScriptContext) {
  const { job, assertFence } = context;
  const { left_out, report } = prepare(library, context);
  const at = new Date().toISOString();
  assertFence();
  const { exported, ...facts } =
    target.format === 'google'
      ? await writeSpreadsheet(library, target, at, report, context)
      : await writeFiles(library, target, at, report, context);
  const result = { dry_run: false, ...countExported(exported), left_out, ...facts };
  library.write(() => {
    noteExported(library, exported, at);
    library.recordApplied({ job, result, at });
    assertFence();
  });
  return result;
}

async function writeFiles(
  library: Library,
  target: Target,
  at: string,
  report: Report,
  { config, row }: ScriptContext,
) {
  repairExport(target.path, filesNamed(target.tabs));
  warnOfPrograms(target, row);
  const { exported, hashes } = await exportSheet(library, target, at, report);
  return { exported, ...describeFiles(config, target.path, target.tabs), hashes };
}

async function writeSpreadsheet(
  library: Library,
  target: GoogleTarget,
  at: string,
  report: Report,
  context: ScriptContext,
) {
  const { book, spreadsheet } = await openTargetBook(target, context);
  const { exportToGoogle } = await import('../src/exports/export-google.ts');
  const { exported, hashes } = await exportToGoogle(library, book, target, at, report);
  console.log(`Wrote the Google spreadsheet ${spreadsheet.url}.`);
  return { exported, spreadsheet, hashes };
}

/** Loads Google's client, which is large, for an export that needs it only. */
async function openTargetBook({ id }: GoogleTarget, { config, progress }: ScriptContext) {
  const { openSpreadsheet } = await import('../src/google/spreadsheet.ts');
  const book = openSpreadsheet({ ...config.google, onWait: followWaits(progress) }, id);
  const { title } = await book.describe();
  return { book, spreadsheet: { title, url: spreadsheetAddress(id) } };
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
function warnOfPrograms({ format, path: sheet, tabs }: Target, row: ScriptContext['row']) {
  const names = (folder: string) => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []);
  if (format === 'csv')
    return reportWarnings(warnOfOpenTabs(tabsNamed(tabs), names(sheet), whatToClose), row);
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

/** Names the files in the log, too. */
function describeFiles(config: ScriptContext['config'], sheet: string, tabs: TabNames | null) {
  const files = listSheetFiles(sheet, filesNamed(tabs));
  const folder = fs.statSync(sheet).isDirectory() ? sheet : path.dirname(sheet);
  for (const { name, bytes } of files)
    console.log(`Wrote ${pathInRoot(config, path.join(folder, name))}, ${formatBytes(bytes)}.`);
  return { path: pathInRoot(config, sheet), files };
}
