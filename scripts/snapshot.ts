// The operation `snapshot`; its work is src/index/snapshot-install.ts.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { chooseEmbedder } from '../src/embedding/choose.ts';
import { installSnapshot } from '../src/snapshots/install.ts';
import { runScript } from '../src/jobs/script.ts';

await runScript<{ staged_id?: string }>((args, context) => {
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return installSnapshot(args, { ...context, library, model: chooseEmbedder(context.config) });
  } finally {
    library.close();
  }
});
