// The operation `rollback`; its work is src/index/rollback.ts.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { chooseEmbedder } from '../src/embedding/choose.ts';
import { readCanaries } from '../src/index/canary-repository.ts';
import { rollBackIndex } from '../src/index/rollback.ts';
import type { SwitchArguments } from '../src/index/canary-switch.ts';
import { runScript } from '../src/jobs/script.ts';

await runScript<SwitchArguments>(async (args, context) => {
  const model = await chooseEmbedder(context.config, context.countUsage);
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await rollBackIndex(args, { ...context, library, model, canaries: readCanaries(context.config) });
  } finally {
    library.close();
  }
});
