// Installs a snapshot right after its upload, with an ordinary job of the operation `snapshot`.
import type { Requester } from '../../core/audit.ts';
import { AppError } from '../../core/errors.ts';
import type { IndexState } from '../../index/live.ts';
import type { Job } from '../../jobs/job.ts';
import { requireConfirmation, requireRole } from '../../jobs/refusals.ts';
import { untilEnded } from '../../jobs/until-ended.ts';
import type { SnapshotContext } from '../parts.ts';
import type { Staged } from '../staging.ts';

export type InstallFields = { reason?: string; confirm?: string; when_locked?: string };

/** Either field asks for the installation, which then requires both. */
export function wantsInstall({ reason, confirm }: InstallFields): boolean {
  return reason !== undefined || confirm !== undefined;
}

/** Throws `forbidden` and `confirmation_required` before the client sends a large file. */
export function assertInstall(
  { catalogue }: Pick<SnapshotContext, 'catalogue'>,
  form: InstallFields,
  by: Requester,
) {
  if (!wantsInstall(form)) return;
  const operation = catalogue.get('snapshot');
  requireRole(operation, {}, by);
  requireConfirmation(operation, {}, form);
}

/** Throws what `submit` throws, with `details.staged_id`: the snapshot stays staged. */
export async function enqueueInstall(
  { jobs }: Pick<SnapshotContext, 'jobs'>,
  { staged_id }: Staged,
  { reason, confirm, when_locked }: InstallFields,
  by: Requester,
): Promise<Job> {
  const whenLocked = when_locked === 'wait' ? ('wait' as const) : undefined;
  try {
    return await jobs.submit({ operation: 'snapshot', args: { staged_id }, reason, confirm, whenLocked }, by);
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
