// The name of a backup in texts that have only its id.
import { formatMinute } from '../core/format.ts';

/** `backup of 2026-11-28 02:00 UTC`, `backup before the update to 0.2.0`, `copy of 2026-11-28 09:12 UTC`. */
export function describeBackup(id: string): string {
  const [, kind, ...time] = /^(library-)?(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/.exec(id) ?? [];
  const [year, month, day, hour, minute] = time;
  if (year === undefined) return `backup ${id.replace(/^before-/, 'before the update to ')}`;
  const at = formatMinute(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  return `${kind === undefined ? 'backup' : 'copy'} of ${at}`;
}
