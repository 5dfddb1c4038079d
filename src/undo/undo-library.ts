// Undoes a job: puts back what it has changed, from the backup that was made before it.
import type { Db } from '../core/db/open.ts';
import type { ScriptContext } from '../jobs/script.ts';
import { createLibrary, type Library } from '../library/repository.ts';
import { changeLibrary, everyFewRows, type LibraryPlan } from '../sheets/change-library.ts';
import { tabOf } from '../sheets/tabs.ts';
import { storePlan } from '../plan-store/plan-repository.ts';
import { applyUndo, changesOf } from './apply-undo.ts';
import { planUndo, type UndoPlan } from './plan-undo.ts';
import { type UndoArguments, undoOutdated, undoToken } from './undo-operation.ts';
import { createUndoRepository, type UndoRepository } from './undo-repository.ts';
import { undoName } from './undoability.ts';

type Work = { args: UndoArguments; library: Library; undo: UndoRepository; context: ScriptContext };

/** `file`: a backup that `findObstacle` has found to be good. Returns the result of the undo. */
export function undoLibrary(args: UndoArguments, db: Db, file: string, context: ScriptContext) {
  const library = createLibrary(db);
  const work = { args, library, undo: createUndoRepository(db, file), context };
  return changeLibrary({
    operation: undoName,
    args,
    db,
    library,
    context,
    makePlan: () => makePlan(work),
    outdated: () => undoOutdated('bad_input'),
  });
}

function makePlan({ args, library, undo, context }: Work): LibraryPlan {
  const plan = compare({ args, library, undo, context });
  const { revision, before, after, steps, leftAlone, unchanged, preview } = plan;
  const count = (action: string) => steps.filter((step) => step.action === action).length;
  return {
    revision,
    before,
    token: undoToken(args, revision),
    size: steps.length,
    result: {
      dry_run: args.dry_run,
      added: count('insert'),
      changed: count('update'),
      unchanged,
      removed: count('delete'),
      invalid: 0,
      left_alone: leftAlone.length,
      ...after,
      preview,
    },
    assertAllowed: () => {},
    changes: () => changesOf(plan, undo),
    apply: (_now, onWritten) => applyUndo(plan, library, undo, onWritten),
    report() {
      for (const { kind, key, why } of leftAlone)
        context.row(`${tabOf(kind).name}!${key}`, 'left alone', why);
    },
  };
}

function compare({ args, library, undo, context }: Work): UndoPlan {
  const onCompared = everyFewRows((rows, total) => context.progress(rows, total, 'compare'));
  const request = { library, undo, allowChanged: args.allow_changed, onCompared };
  if (!args.dry_run) return planUndo({ ...request, store: null });
  return storePlan(context.config.root, context.job.id, (store) => planUndo({ ...request, store }));
}
