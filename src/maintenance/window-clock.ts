// Begins and ends maintenance windows at their times: one timer to the next boundary. Its sleep is bounded, so that a clock that
// jumps is noticed.
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { WindowClaims } from '../jobs/window-claims.ts';
import type { WindowRepository } from '../window-store/window-repository.ts';

type Given = Pick<Kernel, 'log' | 'now' | 'untilFree'> & {
  windows: Pick<WindowRepository, 'open'>;
  windowClaims: Pick<WindowClaims, 'keepUp'>;
  /** Called after each look at the clock. */
  look(): void;
};

const minSleepMs = 50;
const maxSleepMs = 1000;

export function createWindowClock({ windows, windowClaims, look, log, now, untilFree }: Given) {
  const onError = (error: unknown) =>
    log.error({ err: error }, 'the maintenance windows could not be read; tried again soon');
  const loop = createLoop({
    everyMs: () => sleepMs(nextBoundary()),
    async runOnce() {
      try {
        await untilFree(() => windowClaims.keepUp());
      } finally {
        look();
      }
    },
    onError,
  });
  return {
    /** Before jobs start: ends what was over while no server ran, and holds what is under way. */
    recover: () => untilFree(() => windowClaims.keepUp({ server_was_off: true })).catch(onError),
    start: () => loop.start(),
    stop: loop.stop,
    runOnce: loop.runOnce,
  };

  /** In milliseconds since 1970; infinity without an open window, or when the windows cannot be read. */
  function nextBoundary(): number {
    try {
      const times = windows
        .open()
        .map(({ begun_at, starts_at, ends_at }) => (begun_at ? ends_at : starts_at));
      return Math.min(...times.map((time) => Date.parse(time)));
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  }

  function sleepMs(boundary: number): number {
    return Math.min(maxSleepMs, Math.max(minSleepMs, boundary - now().getTime()));
  }
}
