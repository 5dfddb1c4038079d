// The refusal `maintenance`: a window holds the run or the change back, or the windows cannot be read.
import { isBusy } from '../core/db/busy-retry.ts';
import { AppError } from '../core/errors.ts';
import { formatMinute } from '../core/format.ts';
import { levelWords } from './level-words.ts';
import type { Window } from './window.ts';

/** `retry_after_sec` becomes the header Retry-After. */
export function maintenanceError(window: Window, now: Date): AppError {
  const { id, level, reason, ends_at } = window;
  const retry_after_sec = Math.max(1, Math.ceil((Date.parse(ends_at) - now.getTime()) / 1000));
  const message = `Maintenance until ${formatMinute(ends_at)}: ${reason.replace(/[.!]$/, '')}. ${levelWords[level].refusal}`;
  return new AppError('maintenance', message, { window: id, level, reason, ends_at, retry_after_sec });
}

/** Runs a read or a move of windows. While they cannot be read, nothing may change, since a window may be open. */
export function readWindows<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isBusy(error) || error instanceof AppError) throw error;
    const message = `Nothing was changed, because the maintenance windows in ops.db cannot be read (${(error as Error).message}). Repair ops.db, then try again.`;
    throw new AppError('maintenance', message, { window: null, level: null, reason: null, ends_at: null });
  }
}
