// A window as the API gives it, and the list of windows.
import type { Blocker } from '../jobs/lock-queue.ts';
import { stateOf, type Window, type WindowState } from '../window-store/window.ts';
import type { Windows } from './windows.ts';

export type WindowBody = Window & {
  state: WindowState;
  /** The job or window that a starting window waits for. */
  waits_for: Blocker | null;
};

export const windowFilters = ['open', 'ended', 'all'] as const;

export type WindowFilter = (typeof windowFilters)[number];

type Page = { state: WindowFilter; limit: number; before?: number | undefined };

export function windowBody(windows: Pick<Windows, 'waitsFor'>, window: Window): WindowBody {
  const state = stateOf(window);
  return { ...window, state, waits_for: state === 'starting' ? windows.waitsFor(window) : null };
}

/** The windows of a state, the newest first, with an id below `before`; `hasMore`: there are older ones. */
export function listWindows(windows: Windows, { state, limit, before = Number.MAX_SAFE_INTEGER }: Page) {
  const open = state === 'ended' ? [] : windows.all().filter(({ id }) => id < before);
  const ended = state === 'open' ? [] : windows.history(limit + 1, before);
  const found = [...open, ...ended].sort((one, other) => other.id - one.id);
  return { items: found.slice(0, limit), hasMore: found.length > limit };
}
