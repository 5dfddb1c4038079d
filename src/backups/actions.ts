// The actions on backups, for their routes and their audit rows, and the refusal that they share.
import { AppError } from '../core/errors.ts';

export const backupTarget = (id: string): string => `backup:${id}`;

/** Must be typed before a backup is deleted. */
export const deleteWord = 'delete';

export const backupActions = {
  /** Keeps it for good or no longer, or writes its note. */
  change: { name: 'backup.changed', role: 'admin', tier: 0, changes: 'backups', target: backupTarget },
  remove: { name: 'backup.removed', role: 'admin', tier: 2, changes: 'backups', target: backupTarget },
  /** Makes or switches on the schedules that back up and test. */
  setUp: { name: 'backups.scheduled', role: 'admin', tier: 0, changes: 'schedules', target: 'schedules' },
} as const;

export function unknownBackup(id: string): AppError {
  return new AppError('not_found', `There is no backup ${JSON.stringify(id.slice(0, 80))}.`);
}
