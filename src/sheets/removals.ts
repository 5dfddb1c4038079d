// Protects the library from a sheet that has lost most of its rows.
import { AppError } from '../core/errors.ts';
import type { ImportPlan } from './plan.ts';

const maxRemovedShare = 0.2;

/** Throws `bad_input` with the code `too_many_removed` when the plan removes more than a fifth of the entries. */
export function refuseLargeRemoval({ tabs, before }: ImportPlan) {
  const removed = tabs.experience.removed.length + tabs.manual.removed.length;
  const entries = before.experiences + before.manuals;
  if (removed <= entries * maxRemovedShare) return;
  const percent = Math.round((100 * removed) / entries);
  const found = `This would remove ${removed} of ${entries} entries (${percent}%); nothing was written.`;
  const rule = 'To remove more than 20%, apply the plan of a dry run or set allow_removals.';
  const advice = 'If the sheet is only a part of the library, use the mode merge.';
  throw new AppError('bad_input', `${found} ${rule} ${advice}`, {
    code: 'too_many_removed',
    problems: [],
    total: 0,
    removed,
    entries,
  });
}
