// Puts back rows of the library from an attached backup, for every operation that goes back: by a plan, after a backup of its
// own, in one transaction.
import type { Db } from '../core/db/open.ts';
import type { ScriptContext } from '../jobs/script.ts';
import { createLibrary, type Library } from '../library/repository.ts';
import { storePlan } from '../plan-store/plan-repository.ts';
import { changeLibrary, everyFewRows, type LibraryPlan } from '../sheets/change-library.ts';
import { tabOf } from '../sheets/tabs.ts';
import { planOutdated } from '../sheets/token.ts';
import { applyUndo, changesOf } from './apply-undo.ts';
import type { Candidates } from './candidates.ts';
import { planUndo, type UndoPlan } from './plan-undo.ts';
import type { PutBackArguments } from './put-back-operation.ts';
import { createUndoRepository, type UndoRepository } from './undo-repository.ts';

export type PutBack = {
  operation: string;
  args: PutBackArguments;
  /** The subject of the refusal of a plan that does not hold any more. */
  comparedWith: string;
  /** Lists the rows to judge. */
  findCandidates: (undo: UndoRepository) => Candidates;
  /** The token of a plan for this revision of the library. */
  token: (libraryRevision: number) => string;
};

type Work = PutBack & { library: Library; undo: UndoRepository; context: ScriptContext };

/** `file`: a whole library of this version or an earlier one. Returns the result of the job. */
export function putBack(given: PutBack, db: Db, file: string, context: ScriptContext) {
  const library = createLibrary(db);
  const work = { ...given, library, undo: createUndoRepository(db, file), context };
  return changeLibrary({
    ...given,
    db,
    library,
    context,
    makePlan: () => makePlan(work),
    outdated: () => planOutdated('bad_input', given.comparedWith),
  });
}

function makePlan(work: Work): LibraryPlan {
  const { args, library, undo, context } = work;
  const plan = compare(work);
  const { revision, before, after, steps, leftAlone, unchanged, preview } = plan;
  const count = (action: string) => steps.filter((step) => step.action === action).length;
  return {
    revision,
    before,
    token: work.token(revision),
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

function compare({ args, findCandidates, library, undo, context }: Work): UndoPlan {
  const onCompared = everyFewRows((rows, total) => context.progress(rows, total, 'compare'));
  const request = {
    library,
    undo,
    findCandidates: () => findCandidates(undo),
    allowChanged: args.allow_changed,
    onCompared,
  };
  if (!args.dry_run) return planUndo({ ...request, store: null });
  return storePlan(context.config.root, context.job.id, (store) => planUndo({ ...request, store }));
}
