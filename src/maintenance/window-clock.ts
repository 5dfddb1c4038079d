// Begins and ends maintenance windows at their times: one timer to the next change. Its sleep is bounded, so that a machine that
// slept and a clock that was set are noticed.
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { WindowClaims } from '../jobs/window-claims.ts';
import type { WindowRepository } from '../window-store/window-repository.ts';
import { nextChange } from './current-window.ts';

type Given = Pick<Kernel, 'bus' | 'log' | 'now' | 'untilFree'> & {
  windows: Pick<WindowRepository, 'open'>;
  windowClaims: Pick<WindowClaims, 'keepUp'>;
  /** Called after each look at the clock. */
  look(): void;
};

const sleepMaxMs = 10_000;
/** A timer may fire a little before its time. */
const lagMs = 5;

export function createWindowClock({ windows, windowClaims, look, bus, log, now, untilFree }: Given) {
  const onError = (error: unknown) =>
    log.error({ err: error }, 'the maintenance windows could not be read; tried again soon');
  const loop = createLoop({
    everyMs: sleepMs,
    async runOnce() {
      try {
        await untilFree(() => windowClaims.keepUp());
      } finally {
        look();
      }
    },
    onError,
  });
  bus.on('maintenance', loop.wake);
  return {
    /** Before jobs start: ends the windows that were over while no server ran, and holds those under way. */
    recover: () => untilFree(() => windowClaims.keepUp({ server_was_off: true })).catch(onError),
    start: () => loop.start(),
    stop: loop.stop,
    runOnce: loop.runOnce,
  };

  function sleepMs(): number {
    const at = now();
    return Math.min(sleepMaxMs, nextChange(windows.open(), at) - at.getTime() + lagMs);
  }
}
