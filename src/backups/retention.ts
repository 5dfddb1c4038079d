// Finds the backups that the limits no longer keep.
import type { Backup } from '../backup-store/backup.ts';
import type { Config } from '../core/config.ts';

type Limits = Pick<Config, 'backupDaily' | 'backupWeekly' | 'backupMonthly' | 'backupMaxBytes'>;
type Kept = Pick<Backup, 'id' | 'at' | 'kind' | 'bytes' | 'proof' | 'is_kept'>;

const keptUpdates = 3;

/** The ids of the backups to remove, oldest first. `now`: when the newest was made; those dated later, by a clock that was wrong,
 *  are left alone. The newest, the newest that is proven, and those marked to keep never are. One whose test has failed never
 *  takes the place of a good one. Copies before imports have limits of their own. */
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
    goodFirst(full).filter((one) => kept.has(one)),
    fixed,
    limits.backupMaxBytes,
  );
  // It may be one before an update.
  const newestProven = newestFirst.find(isProven);
  const old = goodFirst(updates).filter(
    (one, at) => at >= keptUpdates && !one.is_kept && one !== newestProven,
  );
  const isOld = (one: Kept) => old.includes(one);
  return [...full.filter((one) => !within.has(one)), ...updates.filter(isOld)].reverse().map(({ id }) => id);
}

const isProven = ({ proof }: Kept) => proof === 'proven';
const isKept = ({ is_kept }: Kept) => is_kept;
const isGood = ({ proof }: Kept) => proof !== 'failed';

function goodFirst(backups: readonly Kept[]): Kept[] {
  return [...backups.filter(isGood), ...backups.filter((one) => !isGood(one))];
}

/** The newest good backup of each of the newest days, weeks or months that have one. A failed one is kept beside them, for a
 *  person to look at, where no good one is as new. */
function newestOfEach(
  newestFirst: readonly Kept[],
  periodOf: (at: string) => string,
  periods: number,
): Kept[] {
  const newest = new Map<string, Kept>();
  for (const one of newestFirst) {
    const period = periodOf(one.at);
    const before = newest.get(period);
    if (!before || (isGood(one) && !isGood(before))) newest.set(period, one);
  }
  const found = [...newest.values()];
  return [...found.slice(0, periods), ...found.filter(isGood).slice(0, periods)];
}

/** The first ones of which all together have at most `maxBytes`, and those that are `fixed`, whose bytes count first. */
function keepWithin(bestFirst: readonly Kept[], fixed: ReadonlySet<Kept>, maxBytes: number): Set<Kept> {
  let bytes = [...fixed].reduce((sum, one) => sum + one.bytes, 0);
  const within = new Set(fixed);
  for (const one of bestFirst) {
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
