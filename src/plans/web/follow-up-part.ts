// The part of a job's page that offers the operation which should follow the job, until it has.
import type { JobFacts, JobPart } from '../../core/job-part.ts';
import type { Operation } from '../../core/operation.ts';
import { url } from '../../core/url.ts';
import type { PlanContext } from '../parts.ts';

type Context = Pick<PlanContext, 'catalogue' | 'repository'>;

export const followUpPart = (ctx: Context): JobPart => ({
  template: 'plans/follow-up-part',
  load({ operation: name, number, status, mode, args, result }) {
    const operation = ctx.catalogue.find(name);
    const isApplied = status === 'succeeded' && mode === 'scripts' && args.dry_run !== true;
    if (!operation || !isApplied || !hasChanged(operation, result)) return null;
    return viewFollowUp(ctx, operation, number);
  },
});

/** `after`: the number of the job that it follows; null for one that has not run yet. Null when nothing is to follow. */
export function viewFollowUp(
  { catalogue, repository }: Context,
  { followUp }: Operation,
  after: number | null,
) {
  const next = followUp && catalogue.find(followUp.operation);
  if (!followUp || !next) return null;
  const [newest] = repository.lastSuccesses(next.name, 1);
  const doneBy = after !== null && newest && newest.number > after ? newest.number : null;
  const href = url(`/ui/operations/${next.name}/confirm`);
  return { text: followUp.text, title: next.title, href, doneBy, isDue: after !== null && doneBy === null };
}

function hasChanged({ sizes = [] }: Operation, result: JobFacts['result']): boolean {
  return sizes.some((name) => name !== 'unchanged' && Number(result?.[name] ?? 0) > 0);
}
