// The operation `rollback`; its work is src/index/rollback.ts.
import { openDatabase, scriptBusyMs } from '../src/db/open.ts';
import { builtIn } from '../src/embedding/built-in.ts';
import { rollBackIndex } from '../src/index/rollback.ts';
import { runScript } from '../src/runner/script.ts';

await runScript((_args, context) => {
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return rollBackIndex({ ...context, library, model: builtIn });
  } finally {
    library.close();
  }
});
