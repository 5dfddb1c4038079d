// The confirm dialog of a bulk action: what it will do, by operation; above fifty jobs it wants their number typed.
import { formatNumber, lowerFirst, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { type BulkAction, bulkRoles } from '../bulk.ts';
import type { ListQuery } from '../../jobs/job-query.ts';
import type { BulkContext } from '../parts.ts';

export type BulkForm = Pick<ListQuery, 'status' | 'operation' | 'q'> & {
  action: BulkAction;
  /** `all`: the matches of the filter up to job `up_to`; absent: the selected jobs. */
  scope?: 'all';
  up_to?: number;
  number?: number | number[];
  /** The typed number of jobs. */
  confirm?: string;
};
type Preview = Awaited<ReturnType<BulkContext['bulk']['preview']>>;

/** More jobs than these need their number typed. */
const freeMax = 50;
const operationsShown = 8;

export const needsNumber = ({ able }: Preview) => able > freeMax;

/** `run` names the whole action; `done` is what a job is when the run has handled it. */
export const bulkWords = {
  retry: {
    run: 'Retry',
    done: 'queued',
    verb: 'Retry',
    past: 'retried',
    effect: 'Each is queued as a new job with the same arguments and waits for its locks.',
    keep: 'Leave them',
    tone: 'warn',
    icon: 'retry',
  },
  cancel: {
    run: 'Cancellation',
    done: 'cancelled or stopping',
    verb: 'Cancel',
    past: 'cancelled',
    effect: 'Waiting jobs are cancelled at once. The processes of running jobs are stopped.',
    keep: 'Keep them',
    tone: 'bad',
    icon: 'cross',
  },
  remove: {
    run: 'Removal',
    done: 'removed',
    verb: 'Remove',
    past: 'removed',
    effect: 'Their logs and result rows are deleted and cannot be restored. The audit log still has them.',
    keep: 'Keep them',
    tone: 'bad',
    icon: 'cross',
  },
} as const satisfies Record<BulkAction, object>;

/** `problem`: why the typed number was refused. */
export function viewBulkDialog(
  { catalogue }: Pick<BulkContext, 'catalogue'>,
  { action, scope, up_to, status, operation, q, confirm }: BulkForm,
  numbers: number[],
  preview: Preview,
  problem?: string,
) {
  const { able, byOperation, skipped } = preview;
  const { verb, past, effect, keep, tone, icon } = bulkWords[action];
  const jobs = plural(able, 'job');
  const titleOf = (name: string) => catalogue.find(name)?.title ?? name;
  const others = byOperation.slice(operationsShown).reduce((sum, other) => sum + other.jobs, 0);
  return {
    action: url('/ui/jobs/bulk'),
    question: able > 0 ? `${verb} ${jobs}?` : `None of these can be ${past}`,
    operations: [
      ...byOperation
        .slice(0, operationsShown)
        .map((one) => `${formatNumber(one.jobs)} × ${titleOf(one.operation)}`),
      ...(others > 0 ? [`${formatNumber(others)} of other operations`] : []),
    ],
    consequences: [
      ...(able > 0 ? [effect] : []),
      ...skipped.map(({ reason, jobs }) => `${plural(jobs, 'job')} skipped: ${lowerFirst(reason)}`),
      ...(numbers.length === 0 ? ['No job is selected.'] : []),
    ],
    tone,
    icon,
    needs: bulkRoles[action],
    word: needsNumber(preview) ? String(able) : null,
    typed: confirm ?? '',
    problem: problem ?? null,
    confirm: able > 0 ? `${verb} ${jobs}` : null,
    keep: able > 0 ? keep : 'Go back',
    back: url('/jobs'),
    fields: Object.entries(
      scope === 'all'
        ? { action, scope, up_to, status, operation, q }
        : { action, numbers: numbers.join(',') },
    ).filter(([, value]) => value !== undefined),
  };
}
