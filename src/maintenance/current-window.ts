// The window that the banner shows.
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
