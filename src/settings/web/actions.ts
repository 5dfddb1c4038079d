// The actions of settings: everybody may read them, an admin changes them.
import type { Action } from '../../web/action.ts';

const changed: Action = { name: 'settings.changed', role: 'admin', tier: 0, changes: 'settings' };

export const changesSettings = { action: changed };
/** Without a plan it only answers what would change. */
export const importsSettings = { action: { ...changed, name: 'settings.imported', tier: 2 as const } };
