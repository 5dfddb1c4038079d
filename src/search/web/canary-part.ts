// The part of the page of a job that was refused for missed canaries: it offers to switch anyway.
import { AppError } from '../../core/errors.ts';
import type { JobFacts, JobPart } from '../../core/job-part.ts';
import type { Args, Operation } from '../../core/operation.ts';
import { url } from '../../core/url.ts';
import { canaryMissed } from '../../index/canary-check.ts';
import { leastRoleFor } from '../../jobs/refusals.ts';
import type { SearchContext } from '../parts.ts';

type Context = Pick<SearchContext, 'catalogue' | 'jobRepository' | 'readArguments'>;

export const canaryPart = (ctx: Context): JobPart => ({
  template: 'search/canary-part',
  load({ number, operation: name, status, args: given }: JobFacts) {
    const operation = ctx.catalogue.find(name);
    if (status !== 'failed' || !operation) return null;
    if (ctx.jobRepository.find(String(number))?.failure?.detail?.code !== canaryMissed) return null;
    const args = { ...given, despite_canaries: true };
    return {
      needs: leastRoleFor(operation, args),
      href: url(`/ui/operations/${name}/confirm`, toQuery(args)),
      problem: findProblem(ctx, operation, args),
      canaries: url('/library/canaries'),
    };
  },
});

function toQuery(args: Args): Record<string, string> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, String(value)]));
}

/** Why such a run is not possible any more: an uploaded snapshot, for one, is kept for an hour. */
function findProblem({ readArguments }: Context, operation: Operation, args: Args): string | null {
  try {
    readArguments(operation, args);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
