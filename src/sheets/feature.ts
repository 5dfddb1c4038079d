// Sheets: import and export of the library as CSV files or workbooks.
import fs from 'node:fs';
import path from 'node:path';
import { type Config, packageRoot } from '../core/config.ts';
import type { Context } from '../core/kernel.ts';
import type { Log } from '../core/log.ts';
import type { Feature } from '../web/feature.ts';
import { removeDownloads } from './downloads.ts';
import { exportOperation } from './export-operation.ts';
import { sweepBackups } from './backup.ts';
import { importOperation } from './import-operation.ts';
import { sheetFolder } from './location.ts';
import { createSheetParts } from './parts.ts';
import { findUnfinished, repairExport, swapIn, writingPath } from './swap.ts';
import { tabFiles } from './tabs.ts';
import { jobFilesPart } from './web/job-files.ts';
import { registerSheetRoutes } from './web/routes.ts';

export const sheets: Feature<ReturnType<typeof createSheetParts>> = {
  name: 'sheets',
  operations: [importOperation, exportOperation],
  create(ctx) {
    prepareSheets(ctx);
    return createSheetParts(ctx);
  },
  routes: registerSheetRoutes,
  jobParts: (ctx) => [jobFilesPart(ctx)],
};

function prepareSheets({ config, isNewLibrary, log }: Context) {
  if (isNewLibrary) seedStarterSheet(config);
  repairExports(config, log);
  removeOldBackups(config, log);
  removeDownloads(config);
}

/** Repairs exports that were killed between their renames; one that cannot be repaired is logged and left. */
function repairExports(config: Config, log: Log) {
  for (const sheet of findUnfinished(path.join(config.root, 'sheets'))) {
    try {
      repairExport(sheet);
    } catch (error) {
      log.error({ err: error, sheet }, 'a half-done export could not be repaired');
    }
  }
}

/** The limits may have been lowered since the last backup. */
function removeOldBackups(config: Config, log: Log) {
  if (config.mode === 'noop') return;
  try {
    const removed = sweepBackups(config);
    if (removed.length > 0) log.info({ removed }, 'old backups were removed');
  } catch (error) {
    log.error({ err: error }, 'old backups could not be removed; tried again after the next import');
  }
}

/** Returns whether it copied; an existing published sheet stays as it is. */
export function seedStarterSheet(config: Config): boolean {
  const published = sheetFolder(config, 'published');
  repairExport(published);
  if (fs.existsSync(published)) return false;
  const starter = path.join(packageRoot, 'src/sheets/starter');
  const beside = writingPath(published);
  fs.mkdirSync(beside, { recursive: true });
  for (const file of tabFiles) fs.copyFileSync(path.join(starter, file), path.join(beside, file));
  swapIn(published);
  return true;
}
