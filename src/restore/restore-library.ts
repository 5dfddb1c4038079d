// Restores the library: puts back every row that differs from a backup.
import type { Db } from '../core/db/open.ts';
import type { ScriptContext } from '../jobs/script.ts';
import { findDiffering } from '../undo/candidates.ts';
import { putBack } from '../undo/put-back.ts';
import { comparedWith, type RestoreArguments, restoreOperation, restoreToken } from './restore-operation.ts';
import type { Source } from './source.ts';

/** `source`: from `withSource`. Returns the result of the restore. */
export function restoreLibrary(
  args: RestoreArguments,
  db: Db,
  { file, state }: Source,
  context: ScriptContext,
) {
  const work = {
    operation: restoreOperation.name,
    args,
    comparedWith,
    findCandidates: findDiffering,
    token: (revision: number) => restoreToken(args, revision, state),
  };
  return putBack(work, db, file, context);
}
