// The operation `repair`; its work is src/index/repair.ts.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { chooseEmbedder } from '../src/embedding/choose.ts';
import { repairIndex } from '../src/index/repair.ts';
import { runScript } from '../src/jobs/script.ts';

await runScript(async (_args, context) => {
  const chosen = await chooseEmbedder(context.config, context.countUsage);
  console.log(`Embedding with ${chosen.label}.`);
  const model = await chosen.open();
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await repairIndex({ ...context, library, model });
  } finally {
    library.close();
  }
});
