// The operation `restore`: makes the library what it was at the time of a backup.
import { readKnown } from '../src/backup-store/known.ts';
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { offeringInstead } from '../src/restore/instead.ts';
import { restoreLibrary } from '../src/restore/restore-library.ts';
import { type RestoreArguments, restoreOperation } from '../src/restore/restore-operation.ts';
import { type Source, withSource } from '../src/restore/source.ts';
import { runOperation } from './run-operation.ts';

await runOperation<RestoreArguments>(restoreOperation, (args, context) => {
  const { config, job, progress } = context;
  progress(0, undefined, 'copy');
  const { backup } = args;
  const known = readKnown(config, backup);
  const restore = async (source: Source) => {
    const db = openDatabase(config.databasePath, { busyMs: scriptBusyMs });
    try {
      return await restoreLibrary(args, db, source, context);
    } finally {
      db.close();
    }
  };
  const named = { backup, known, jobId: job.id };
  return offeringInstead(config, backup, () => withSource(config, named, restore));
});
