// Checks an uploaded snapshot in a separate process, so that its size or content cannot harm the server, which starts it for
// each upload. Not an operation. Its work is in src/snapshots/check.ts.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { chooseEmbedder } from '../src/embedding/choose.ts';
import { checkSnapshot } from '../src/snapshots/check.ts';
import { stagedFolder } from '../src/snapshots/staging.ts';
import { runScript } from '../src/jobs/script.ts';

type CheckArguments = { zip: string; staged_id: string };

await runScript<CheckArguments>(async ({ zip, staged_id }, { config, progress, countUsage }) => {
  const library = openDatabase(config.databasePath, { busyMs: scriptBusyMs, readonly: true });
  try {
    return await checkSnapshot({
      zip,
      folder: stagedFolder(config.indexFolder, staged_id),
      maxBytes: config.snapshotMaxBytes,
      reserveBytes: config.diskReserveBytes,
      library,
      model: await chooseEmbedder(config, countUsage),
      onProgress: (stage, done, total) => progress(done, total, stage),
    });
  } finally {
    library.close();
  }
});
