// The refusal `maintenance`: of what a window holds back, and of everything while the windows cannot be read.
import { isBusy } from '../core/db/busy-retry.ts';
import { AppError } from '../core/errors.ts';
import type { Level, Window } from './window.ts';

/** `retry_after_sec` becomes the header Retry-After. */
export function maintenanceError(window: Window, now: Date): AppError {
  const { id, level, reason, ends_at } = window;
  const retry_after_sec = Math.max(1, Math.ceil((Date.parse(ends_at) - now.getTime()) / 1000));
  const message = `Maintenance until ${formatMinute(ends_at)}: ${reason.replace(/[.!]$/, '')}. ${effects[level]}`;
  return new AppError('maintenance', message, { window: id, level, reason, ends_at, retry_after_sec });
}

/** `2026-11-29 16:55 UTC` */
export function formatMinute(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

const effects: Record<Level, string> = {
  announce: 'Nothing is held back.',
  frozen: 'The library and the sheets are frozen. Queue it to start afterwards, or try again then.',
  drained: 'No job starts before. Queue it to start afterwards, or try again then.',
  read_only: 'The server is read-only, so nothing was changed. Try again then.',
};

/** Runs what reads or moves windows. While they cannot be read, nothing may change, since a window may be open. */
export function readWindows<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isBusy(error) || error instanceof AppError) throw error;
    const message = `Nothing was changed, because the maintenance windows in ops.db cannot be read (${(error as Error).message}). Repair ops.db, then try again.`;
    throw new AppError('maintenance', message, { window: null, level: null, reason: null, ends_at: null });
  }
}
