// The state of an objective: its value over the window, the rest of its allowance, and its days.
import type { KnownObjective } from '../objective-store/known-objective.ts';
import type { Burn } from './burn.ts';
import { floorTo, hourSec, type Tally } from './tally.ts';

/** Fewer events say nothing. */
const minEvents = 100;

export const standingStates = ['held', 'missed', 'too_few', 'off'] as const;
export type StandingState = (typeof standingStates)[number];

/** `used`: the share of the day's own allowance, which is at least one event; null for a day that is not counted. */
export type Day = Tally & { date: Date; used: number | null };

export type Standing = KnownObjective &
  Tally & {
    state: StandingState;
    /** Null without an event. */
    share: number | null;
    /** Bad events that the window may have, and how many of them are left: below zero when more were bad. */
    allowance: { total: number; left: number };
    burn: Burn | null;
    /** Oldest first; today is the last. */
    days: Day[];
    /** The day that has used up the allowance. */
    usedUpOn: Date | null;
    /** The start of the first minute or hour that was counted; null before. */
    countedSince: Date | null;
  };

type Given = {
  hours: ReadonlyMap<number, Tally>;
  minutes: ReadonlyMap<number, Tally>;
  burn: Burn | null;
  now: Date;
  dayCount: number;
};

export function standingOf(known: KnownObjective, { hours, minutes, burn, now, dayCount }: Given): Standing {
  const { target, window_days, is_on } = known.value;
  const lastHour = floorTo(now.getTime() / 1000, hourSec);
  const counted = [...hours].filter(([at]) => at <= lastHour);
  const ofWindow = counted.filter(([at]) => at > lastHour - window_days * 24 * hourSec);
  const { good, total } = sumOf(ofWindow.map(([, tally]) => tally));
  const bad = total - good;
  const allowed = (1 - target) * total;
  return {
    ...known,
    good,
    total,
    state: stateOf({ is_on, total, bad, allowed }),
    share: total === 0 ? null : good / total,
    allowance: {
      total: allowed,
      left: isUsedUp(bad, allowed) || bad < allowed - rounding ? allowed - bad : 0,
    },
    burn: is_on ? burn : null,
    days: daysOf(counted, target, daysUntil(now, dayCount)),
    usedUpOn: isUsedUp(bad, allowed) ? findUsedUp(ofWindow, allowed) : null,
    countedSince: findFirst(counted, minutes),
  };
}

/** A day of few events may have one bad event: else each day with one would be over an allowance of a part of it. */
const minAllowed = 1;
/** Allowances are sums of fractions. */
const rounding = 1e-9;
/** One that is used exactly is held. */
const isUsedUp = (bad: number, allowed: number) => bad > allowed + rounding;

function stateOf(given: { is_on: boolean; total: number; bad: number; allowed: number }): StandingState {
  if (!given.is_on) return 'off';
  if (given.total < minEvents) return 'too_few';
  return isUsedUp(given.bad, given.allowed) ? 'missed' : 'held';
}

function sumOf(tallies: readonly Tally[]): Tally {
  return tallies.reduce((sum, { good, total }) => ({ good: sum.good + good, total: sum.total + total }), {
    good: 0,
    total: 0,
  });
}

/** The starts of the last days in the zone of this machine, today's last, and the start of tomorrow. */
function daysUntil(now: Date, dayCount: number): Date[] {
  return Array.from(
    { length: dayCount + 1 },
    (_, at) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - dayCount + 1 + at),
  );
}

function daysOf(hours: readonly [number, Tally][], target: number, starts: readonly Date[]): Day[] {
  const bounds = starts.map((start) => start.getTime() / 1000);
  const days = starts.slice(0, -1).map((date) => ({ date, good: 0, total: 0 }));
  const length = (Number(bounds.at(-1)) - Number(bounds[0])) / days.length;
  for (const [at, { good, total }] of hours) {
    // A day with a change of the clock is an hour longer or shorter.
    const guess = Math.floor((at - Number(bounds[0])) / length);
    const place = [guess - 1, guess, guess + 1].find(
      (one) => at >= (bounds[one] ?? Number.POSITIVE_INFINITY) && at < (bounds[one + 1] ?? 0),
    );
    const day = place === undefined ? undefined : days[place];
    if (!day) continue;
    day.good += good;
    day.total += total;
  }
  return days.map((day) => {
    const { good, total } = day;
    return { ...day, used: total === 0 ? null : (total - good) / Math.max(minAllowed, (1 - target) * total) };
  });
}

function findUsedUp(hours: readonly [number, Tally][], allowed: number): Date | null {
  let bad = 0;
  for (const [at, { good, total }] of hours.toSorted(([one], [other]) => one - other)) {
    bad += total - good;
    if (isUsedUp(bad, allowed)) return new Date(at * 1000);
  }
  return null;
}

/** To the minute, while minutes of the first hour are known. */
function findFirst(hours: readonly [number, Tally][], minutes: ReadonlyMap<number, Tally>): Date | null {
  let first = Number.POSITIVE_INFINITY;
  for (const [at] of hours) if (at < first) first = at;
  if (!Number.isFinite(first)) return null;
  let minute = Number.POSITIVE_INFINITY;
  for (const at of minutes.keys()) if (at >= first && at < minute) minute = at;
  return new Date((minute < first + hourSec ? minute : first) * 1000);
}
