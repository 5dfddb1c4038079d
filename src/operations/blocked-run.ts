// Views the blocker of a run that a page offers: the run can be queued behind it, or is refused.
import type { Blocker } from '../jobs/lock-queue.ts';
import { levelWords } from '../window-store/level-words.ts';
import { mayWaitBehind } from '../window-store/window.ts';

/** The blocker that a new run may wait for; null also for a window that refuses the run until its end. */
export function waitableOf(blocker: Blocker | null): Blocker | null {
  return blocker === null || blocker.window === null || mayWaitBehind(blocker.level) ? blocker : null;
}

/** Before the blocker, at the button of the run: `Blocked by`, or `Refused during` a window that no run may wait for. */
export function describeBlock(blocker: Blocker): string {
  return blocker.window === null ? 'Blocked by' : levelWords[blocker.level].blocks;
}
