// The minutes in which the server was meant to run and did not: from the last sign of a lost run to the next start, without the
// time before the machine's boot. A run that was stopped was not meant to run.
import os from 'node:os';
import type { ListedStart } from '../starts/repository.ts';
import { hourSec, type MinuteTally, minuteOf, minuteSec } from './tally.ts';

type Run = Pick<ListedStart, 'at' | 'boot_id' | 'end' | 'ended_at'>;
/** Milliseconds since 1970. */
type Gap = { fromMs: number; toMs: number };

/** When the machine was booted. */
export const bootTime = (now: Date): Date => new Date(now.getTime() - os.uptime() * 1000);

/** The time that counts as down between two runs; null without any. */
export function downtimeBetween(before: Run, after: Run, bootedAt: Date): Gap | null {
  if (before.end !== 'lost' || before.ended_at === null) return null;
  const [lostMs, toMs] = [Date.parse(before.ended_at), Date.parse(after.at)];
  const fromMs = isOtherBoot(before, after) ? Math.max(lostMs, bootedAt.getTime()) : lostMs;
  return fromMs < toMs ? { fromMs, toMs } : null;
}

/** Both runs may be of a system that names no boots. */
function isOtherBoot(before: Run, after: Run): boolean {
  return before.boot_id === null || after.boot_id === null || before.boot_id !== after.boot_id;
}

/** The minutes that have begun in a gap; `hours`: those before `minutesSince`, of which no minutes are kept. */
export function minutesOf({ fromMs, toMs }: Gap, minutesSince: number) {
  const first = minuteOf(new Date(fromMs)) + minuteSec;
  const last = minuteOf(new Date(toMs));
  const down = (at: number, total: number): MinuteTally => ({ name: 'up', at, good: 0, total });
  const [minutes, hours]: [MinuteTally[], MinuteTally[]] = [[], []];
  for (let at = first; at <= last; ) {
    const end = at >= minutesSince ? at + minuteSec : Math.min(nextHour(at), last + minuteSec, minutesSince);
    if (at >= minutesSince) minutes.push(down(at, 1));
    else hours.push(down(at, (end - at) / minuteSec));
    at = end;
  }
  return { minutes, hours };
}

const nextHour = (at: number) => at - (at % hourSec) + hourSec;

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
