// Undoes a job: puts back what it has changed, from the backup that was made before it.
import type { Db } from '../core/db/open.ts';
import type { ScriptContext } from '../jobs/script.ts';
import { findRecorded } from './candidates.ts';
import { putBack } from './put-back.ts';
import { comparedWith, type UndoArguments, undoToken } from './undo-operation.ts';
import { undoName } from './undoability.ts';

/** `file`: a backup that `findObstacle` has found to be good. Returns the result of the undo. */
export function undoLibrary(args: UndoArguments, db: Db, file: string, context: ScriptContext) {
  const work = {
    operation: undoName,
    args,
    comparedWith,
    findCandidates: findRecorded,
    token: (revision: number) => undoToken(args, revision),
  };
  return putBack(work, db, file, context);
}
