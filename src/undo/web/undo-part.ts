// The part of a job's page that offers its undo, or says why there is none; and the button in the notice of its end.
import type { JobAction, JobFacts, JobPart } from '../../core/job-part.ts';
import type { Config } from '../../core/config.ts';
import type { JobFinder } from '../../core/operation.ts';
import { url } from '../../core/url.ts';
import { nounOf, undoability, undoName } from '../undoability.ts';

export const undoPart = ({ config, repository }: { config: Config; repository: JobFinder }): JobPart => ({
  template: 'undo/undo-part',
  load(job) {
    const found = undoability(job, repository, config);
    if ('why' in found) return found.isChanged ? { why: found.why, plan: null } : null;
    return { why: null, plan: planOf(job), noun: nounOf(job) };
  },
  noticeAction: (job) => ('backup' in undoability(job, repository, config) ? planOf(job) : null),
});

/** Makes the plan of the undo; its page asks for the decision. */
function planOf({ number }: JobFacts): JobAction {
  return {
    action: url(`/ui/operations/run/${undoName}`),
    label: 'Undo…',
    fields: { job: String(number), dry_run: 'true' },
  };
}
