// How windows ended, from their audit rows.
import type { Audit } from '../core/audit.ts';
import { keyOf, type Window } from '../window-store/window.ts';
import { maintenanceActions } from './actions.ts';

export function createEndings(audit: Pick<Audit, 'trail'>) {
  return {
    /** Whether the end of a window came while the server was off. */
    wasOff: (window: Window): boolean =>
      audit
        .trail(keyOf(window))
        .some(
          ({ event, detail }) => event === maintenanceActions.end.name && detail?.server_was_off === true,
        ),
  };
}
