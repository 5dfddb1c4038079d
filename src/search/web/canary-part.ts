// The part of the page of a job that was refused for missed canaries: it offers to switch anyway.
import { AppError } from '../../core/errors.ts';
import type { JobFacts, JobPart } from '../../core/job-part.ts';
import type { Args, Operation } from '../../core/operation.ts';
import { isObject } from '../../core/json.ts';
import { url } from '../../core/url.ts';
import { canaryMissed } from '../../index/canary-check.ts';
import { leastRoleFor } from '../../jobs/refusals.ts';
import type { SearchContext } from '../parts.ts';

type Context = Pick<SearchContext, 'catalogue' | 'jobRepository' | 'readArguments' | 'liveIndex'>;

export const canaryPart = (ctx: Context): JobPart => ({
  template: 'search/canary-part',
  load({ number, operation: name, status, args: given, result, finished_at }: JobFacts) {
    const lost = readLost(result);
    if (status === 'succeeded') return lost.length > 0 ? { lost, canaries: url('/library/canaries') } : null;
    const operation = ctx.catalogue.find(name);
    if (status !== 'failed' || !operation) return null;
    if (ctx.jobRepository.find(String(number))?.failure?.detail?.code !== canaryMissed) return null;
    const args = { ...given, despite_canaries: true };
    return {
      lost: null,
      isSwitched: wasSwitchedSince(ctx, finished_at),
      needs: leastRoleFor(operation, args),
      href: url(`/ui/operations/${name}/confirm`, { ...toQuery(args), refused: String(number) }),
      problem: findProblem(ctx, operation, args),
      canaries: url('/library/canaries'),
    };
  },
});

/** Operations that make an index live which was not built then. */
const others = ['rollback', 'snapshot'];

function wasSwitchedSince({ liveIndex, jobRepository }: Context, finishedAt: string | null): boolean {
  const isLater = (at: string | null | undefined) => (at ?? '') > (finishedAt ?? '');
  return (
    isLater(liveIndex.indexState().built_at) ||
    others.some((name) => isLater(jobRepository.lastSuccesses(name, 1)[0]?.finished_at))
  );
}

/** The canaries that the index before the switch found, each in one sentence. */
function readLost(result: JobFacts['result']): string[] {
  const canaries = isObject(result?.canaries) ? result.canaries : {};
  return Array.isArray(canaries.lost) ? canaries.lost.filter((one) => typeof one === 'string') : [];
}

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
