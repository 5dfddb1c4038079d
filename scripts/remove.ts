// The operation `remove`: removes a category, or the entries that came from one source.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { removeFromLibrary } from '../src/removal/remove-library.ts';
import { type RemoveArguments, removeOperation } from '../src/removal/remove-operation.ts';
import { runOperation } from './run-operation.ts';

await runOperation<RemoveArguments>(removeOperation, async (args, context) => {
  const db = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await removeFromLibrary(args, db, context);
  } finally {
    db.close();
  }
});
