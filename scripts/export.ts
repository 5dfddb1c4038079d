// The operation `export`: writes the library to a sheet for review.
import fs from 'node:fs';
import type { Config } from '../src/core/config.ts';
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { createLibrary, type Library } from '../src/library/repository.ts';
import type { ScriptContext } from '../src/jobs/script.ts';
import { type ExportArguments, exportOperation, targetOf } from '../src/sheets/export-operation.ts';
import { countExported, exportSheet, noteExported } from '../src/sheets/export.ts';
import { warnOfOpenTabs } from '../src/sheets/desktop-files.ts';
import { openTarget, pathInRoot } from '../src/sheets/location.ts';
import { reportWarnings } from '../src/sheets/problems.ts';
import { repairExport } from '../src/sheets/swap.ts';
import { runOperation } from './run-operation.ts';

const whatToClose = 'Close it there without saving: saving would replace the exported file.';

await runOperation<ExportArguments>(exportOperation, (args, context) => {
  const { config } = context;
  const folder = openTarget(config, targetOf(args));
  const db = openDatabase(config.databasePath, { busyMs: scriptBusyMs });
  try {
    const library = createLibrary(db);
    return args.dry_run ? forecast(library, folder, config) : write(library, folder, context);
  } finally {
    db.close();
  }
});

function forecast(library: Library, folder: string, config: Config) {
  return library.read(() => {
    const all = library.counts();
    const local = library.localCounts();
    const leaving = {
      experiences: all.experiences - local.experiences,
      manuals: all.manuals - local.manuals,
    };
    return {
      dry_run: true,
      ...all,
      ...leaving,
      left_out: local.experiences + local.manuals,
      path: pathInRoot(config, folder),
    };
  });
}

function write(library: Library, folder: string, context: ScriptContext) {
  const { config, job, progress, row, assertFence } = context;
  const { left_out, categories, experiences, manuals } = forecast(library, folder, config);
  const total = categories + experiences + manuals;
  const at = new Date().toISOString();
  assertFence();
  repairExport(folder);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  reportWarnings(warnOfOpenTabs(names, whatToClose), row);
  const exported = exportSheet(library, folder, at, (rows) => progress(rows, total, 'write'));
  const result = { dry_run: false, ...countExported(exported), left_out, path: pathInRoot(config, folder) };
  library.write(() => {
    noteExported(library, exported, at);
    library.recordApplied({ job, result, at });
    assertFence();
  });
  return result;
}
