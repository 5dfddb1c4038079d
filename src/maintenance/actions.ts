// The actions on maintenance windows, for their routes and their audit rows. Only an admin may take them.

import { keyOf } from '../window-store/window.ts';

const target = (id: string) => keyOf({ id });
const ofWindows = { role: 'admin', tier: 1, changes: 'maintenance', target } as const;

export const maintenanceActions = {
  /** Now or later. The levels `drained` and `read_only` need the word. */
  start: { ...ofWindows, name: 'maintenance.planned', tier: 2, target: 'maintenance' },
  extend: { ...ofWindows, name: 'maintenance.extended', allowedInReadOnly: true },
  /** Another person's window needs a reason. */
  end: { ...ofWindows, name: 'maintenance.ended', allowedInReadOnly: true },
} as const;

/** The word that confirms the levels `drained` and `read_only`. */
export const maintenanceWord = 'maintenance';
