// Exports: the library as CSV files or a workbook, in the place of a sheet or as a download.
import path from 'node:path';
import type { Config } from '../core/config.ts';
import type { Log } from '../core/log.ts';
import { findUnfinished, repairExport } from '../sheets/swap.ts';
import { filesOfAll } from '../sheets/tabs.ts';
import { sourceStore } from '../source-store/feature.ts';
import type { Feature } from '../web/feature.ts';
import { removeDownloads } from './downloads.ts';
import { createExportParts } from './parts.ts';
import { jobFilesPart } from './web/job-files.ts';
import { jobSpreadsheetPart } from './web/job-spreadsheet.ts';
import { registerExportRoutes } from './web/routes.ts';

export const exports: Feature<ReturnType<typeof createExportParts>> = {
  name: 'exports',
  create(ctx) {
    repairExports(ctx.config, ctx.log, filesOfAll(ctx.use(sourceStore).sourceRepository.all()));
    removeDownloads(ctx.config);
    return createExportParts(ctx);
  },
  routes: registerExportRoutes,
  jobParts: (ctx) => [jobFilesPart(ctx), jobSpreadsheetPart],
};

/** Repairs exports that were killed between their renames; one that cannot be repaired is logged and left. `files`: of the
 *  tabs of all sheets. */
function repairExports(config: Config, log: Log, files: string[]) {
  for (const sheet of findUnfinished(path.join(config.root, 'sheets'))) {
    try {
      repairExport(sheet, files);
    } catch (error) {
      log.error({ err: error, sheet }, 'a half-done export could not be repaired');
    }
  }
}
