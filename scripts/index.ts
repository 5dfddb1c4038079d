// The operation `index`; its work is src/index/rebuild.ts.
import { openDatabase, scriptBusyMs } from '../src/db/open.ts';
import { builtIn } from '../src/embedding/built-in.ts';
import { type RebuildArguments, rebuildIndex } from '../src/index/rebuild.ts';
import { runScript } from '../src/runner/script.ts';

await runScript<RebuildArguments>(async (args, context) => {
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await rebuildIndex(args, { ...context, library, model: builtIn });
  } finally {
    library.close();
  }
});
