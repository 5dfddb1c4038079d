// The operation `repair`; its work is src/index/repair.ts.
import { openDatabase, scriptBusyMs } from '../src/db/open.ts';
import { builtIn } from '../src/embedding/built-in.ts';
import { repairIndex } from '../src/index/repair.ts';
import { runScript } from '../src/runner/script.ts';

await runScript(async (_args, context) => {
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await repairIndex({ ...context, library, model: builtIn });
  } finally {
    library.close();
  }
});
