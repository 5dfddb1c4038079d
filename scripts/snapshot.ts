// The operation `snapshot`; its work is src/index/snapshot-install.ts.
import { openDatabase, scriptBusyMs } from '../src/db/open.ts';
import { builtIn } from '../src/embedding/built-in.ts';
import { installSnapshot } from '../src/index/snapshot-install.ts';
import { runScript } from '../src/runner/script.ts';

await runScript<{ staged_id?: string }>((args, context) => {
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return installSnapshot(args, { ...context, library, model: builtIn });
  } finally {
    library.close();
  }
});
