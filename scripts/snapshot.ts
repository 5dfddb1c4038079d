// The operation `snapshot`; its work is src/snapshots/install.ts.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { chooseEmbedder } from '../src/embedding/choose.ts';
import { readCanaries } from '../src/index/canary-repository.ts';
import { type InstallArguments, installSnapshot } from '../src/snapshots/install.ts';
import { snapshotOperation } from '../src/snapshots/snapshot-operation.ts';
import { runOperation } from './run-operation.ts';

await runOperation<InstallArguments>(snapshotOperation, async (args, context) => {
  const model = await chooseEmbedder(context.config, context.countUsage);
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await installSnapshot(args, {
      ...context,
      library,
      model,
      canaries: readCanaries(context.config),
    });
  } finally {
    library.close();
  }
});
