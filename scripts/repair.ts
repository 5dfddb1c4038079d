// The operation `repair`; its work is src/index/repair.ts.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { chooseEmbedder } from '../src/embedding/choose.ts';
import { readCanaries } from '../src/index/canary-repository.ts';
import { repairIndex } from '../src/index/repair.ts';
import type { SwitchArguments } from '../src/index/canary-switch.ts';
import { runScript } from '../src/jobs/script.ts';

await runScript<SwitchArguments>(async (args, context) => {
  const chosen = await chooseEmbedder(context.config, context.countUsage);
  console.log(`Embedding with ${chosen.label}.`);
  const model = await chosen.open();
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await repairIndex(args, { ...context, library, model, canaries: readCanaries(context.config) });
  } finally {
    library.close();
  }
});
