// While a window of the level `read_only` is under way, no action may change anything but those that declare it. The state is
// read from ops.db for each request, and compared with the clock, so that a window ends in time even if no timer has fired.
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { HoldBack } from '../core/hold-back.ts';
import { maintenanceError } from '../window-store/refusal.ts';
import { isUnderWay, keyOf, type Window } from '../window-store/window.ts';
import type { WindowRepository } from '../window-store/window-repository.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'> & {
  windows: Pick<WindowRepository, 'open'>;
};

/** An admin's override is recorded before the action. */
export function createHoldBack({ windows, audit, bus, now, untilFree }: Given): HoldBack {
  /** Kept until a window changes, because a page asks once for each of its controls. */
  let known: Window[] | null = null;
  bus.on('maintenance', () => {
    known = null;
  });

  return {
    async assertPossible(action, by) {
      const at = now();
      const window = readOnlyOf(windows.open(), at);
      if (!window || action.allowedInReadOnly) return;
      if (!by.override) throw maintenanceError(window, at);
      const { override: reason } = by;
      const detail = { action: action.name, level: window.level };
      const event = 'maintenance.overridden';
      await untilFree(() =>
        audit.record({ event, outcome: 'ok', by, target: keyOf(window), reason, detail }),
      );
    },

    current() {
      try {
        known ??= windows.open();
        const window = readOnlyOf(known, now());
        return window && { why: window.reason, ends_at: window.ends_at };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { why: 'the maintenance windows cannot be read', ends_at: null };
      }
    },
  };
}

function readOnlyOf(open: Window[], now: Date): Window | null {
  return open.find((window) => window.level === 'read_only' && isUnderWay(window, now)) ?? null;
}
