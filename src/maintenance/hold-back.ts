// While a window of the level `read_only` is under way, no action may change anything but those that declare it. The state is
// read from ops.db for each request, and compared with the clock, so that a window ends in time even if no timer has fired.
import type { Kernel } from '../core/kernel.ts';
import type { HoldBack } from '../core/hold-back.ts';
import { maintenanceError, readWindows } from '../window-store/refusal.ts';
import { isUnderWay, keyOf } from '../window-store/window.ts';
import type { WindowRepository } from '../window-store/window-repository.ts';

type Given = Pick<Kernel, 'audit' | 'now' | 'untilFree'> & { windows: Pick<WindowRepository, 'open'> };

/** An admin's override is recorded before the action. */
export function createHoldBack({ windows, audit, now, untilFree }: Given): HoldBack {
  return async (action, by) => {
    const at = now();
    const open = readWindows(windows.open);
    const window = open.find((one) => one.level === 'read_only' && isUnderWay(one, at));
    if (!window || action.allowedInReadOnly) return;
    if (!by.override) throw maintenanceError(window, at);
    const { override: reason } = by;
    const detail = { action: action.name, level: window.level };
    await untilFree(() =>
      audit.record({
        event: 'maintenance.overridden',
        outcome: 'ok',
        by,
        target: keyOf(window),
        reason,
        detail,
      }),
    );
  };
}
