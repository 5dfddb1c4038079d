// The window that the banner shows, and the time of its next change.
import { holdsBack, isOver, isUnderWay, type Window } from '../window-store/window.ts';

/** A planned window is announced so long before its start. */
const announcedMs = 24 * 3_600_000;

/** The window to show: the begun one above `announce`, else a begun announcement, else the next one of the coming 24 hours. */
export function currentWindow(open: Window[], now: Date): Window | null {
  const soon = new Date(now.getTime() + announcedMs).toISOString();
  const begun = open.filter((window) => isUnderWay(window, now));
  const planned = open
    .filter((window) => !isOver(window, now) && !isUnderWay(window, now) && window.starts_at <= soon)
    .sort((one, other) => one.starts_at.localeCompare(other.starts_at));
  return begun.find(({ level }) => holdsBack(level)) ?? begun[0] ?? planned[0] ?? null;
}

/** The next time, in milliseconds since 1970, at which the clock alone changes a window or the banner; infinity without one. */
export function nextChange(open: Window[], now: Date): number {
  const times = open.flatMap(({ begun_at, starts_at, ends_at }) => {
    const start = Date.parse(starts_at);
    return begun_at === null ? [start - announcedMs, start] : [Date.parse(ends_at)];
  });
  return Math.min(...times.filter((time) => time > now.getTime()));
}

/** Gives the id of the window that is under way; null without one, and while the windows cannot be read. */
export function createWindowUnderWay(windows: { current(): Window | null }, now: () => Date) {
  return (): number | null => {
    try {
      const window = windows.current();
      return window && isUnderWay(window, now()) ? window.id : null;
    } catch {
      return null;
    }
  };
}
