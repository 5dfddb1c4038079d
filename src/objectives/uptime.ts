// The minutes in which the server was meant to run and did not: from the last sign of a lost run to the next start, without the
// time before the machine's boot. A run that was stopped was not meant to run.
import os from 'node:os';
import type { ListedStart } from '../starts/repository.ts';
import { floorTo, hourSec, type MinuteTally, minuteOf, minuteSec } from './tally.ts';

type Run = Pick<ListedStart, 'at' | 'boot_id' | 'end' | 'ended_at'>;
/** Milliseconds since 1970. */
type Gap = { fromMs: number; toMs: number };

/** When the machine was booted. */
export const bootTime = (now: Date): Date => new Date(now.getTime() - os.uptime() * 1000);

/** The time that counts as down between two runs; null without any. */
function downtimeBetween(before: Run, after: Run, bootedAt: Date): Gap | null {
  if (before.end !== 'lost' || before.ended_at === null) return null;
  const [lostMs, toMs] = [Date.parse(before.ended_at), Date.parse(after.at)];
  const fromMs = isOtherBoot(before, after) ? Math.max(lostMs, bootedAt.getTime()) : lostMs;
  return fromMs < toMs ? { fromMs, toMs } : null;
}

/** Both runs may be of a system that names no boots. */
function isOtherBoot(before: Run, after: Run): boolean {
  return before.boot_id === null || after.boot_id === null || before.boot_id !== after.boot_id;
}

/** The gaps before this start and before those of the lost runs that it follows, oldest first, as far back as a run that has
 *  counted: that one has counted its own. `runs`: newest first. */
export function downtimeBefore(
  runs: readonly Run[],
  hasCounted: (run: Run, next: Run) => boolean,
  bootedAt: Date,
): Gap[] {
  const gaps: Gap[] = [];
  for (const [at, after] of runs.entries()) {
    const before = runs[at + 1];
    const gap = before && downtimeBetween(before, after, bootedAt);
    if (gap) gaps.unshift(gap);
    if (before?.end !== 'lost' || hasCounted(before, after)) break;
  }
  return gaps;
}

/** The minutes that lie in gaps for the most part, but for that of the first loss, which the lost run may have counted.
 *  `hours`: the sums of those before `minutesSince`, of which no minutes are kept. `gaps`: oldest first. */
export function minutesOf(gaps: readonly Gap[], minutesSince: number) {
  const [first] = gaps;
  if (!first) return { minutes: [], hours: [] };
  const lost = minuteOf(new Date(first.fromMs));
  const all = [...downMs(gaps)].filter(([at, ms]) => at !== lost && ms >= halfMinuteMs).map(([at]) => at);
  const down = (at: number, total: number): MinuteTally => ({ name: 'up', at, good: 0, total });
  const inHours = new Map<number, number>();
  for (const at of all)
    if (at < minutesSince) inHours.set(floorTo(at, hourSec), (inHours.get(floorTo(at, hourSec)) ?? 0) + 1);
  return {
    minutes: all.filter((at) => at >= minutesSince).map((at) => down(at, 1)),
    hours: [...inHours].map(([at, total]) => down(at, total)),
  };
}

const halfMinuteMs = (minuteSec * 1000) / 2;

/** How much of each minute lies in gaps. */
function downMs(gaps: readonly Gap[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const { fromMs, toMs } of gaps)
    for (let at = minuteOf(new Date(fromMs)); at * 1000 < toMs; at += minuteSec) {
      const ms = Math.min(toMs, (at + minuteSec) * 1000) - Math.max(fromMs, at * 1000);
      found.set(at, (found.get(at) ?? 0) + ms);
    }
  return found;
}

/** Times in which the machine was off after a lost run: all of the gap but its minutes that count as down. `downIn` gives how
 *  many those are. */
export function offTimes(runs: readonly Run[], downIn: (gap: Gap) => number): Gap[] {
  return runs.flatMap((after, at) => {
    const before = runs[at + 1];
    if (before?.end !== 'lost' || before.ended_at === null || !isOtherBoot(before, after)) return [];
    const [fromMs, toMs] = [Date.parse(before.ended_at), Date.parse(after.at)];
    const offMs = toMs - fromMs - downIn({ fromMs, toMs }) * minuteSec * 1000;
    return offMs >= minuteSec * 1000 ? [{ fromMs, toMs: fromMs + offMs }] : [];
  });
}
