// The operation export: writes the library to a sheet that people can review.
import type { Config } from '../src/core/config.ts';
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { createLibrary, type Library } from '../src/library/repository.ts';
import type { ScriptContext } from '../src/jobs/script.ts';
import { type ExportArguments, exportOperation, targetOf } from '../src/sheets/export-operation.ts';
import { countExported, exportSheet, noteExported } from '../src/sheets/export.ts';
import { openSheet, pathInRoot } from '../src/sheets/location.ts';
import { mendExport } from '../src/sheets/swap.ts';
import { runOperation } from './run-operation.ts';

await runOperation<ExportArguments>(exportOperation, (args, context) => {
  const { config } = context;
  const place = openSheet(config, targetOf(args), 'write');
  const db = openDatabase(config.databasePath, { busyMs: scriptBusyMs });
  try {
    const library = createLibrary(db);
    return args.dry_run ? forecast(library, place, config) : write(library, place, context);
  } finally {
    db.close();
  }
});

function forecast(library: Library, place: string, config: Config) {
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
      path: pathInRoot(config, place),
    };
  });
}

function write(library: Library, place: string, { config, job, progress, assertFence }: ScriptContext) {
  const { left_out, categories, experiences, manuals } = forecast(library, place, config);
  const total = categories + experiences + manuals;
  const at = new Date().toISOString();
  assertFence();
  mendExport(place);
  const exported = exportSheet(library, place, at, (rows) => progress(rows, total, 'write'));
  const result = { dry_run: false, ...countExported(exported), left_out, path: pathInRoot(config, place) };
  library.write(() => {
    noteExported(library, exported, at);
    library.recordApplied({ job, result, at });
    assertFence();
  });
  return result;
}
