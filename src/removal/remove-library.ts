// Removes a part of the library: the entries of a category, or those that came from a source.
import type { Db } from '../core/db/open.ts';
import { badInput } from '../core/errors.ts';
import type { ScriptContext } from '../jobs/script.ts';
import { createLibrary, type Library } from '../library/repository.ts';
import { storePlan } from '../plan-store/plan-repository.ts';
import { allRemovalsOf, applyRemovals } from '../sheets/apply.ts';
import { changeLibrary, everyFewRows, type LibraryPlan } from '../sheets/change-library.ts';
import { countRows, refuseLargeRemoval } from '../sheets/plan.ts';
import { tabOf } from '../sheets/tabs.ts';
import { planRemoval, type RemovalPlan } from './plan-removal.ts';
import { createRemovalRepository, type RemovalRepository } from './removal-repository.ts';
import {
  findProblem,
  type RemoveArguments,
  removalOutdated,
  removalToken,
  removeOperation,
} from './remove-operation.ts';

type Work = { args: RemoveArguments; library: Library; removal: RemovalRepository; context: ScriptContext };

/** Returns the result of the removal. Throws `bad_input` (`no_such_category`, `too_many_removed`, `plan_outdated`). */
export async function removeFromLibrary(args: RemoveArguments, db: Db, context: ScriptContext) {
  const problem = findProblem(args);
  if (problem) throw badInput('invalid_arguments', problem);
  const library = createLibrary(db);
  const work = { args, library, removal: createRemovalRepository(db), context };
  return changeLibrary({
    operation: removeOperation.name,
    args,
    db,
    library,
    context,
    makePlan: () => makePlan(work),
    outdated: () => removalOutdated('bad_input'),
  });
}

function makePlan(work: Work): LibraryPlan {
  const { args, library, context } = work;
  const plan = find(work);
  const { revision, before, after, leftAlone, preview } = plan;
  const removed = countRows(before) - countRows(after);
  return {
    revision,
    before,
    token: removalToken(args, revision),
    size: removed,
    result: {
      dry_run: args.dry_run,
      added: 0,
      changed: 0,
      unchanged: countRows(after) - leftAlone.length,
      removed,
      invalid: 0,
      left_alone: leftAlone.length,
      ...after,
      preview,
    },
    assertAllowed() {
      if (args.category !== undefined && !hasCategory(plan)) throw noSuchCategory(args.category);
      if (!args.dry_run && args.plan === undefined && !args.allow_removals) refuseLargeRemoval(plan);
    },
    changes: () => allRemovalsOf(plan),
    apply: (_now, onWritten) => applyRemovals(library, plan, onWritten),
    report() {
      for (const { kind, key, why } of leftAlone)
        context.row(`${tabOf(kind).name}!${key}`, 'left alone', why);
    },
  };
}

function find({ args, library, removal, context }: Work): RemovalPlan {
  const onFound = everyFewRows((rows) => context.progress(rows, undefined, 'find'));
  const request = { library, removal, chosen: args, onFound };
  if (!args.dry_run) return planRemoval({ ...request, store: null });
  return storePlan(context.config.root, context.job.id, (store) => planRemoval({ ...request, store }));
}

function hasCategory({ tabs, leftAlone }: RemovalPlan): boolean {
  return tabs.category.removed.length > 0 || leftAlone.some(({ kind }) => kind === 'category');
}

function noSuchCategory(code: string) {
  return badInput(
    'no_such_category',
    `The library has no category ${JSON.stringify(code)} any more; nothing was removed.`,
  );
}
