// The refusal `maintenance`: a window holds the run or the change back, or the windows cannot be read.
import { isBusy } from '../core/db/busy-retry.ts';
import { isDiskFull } from '../core/disk-reserve.ts';
import { AppError } from '../core/errors.ts';
import { formatMinute } from '../core/format.ts';
import { levelWords } from './level-words.ts';
import { jobOf, type Window } from './window.ts';

/** `retry_after_sec` becomes the header Retry-After. `job`: the number of the job that has opened the window. */
export function maintenanceError(window: Window, now: Date): AppError {
  const { id, level, reason, ends_at } = window;
  const retry_after_sec = Math.max(1, Math.ceil((Date.parse(ends_at) - now.getTime()) / 1000));
  const message = `Maintenance until ${formatMinute(ends_at)}: ${reason.replace(/[.!]$/, '')}. ${levelWords[level].refusal}`;
  const job = jobOf(window);
  const details = { window: id, level, reason, ends_at, retry_after_sec, ...(job !== null && { job }) };
  return new AppError('maintenance', message, details);
}

/** Runs a statement on windows. While they cannot be read, nothing may change, since a window may be open. */
export function accessWindows<T>(access: () => T): T {
  try {
    return access();
  } catch (cause) {
    if (isBusy(cause) || isDiskFull(cause)) throw cause;
    const message =
      'Nothing was changed, because the maintenance windows in ops.db cannot be read. Repair ops.db, then try again.';
    const unknown = { window: null, level: null, reason: null, ends_at: null };
    throw new AppError('maintenance', message, unknown, { cause });
  }
}
