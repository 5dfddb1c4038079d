// The operation `rollback`; its work is src/index/rollback.ts.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { chooseEmbedder } from '../src/embedding/choose.ts';
import { rollBackIndex } from '../src/index/rollback.ts';
import { runScript } from '../src/jobs/script.ts';

await runScript(async (_args, context) => {
  const model = await chooseEmbedder(context.config, context.countUsage);
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return rollBackIndex({ ...context, library, model });
  } finally {
    library.close();
  }
});
