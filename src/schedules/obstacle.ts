// Finds what keeps a due run from starting, and puts it into words.
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import type { Operation } from '../core/operation.ts';
import type { ReadArguments } from '../core/read-arguments.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Blocker } from '../jobs/lock-queue.ts';
import { nameBlocker } from '../jobs/name-blocker.ts';
import { formatMinute } from '../core/format.ts';
import type { Schedule, Tick } from '../schedule-store/schedule.ts';
import type { ScheduleJobs } from './schedule-jobs-repository.ts';

type Given = {
  scheduleJobs: Pick<ScheduleJobs, 'active'>;
  jobs: Pick<Jobs, 'blockerOf'>;
  readArguments: ReadArguments;
};

/** A sentence that names who is in the way; null when the run may start, or may wait. At most one run of a schedule waits. */
export function findObstacle(
  { scheduleJobs, jobs, readArguments }: Given,
  schedule: Schedule,
  operation: Operation,
  mayWait: boolean,
): string | null {
  const active = scheduleJobs.active(schedule.name);
  const waiting = active.find(({ status }) => status !== 'running');
  if (waiting) return `Its run #${waiting.number} was still waiting.`;
  if (mayWait) return null;
  const [running] = active;
  if (running) return `Its run #${running.number} had not ended.`;
  const args = readArguments(operation, schedule.args);
  const blocker = jobs.blockerOf(operation, args, schedule.name);
  // A window refuses the run itself.
  return blocker === null || blocker.window !== null ? null : describeBlocker(blocker);
}

/** The tick of a run that was not accepted. */
export function describeRefusal(error: unknown): Pick<Tick, 'outcome' | 'why' | 'code'> {
  const refused = (why: string, code: string | null) => ({ outcome: 'refused' as const, why, code });
  if (!(error instanceof AppError)) return refused(`The run could not be requested: ${explain(error)}`, null);
  const { code, message, details } = error;
  const { holder, reason, ends_at: end } = (details ?? {}) as Details;
  if (code === 'operation_locked' && holder)
    return { outcome: 'skipped', why: describeBlocker(holder), code };
  if (code !== 'maintenance' || !reason || !end) return refused(message, code);
  return refused(`Maintenance “${reason}” until ${formatMinute(end)}.`, code);
}

/** The details of `operation_locked` and of `maintenance`. */
type Details = { holder?: Blocker; reason?: string | null; ends_at?: string | null };

function describeBlocker(blocker: Blocker): string {
  return `${nameBlocker(blocker)} by ${blocker.actor} was ahead.`;
}
