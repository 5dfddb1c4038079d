// Finds the backups that the limits no longer keep.
import type { Backup } from '../backup-store/backup.ts';
import type { Config } from '../core/config.ts';

type Limits = Pick<Config, 'backupDaily' | 'backupWeekly' | 'backupMonthly' | 'backupMaxBytes'>;
type Kept = Pick<Backup, 'id' | 'at' | 'kind' | 'bytes' | 'proof' | 'is_kept'>;

const keptUpdates = 3;

/** The ids of the backups to remove, oldest first. `now`: when the newest was made; those dated later, by a clock that was wrong,
 *  are left alone. The newest, the newest that is proven, and those marked to keep never are. Copies before imports have limits
 *  of their own. */
export function findExpired(backups: readonly Kept[], limits: Limits, now: string): string[] {
  const newestFirst = backups
    .filter(({ at }) => at <= now)
    .sort((one, other) => (one.at > other.at ? -1 : 1));
  const full = newestFirst.filter(({ kind }) => kind === 'full');
  const updates = newestFirst.filter(({ kind }) => kind === 'before_update');
  const fixed = new Set([...full.slice(0, 1), ...full.filter(isProven).slice(0, 1), ...full.filter(isKept)]);
  const kept = new Set([
    ...fixed,
    ...newestOfEach(full, dayOf, limits.backupDaily),
    ...newestOfEach(full, weekOf, limits.backupWeekly),
    ...newestOfEach(full, monthOf, limits.backupMonthly),
  ]);
  const within = keepWithin(
    full.filter((one) => kept.has(one)),
    fixed,
    limits.backupMaxBytes,
  );
  const old = updates.filter((one, at) => at >= keptUpdates && !one.is_kept);
  return [...full.filter((one) => !within.has(one)), ...old].reverse().map(({ id }) => id);
}

const isProven = ({ proof }: Kept) => proof === 'proven';
const isKept = ({ is_kept }: Kept) => is_kept;

/** The newest backup of each of the newest days, weeks or months that have one. */
function newestOfEach(
  newestFirst: readonly Kept[],
  periodOf: (at: string) => string,
  periods: number,
): Kept[] {
  const newest = new Map<string, Kept>();
  for (const one of newestFirst) {
    const period = periodOf(one.at);
    if (!newest.has(period)) newest.set(period, one);
  }
  return [...newest.values()].slice(0, periods);
}

/** The newest ones of which all together have at most `maxBytes`, and those that are `fixed`, whose bytes count first. */
function keepWithin(newestFirst: readonly Kept[], fixed: ReadonlySet<Kept>, maxBytes: number): Set<Kept> {
  let bytes = [...fixed].reduce((sum, one) => sum + one.bytes, 0);
  const within = new Set(fixed);
  for (const one of newestFirst) {
    if (within.has(one)) continue;
    bytes += one.bytes;
    if (bytes > maxBytes) break;
    within.add(one);
  }
  return within;
}

const dayOf = (at: string) => at.slice(0, 10);
const monthOf = (at: string) => at.slice(0, 7);

/** The Monday (UTC) of its week. */
function weekOf(at: string): string {
  const day = new Date(`${dayOf(at)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString();
}
