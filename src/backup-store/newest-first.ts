import type { Backup } from './backup.ts';

/** Those dated later than now, by a clock that was wrong, are last: they must not hide what is newer than they are. */
export function newestFirst<T extends Pick<Backup, 'at'>>(backups: readonly T[], now: Date): T[] {
  const sorted = [...backups].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  const isPast = ({ at }: T) => Date.parse(at) <= now.getTime();
  return [...sorted.filter(isPast), ...sorted.filter((one) => !isPast(one))];
}
