// The actions of credentials: only an admin may read or change them.
import type { Action } from '../../web/action.ts';

const action = (name: string): Action => ({ name, role: 'admin', tier: 0, changes: 'credentials' });

export const changesCredential = { action: action('credential.changed') };
export const checksCredential = { action: action('credential.checked') };
/** A dialog asks for the reason. */
export const removesCredential = { action: { ...action('credential.removed'), tier: 1 as const } };
export const readsCredentials = { reads: 'admin' as const };
