// The actions on credentials and on the embedder, for their routes and their audit rows. Only an admin may take them.
import { settingsChange } from '../settings/actions.ts';

export const credentialTarget = (name: string): string => `credential:${name}`;
export const embedderTarget = 'embedder';

const ofCredentials = { role: 'admin', tier: 0, changes: 'credentials', target: credentialTarget } as const;

export const credentialActions = {
  change: { ...ofCredentials, name: 'credential.changed' },
  check: { ...ofCredentials, name: 'credential.checked' },
  /** Needs a reason. */
  remove: { ...ofCredentials, name: 'credential.removed', tier: 1 },
} as const;

export const embedderActions = {
  save: settingsChange,
  check: { ...settingsChange, name: 'embedder.checked', target: embedderTarget },
} as const;
