// Installing a snapshot right after its upload: the job `snapshot`, by the same rules as any other run of it.
import type { Requester } from '../../core/audit.ts';
import { AppError } from '../../core/errors.ts';
import type { IndexState } from '../../index/live.ts';
import { isTerminal, type Job } from '../../jobs/job.ts';
import { requireConfirmation } from '../../jobs/refusals.ts';
import type { SnapshotContext } from '../parts.ts';
import type { Staged } from '../staging.ts';

export type InstallFields = { reason?: string; confirm?: string; when_locked?: string };

/** Whoever sends one of them wants it installed; the other is then asked for. */
export function wantsInstall({ reason, confirm }: InstallFields): boolean {
  return reason !== undefined || confirm !== undefined;
}

/** Throws `confirmation_required`, so that nobody sends a large file in vain. */
export function assertConfirmed({ catalogue }: Pick<SnapshotContext, 'catalogue'>, form: InstallFields) {
  if (wantsInstall(form)) requireConfirmation(catalogue.get('snapshot'), {}, form);
}

/** Throws what any run throws; the snapshot then waits staged, and `details.staged_id` says where. */
export async function enqueueInstall(
  { jobs }: Pick<SnapshotContext, 'jobs'>,
  { staged_id }: Staged,
  { reason, confirm, when_locked }: InstallFields,
  by: Requester,
): Promise<Job> {
  const whenLocked = when_locked === 'wait' ? ('wait' as const) : undefined;
  try {
    const args = { staged_id };
    return await jobs.submit({ operation: 'snapshot', args, reason, confirm, whenLocked }, by);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message, { ...error.details, staged_id });
  }
}

/** Returns the state of the installed index. Throws the failure of the job. */
export async function waitUntilInstalled(ctx: SnapshotContext, { id }: Job): Promise<IndexState> {
  const job = await untilEnded(ctx, id);
  if (job.status === 'succeeded') {
    await ctx.liveIndex.refresh();
    return ctx.liveIndex.indexState();
  }
  const why = job.failure?.message ?? 'It was cancelled. The current index is unchanged.';
  throw new AppError(
    job.failure?.code === 'bad_input' ? 'bad_input' : 'temporary',
    `Job #${job.number} did not install the snapshot. ${why}`,
    { ...job.failure?.detail, job_id: job.id },
  );
}

function untilEnded({ bus, jobs }: Pick<SnapshotContext, 'bus' | 'jobs'>, id: string): Promise<Job> {
  return new Promise((resolve) => {
    const look = () => {
      const job = jobs.find(id);
      if (!isTerminal(job.status)) return;
      bus.off('job', look);
      resolve(job);
    };
    bus.on('job', look);
    look();
  });
}
