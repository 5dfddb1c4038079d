// Checks a window that somebody wants to start or plan.
import { type ArgumentProblem, invalidArguments } from '../core/arguments.ts';
import { findReasonControl, isReasonLengthWrong, reasonMinLength } from '../core/confirmation.ts';
import { formatAge } from '../core/format.ts';
import { readTime } from '../core/read-time.ts';
import { type Level, levels } from '../window-store/window.ts';

const minMinutes = 1;
const maxMinutes = 24 * 60;
const defaultMinutes = 30;
const maxReasonLength = 200;
const maxDaysAhead = 30;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** The end is given as `minutes` or as `ends_at`, else it is `defaultMinutes` after the start. No `starts_at`: now. Times are
 *  ISO 8601, in UTC unless they name a zone. */
export type WantedWindow = {
  level: string;
  reason?: string | null | undefined;
  minutes?: number | null | undefined;
  ends_at?: string | null | undefined;
  starts_at?: string | null | undefined;
};

export type ReadWindow = { level: Level; reason: string; startsAt: Date; endsAt: Date };

/** Whether windows of the level need a typed word. A missing reason is then part of the missing confirmation. */
export function needsWord(level: string): boolean {
  return level === 'drained' || level === 'read_only';
}

/** Throws `invalid_arguments` with all problems. */
export function readWindow(wanted: WantedWindow, now: Date): ReadWindow {
  const { level, minutes = null, ends_at = null, starts_at = null } = wanted;
  const reason = wanted.reason?.trim() ?? '';
  const startsAt = starts_at === null ? now : readTime(starts_at);
  const length = minutes ?? defaultMinutes;
  const endsAt = ends_at === null ? new Date(startsAt.getTime() + length * minuteMs) : readTime(ends_at);
  const startFault = findStartFault(startsAt, now);
  const isTwice = minutes !== null && ends_at !== null;
  const problems = [
    problem('level', isLevel(level) ? null : `Choose a level: ${levels.join(', ')}.`),
    problem('reason', reason === '' && needsWord(level) ? null : findReasonFault(reason)),
    problem('starts_at', startFault),
    problem('minutes', minutes === null ? null : findMinutesFault(minutes)),
    problem('ends_at', isTwice ? 'Give the minutes or the end, not both.' : null),
    problem(
      'ends_at',
      ends_at === null || isTwice ? null : findEndFault(endsAt, startFault ? null : startsAt, now),
    ),
  ].flat();
  if (problems.length > 0 || !isLevel(level)) throw invalidArguments(problems);
  // A form that shows minutes sends the beginning of this one.
  return { level, reason, startsAt: startsAt < now ? now : startsAt, endsAt };
}

/** Null when a window may be extended by so many minutes. */
export function findMinutesFault(minutes: number): string | null {
  if (Number.isInteger(minutes) && minutes >= minMinutes && minutes <= maxMinutes) return null;
  return `Give whole minutes from ${minMinutes} to ${maxMinutes} (24 hours).`;
}

/** Whether a window from `startsAt` to `endsAt` is longer than any may be. */
export function isTooLong(startsAt: Date, endsAt: Date): boolean {
  return endsAt.getTime() - startsAt.getTime() > maxMinutes * minuteMs;
}

function findReasonFault(reason: string): string | null {
  const control = findReasonControl(reason);
  if (control !== null) return control;
  if (!isReasonLengthWrong(reason, maxReasonLength)) return null;
  return `Write a reason of ${reasonMinLength} to ${maxReasonLength} characters. Everybody reads it in the banner.`;
}

function findStartFault(startsAt: Date, now: Date): string | null {
  if (Number.isNaN(startsAt.getTime()))
    return 'Write the start as a time in UTC, for example 2027-03-01T20:00:00Z.';
  const aheadMs = startsAt.getTime() - now.getTime();
  if (aheadMs <= -minuteMs) return `The start passed ${formatAge(-aheadMs)} ago.`;
  return aheadMs > maxDaysAhead * dayMs ? `It may start at most ${maxDaysAhead} days from now.` : null;
}

/** `startsAt` is null when it is not right itself. */
function findEndFault(endsAt: Date, startsAt: Date | null, now: Date): string | null {
  if (Number.isNaN(endsAt.getTime()))
    return 'Write the end as a time in UTC, for example 2027-03-01T21:00:00Z.';
  if (endsAt <= now) return 'The end has passed already.';
  if (startsAt === null) return null;
  if (endsAt.getTime() - startsAt.getTime() < minMinutes * minuteMs)
    return 'The end must be at least one minute after the start.';
  return isTooLong(startsAt, endsAt) ? 'The end must be at most 24 hours after the start.' : null;
}

function isLevel(level: string): level is Level {
  return levels.some((one) => one === level);
}

function problem(field: string, message: string | null): ArgumentProblem[] {
  return message === null ? [] : [{ field, message }];
}
