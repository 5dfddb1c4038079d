// The operation `index`; its work is src/index/rebuild.ts.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { chooseEmbedder } from '../src/embedding/choose.ts';
import { type RebuildArguments, rebuildIndex } from '../src/index/rebuild.ts';
import { indexOperation } from '../src/index/index-operation.ts';
import { runOperation } from './run-operation.ts';

await runOperation<RebuildArguments>(indexOperation, async (args, context) => {
  const chosen = await chooseEmbedder(context.config);
  console.log(`Embedding with ${chosen.label}.`);
  const model = await chosen.open();
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await rebuildIndex(args, { ...context, library, model });
  } finally {
    library.close();
  }
});
